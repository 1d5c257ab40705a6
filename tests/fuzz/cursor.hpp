// Texts that are brought back as cursors: each is refused, or gives the rest of the query's rows from some place on.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/core/detail/base64.hpp>
#include <tenantry/core/must.hpp>
#include <tenantry/query/cursor.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/packed_values.hpp>

#include "fuzz/target.hpp"

namespace fuzz {

namespace cursors {

using namespace tenantry;

enum class Level { low, middle, high };

struct Sample {
    Id<Sample> id{};
    std::string name{};
    double weight{};
    std::vector<std::byte> bytes{};
    Level level{};
    Timestamp at{};
    std::chrono::year_month_day day{};
    bool done{};
    std::int64_t number{};
};

struct Lab : Schema<Table<"sample", Sample>> {};

inline constexpr std::uint64_t here = 815;

class Pages {
public:
    Pages()
    {
        connection_.set_incarnation(here);
        for (const SchemaObject& object : schema_info<Lab>().objects)
            must(connection_.execute(std::string(object.sql).c_str()));
        for (int i = 0; i < 12; ++i) {
            Sample sample;
            sample.name = std::string(static_cast<std::size_t>(i % 3), static_cast<char>(i * 80));
            sample.weight = i % 4 * -1e300;
            sample.bytes.assign(static_cast<std::size_t>(i % 2), static_cast<std::byte>(i));
            sample.level = static_cast<Level>(i % 3);
            sample.at = Timestamp(std::chrono::milliseconds(i % 5 * std::int64_t{1'000'000'007}));
            sample.day = std::chrono::sys_days(std::chrono::days(i % 2 * 20'000));
            sample.done = i % 2 == 0;
            sample.number = i % 2 == 0 ? INT64_MIN : INT64_MAX;
            must(execute<Lab>(connection_, insert(sample)));
        }
    }

    void check(std::string_view input)
    {
        const auto by_name = select<Sample>().order_by(col<&Sample::name>, col<&Sample::id>);
        const auto by_all =
            select<Sample>().order_by(desc(col<&Sample::weight>), col<&Sample::name>, col<&Sample::bytes>,
                                      col<&Sample::level>, desc(col<&Sample::at>), col<&Sample::day>,
                                      col<&Sample::done>, col<&Sample::number>, col<&Sample::id>);
        // As it comes; and as the keys of a cursor whose mark is right, as a client can make one up.
        (void)look(by_name, std::string(input));
        (void)look(by_all, std::string(input));
        check_keys(input);
        (void)look(by_all, made_up(by_all, input));
        const auto page = look(by_name, made_up(by_name, input));
        const auto keys = detail::UnpackedValues::of(input);
        const bool is_place = keys && keys->size() == 2 && keys->storage(0) == sqlite::Storage::text &&
                              keys->storage(1) == sqlite::Storage::integer;
        require(page.has_value() == is_place, "a cursor has the keys of its query");
        if (page)
            require(static_cast<std::ptrdiff_t>(page->size()) ==
                        std::count_if(rows_.begin(), rows_.end(),
                                      [&](const Sample& row) {
                                          const int order = row.name.compare(keys->text(0));
                                          return order > 0 ||
                                                 (order == 0 && row.id.value() > keys->integer(1));
                                      }),
                    "a page has the rows that come after its cursor");
    }

private:
    // What is read as packed values are the bytes that these values are packed as.
    static void check_keys(std::string_view input)
    {
        const auto values = detail::UnpackedValues::of(input);
        if (!values) return;
        detail::PackedValues again(here);
        for (int column = 0; column < static_cast<int>(values->size()); ++column)
            switch (values->storage(column)) {
            case sqlite::Storage::integer: again.integer(1, values->integer(column)); break;
            case sqlite::Storage::real: again.real(1, values->real(column)); break;
            case sqlite::Storage::text: again.text(1, values->text(column)); break;
            case sqlite::Storage::blob: again.blob(1, values->blob(column)); break;
            case sqlite::Storage::null: again.null(1); break;
            }
        require(must(again.take()) == input, "values are packed in one way");
    }

    template <class Q>
    [[nodiscard]] static std::string made_up(const Q&, std::string_view keys)
    {
        return detail::to_base64(std::string(keys) +
                                     detail::mark_bytes(detail::cursor_mark<Lab, shape_t<Q>>(keys, here)),
                                 detail::Base64::url);
    }

    // The rows behind a cursor; none where it was refused.
    template <class Q>
    [[nodiscard]] std::optional<std::vector<Sample>> look(const Q& query, std::string text)
    {
        rows_ = must(execute<Lab>(connection_, query));
        const auto page = execute<Lab>(connection_, page_after(query, Cursor{std::move(text)}));
        if (!page) {
            require(page.error() == errc::invalid_cursor, "a cursor that is refused is invalid");
            return std::nullopt;
        }
        require(page->size() <= rows_.size() &&
                    std::equal(page->rbegin(), page->rend(), rows_.rbegin(),
                               [](const Sample& a, const Sample& b) { return a.id == b.id; }),
                "a page is the rest of the query's rows");
        if (page->size() > 1) {
            const Cursor next = must(detail::make_cursor<Lab>(query, page->front(), here));
            require(must(execute<Lab>(connection_, page_after(query, next))).size() == page->size() - 1,
                    "a cursor goes on with the next row");
        }
        return *page;
    }

    sqlite::Connection connection_ = must(sqlite::Connection::open_memory());
    std::vector<Sample> rows_; // all, in the order that was looked at last
};

} // namespace cursors

inline void cursor(std::string_view input)
{
    static cursors::Pages pages;
    pages.check(input);
}

} // namespace fuzz

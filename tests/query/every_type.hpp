// A row with a field of every type that can be a column, and a database that holds it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include <boost/uuid/uuid.hpp>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace every_type {

using namespace tenantry;

enum class Named { red, green };
enum class Numbered { low, high };

struct Celsius {
    double degrees = 0;
};

} // namespace every_type

template <>
inline constexpr tenantry::EnumStorage tenantry::enum_storage<every_type::Numbered> =
    tenantry::EnumStorage::integer;

template <>
struct tenantry::sqlite::Codec<every_type::Celsius> {
    static constexpr Storage storage = Storage::real;
    template <ParameterBinder B>
    static void bind(B& to, int index, const every_type::Celsius& value)
    {
        Codec<double>::bind(to, index, value.degrees);
    }
    template <RowReader R>
    static Misfit read(R& from, int column, every_type::Celsius& out)
    {
        return Codec<double>::read(from, column, out.degrees);
    }
};

namespace every_type {

struct Every {
    Id<Every> id{};
    bool flag{};
    std::int8_t i8{};
    std::uint8_t u8{};
    std::int16_t i16{};
    std::uint16_t u16{};
    std::int32_t i32{};
    std::uint32_t u32{};
    std::int64_t i64{};
    std::uint64_t u64{};
    float f{};
    double d{};
    std::string text{};
    std::vector<std::byte> bytes{};
    std::array<std::byte, 3> three{};
    std::optional<std::int32_t> maybe{};
    Named named{};
    Numbered numbered{};
    Timestamp at{};
    std::chrono::sys_days day{};
    std::chrono::local_seconds wall{};
    std::chrono::year_month_day date{std::chrono::year(1970), std::chrono::month(1), std::chrono::day(1)};
    std::chrono::milliseconds took{};
    std::chrono::duration<double> exactly{};
    boost::uuids::uuid uuid{};
    std::filesystem::path path{};
    Celsius celsius{};
    std::optional<Id<Every>> other{};
};

struct World : Schema<Table<"every", Every>> {};

struct Database {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    Database()
    {
        for (const SchemaObject& object : schema_info<World>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
        test::must(connection.execute("PRAGMA foreign_keys = OFF"));
    }

    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<World>(connection, query));
    }

    template <class Q>
    Error fails(const Q& query)
    {
        auto result = execute<World>(connection, query);
        if (result) FAIL("it did not fail");
        return result.error();
    }

    /// The row that comes back of one that was inserted.
    Every there_and_back(const Every& row)
    {
        const Id<Every> id = run(insert(row));
        const auto all = run(select<Every>().order_by(desc(col<&Every::id>)).limit(1));
        REQUIRE(all.size() == 1);
        REQUIRE(all.front().id == id);
        return all.front();
    }
};

} // namespace every_type

// The end of a fleet at any moment: whoever was told "done" finds it done, whoever was told an error finds nothing.
#include <tenantry/fleet/fleet.hpp>

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <boost/asio/use_future.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

constexpr std::size_t tenant_count = 3;

std::string tenant_name(std::size_t n) { return "t" + std::to_string(n); }

// Which numbers each tenant was told it has.
using Books = std::vector<std::vector<std::int64_t>>;

// One who writes to all tenants until he is told that the fleet is closed: through handles that he was given, or through
// such as he takes anew again and again.
class Writer {
public:
    Writer(Fleet<Notes>& fleet, std::int64_t first, bool takes_handles)
        : fleet_(takes_handles ? &fleet : nullptr), number_(first), kept_(tenant_count)
    {
        if (takes_handles) return;
        for (std::size_t n = 0; n < tenant_count; ++n)
            db_[n] = must(wait_for(fleet.async_tenant(tenant_name(n))));
    }

    void work()
    {
        std::vector<Asked> asked;
        for (std::size_t n = 0; !closed_; ++n) {
            const std::size_t tenant = n % tenant_count;
            if (fleet_ != nullptr && n % 5 == 0) {
                settle(asked);
                for (auto& db : db_) db = {}; // so that others get their turn
            }
            if (fleet_ != nullptr && db_[tenant].id().empty()) {
                settle(asked);
                for (auto& db : db_) db = {};
                auto handle = wait_for(fleet_->async_tenant(tenant_name(tenant)));
                if (!handle) {
                    note_error(handle.error());
                    continue;
                }
                db_[tenant] = std::move(*handle);
            }
            const auto number = ++number_;
            auto body = [number](auto& tx) -> Result<void> { return tx.run(insert(note("", number))); };
            asked.push_back({tenant, number, db_[tenant].async_write(body, asio::use_future)});
            if (asked.size() >= 8) settle(asked);
        }
        settle(asked);
    }

    [[nodiscard]] const Books& kept() const { return kept_; }
    [[nodiscard]] int wrong() const { return wrong_; }

private:
    struct Asked {
        std::size_t tenant;
        std::int64_t number;
        std::future<Result<void>> answer;
    };

    void settle(std::vector<Asked>& asked)
    {
        for (auto& each : asked) {
            const auto result = each.answer.get();
            if (result)
                kept_[each.tenant].push_back(each.number);
            else
                note_error(result.error());
        }
        asked.clear();
    }

    void note_error(const Error& error)
    {
        if (error == errc::fleet_closed)
            closed_ = true;
        else
            ++wrong_;
    }

    Fleet<Notes>* fleet_;
    std::int64_t number_;
    bool closed_ = false;
    Books kept_;
    TenantDb<Notes> db_[tenant_count];
    int wrong_ = 0;
};

Books found(const std::filesystem::path& root)
{
    auto fleet = must(open_notes(root));
    Books books;
    for (std::size_t n = 0; n < tenant_count; ++n) {
        const auto db = must(wait_for(fleet.async_tenant(tenant_name(n))));
        books.push_back(
            must(db.read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::number>))));
    }
    return books;
}

bool logs_left(const std::filesystem::path& root)
{
    for (const auto& file : std::filesystem::recursive_directory_iterator(root))
        if (file.path().native().ends_with("-wal")) return true;
    return false;
}

} // namespace

TEST_CASE("writers are at work when the fleet ends")
{
    const test::TempDir directory;
    const auto root = directory.path() / "root";
    {
        auto fleet = must(open_notes(root));
        for (std::size_t n = 0; n < tenant_count; ++n) must(wait_for(fleet.async_create(tenant_name(n))));
    }
    std::mt19937 random(4711);
    Books expected(tenant_count);
    for (int round = 0; round < 40; ++round) {
        FleetOptions options;
        options.threads = 1 + random() % 4;
        options.max_open = 1 + random() % 4; // tenants are opened and closed all the time
        const int way = round % 4;
        CAPTURE(round, way);
        if (way == 3) options.max_open = tenant_count;
        std::optional<Fleet<Notes>> fleet(must(open_notes(root, options)));
        Writer one(*fleet, round * 1'000'000, way != 3);
        Writer two(*fleet, round * 1'000'000 + 500'000, way != 3);
        std::thread first([&] { one.work(); });
        std::thread second([&] { two.work(); });
        test::spin(random() % 1'000'000);
        if (way == 0) must(wait_for(fleet->async_close(Shutdown::drain)));
        if (way == 1) must(wait_for(fleet->async_close(Shutdown::cancel)));
        if (way == 2) {
            auto drained = fleet->async_close(Shutdown::drain, asio::use_future);
            auto cancelled = fleet->async_close(Shutdown::cancel, asio::use_future);
            must(drained.get());
            must(cancelled.get());
        }
        if (way == 3) fleet.reset(); // under their hands
        REQUIRE_FALSE(logs_left(root));
        first.join();
        second.join();
        fleet.reset();
        CHECK(one.wrong() + two.wrong() == 0);
        for (std::size_t n = 0; n < tenant_count; ++n)
            for (const auto* writer : {&one, &two})
                expected[n].insert(expected[n].end(), writer->kept()[n].begin(), writer->kept()[n].end());
        for (auto& book : expected) std::sort(book.begin(), book.end());
        REQUIRE(found(root) == expected);
    }
}

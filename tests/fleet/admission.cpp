// More tenants than may be open: everybody is served or told why not, and nothing piles up.
#include <tenantry/fleet/fleet.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include "support/catch.hpp"
#include "support/descriptors.hpp"
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

std::string name(std::size_t n) { return "t" + std::to_string(n); }

struct Many {
    explicit Many(const FleetOptions& options, std::size_t tenants)
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        for (std::size_t n = 0; n < tenants; ++n) must(wait_for(fleet.async_create(name(n))));
    }

    test::TempDir directory;
    Fleet<Notes> fleet;
};

FleetOptions limited(std::size_t max_open)
{
    FleetOptions options;
    options.max_open = max_open;
    options.tenant.readers = 2;
    // Nobody is to be refused here, however slow the machine.
    options.open_deadline = std::chrono::hours(1);
    return options;
}

} // namespace

TEST_CASE("many clients of many tenants share few places")
{
    const auto max_open = GENERATE(std::size_t{1}, std::size_t{2}, std::size_t{3});
    CAPTURE(max_open);
    constexpr std::size_t tenants = 8;
    constexpr int clients = 12;
    constexpr int rounds = 25;
    Many many(limited(max_open), tenants);
    std::atomic<bool> stop{false};
    std::atomic<std::size_t> most{0};
    std::thread watching([&] {
        while (!stop) {
            const auto now = test::open_descriptors("main.db");
            if (now > most) most = now;
        }
    });
    auto client = [&](int serial) -> asio::awaitable<int> {
        std::mt19937 random(static_cast<unsigned>(serial));
        for (int n = 0; n < rounds; ++n) {
            const auto tenant = random() % tenants;
            auto scope = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
                if (db.id() != name(tenant)) co_return fail(errc::internal, "another tenant's handle");
                const auto row = note(name(tenant), serial * 1000 + n);
                auto key = co_await db.async_write(insert(row));
                if (!key) co_return tl::unexpected(key.error());
                auto again = db.read(one(select<Note>().where(col<&Note::id> == *key)));
                if (!again) co_return tl::unexpected(again.error());
                if (again->number != serial * 1000 + n) co_return fail(errc::internal, "another one's row");
                co_return Result<void>();
            };
            auto done = co_await many.fleet.async_with(name(tenant), scope);
            if (!done) co_return n;
        }
        co_return rounds;
    };
    asio::io_context context;
    std::vector<std::future<int>> served;
    for (int n = 0; n < clients; ++n) served.push_back(asio::co_spawn(context, client(n), asio::use_future));
    context.run();
    for (auto& each : served) CHECK(each.get() == rounds);
    stop = true;
    watching.join();
    // A tenant has a writer and two readers: database, log and shared memory each. The last ones of a tenant may still be
    // closing when SQLite opens the next one's.
    CHECK(most <= max_open * 9);
    std::int64_t written = 0;
    for (std::size_t n = 0; n < tenants; ++n) {
        const auto db = must(wait_for(many.fleet.async_tenant(name(n))));
        for (const auto& row : must(db.read(select<Note>()))) CHECK(row.text == name(n));
        written += must(test::count_notes(db));
    }
    CHECK(written == clients * rounds);
}

TEST_CASE("a scope within a scope, when there is one place, ends by the deadline and not in a deadlock")
{
    auto options = limited(1);
    options.open_deadline = std::chrono::milliseconds(20);
    Many many(options, 2);
    std::optional<Error> inner_error;
    auto inner = []<class T>(TenantDb<T>) -> asio::awaitable<Result<int>> { co_return 1; };
    auto outer = [&]<class T>(TenantDb<T> db) -> asio::awaitable<Result<int>> {
        auto other = co_await many.fleet.async_with(name(1), inner);
        if (other) co_return 0;
        inner_error = other.error();
        auto same = co_await many.fleet.async_with(name(0), inner); // which is open
        if (!same) co_return tl::unexpected(same.error());
        auto seen = test::count_notes(db);
        if (!seen) co_return tl::unexpected(seen.error());
        co_return 2;
    };
    auto result = wait_for(many.fleet.async_with(name(0), outer));
    CHECK(must(std::move(result)) == 2);
    REQUIRE(inner_error);
    CHECK(*inner_error == errc::too_many_open);
    CHECK(inner_error->tenant() == name(1));
    // Now there is room, as soon as the first one is closed.
    auto now = wait_for(many.fleet.async_with(name(1), inner));
    for (int tries = 0; !now && now.error() == errc::too_many_open && tries < 1000; ++tries)
        now = wait_for(many.fleet.async_with(name(1), inner));
    CHECK(must(std::move(now)) == 1);
}

TEST_CASE("a tenant that is used is not closed under its user")
{
    Many many(limited(2), 4);
    const auto held = must(wait_for(many.fleet.async_tenant(name(0))));
    std::vector<std::future<Result<Key<Note, Notes>>>> writes;
    for (int n = 0; n < 60; ++n) {
        writes.push_back(test::add_note(held, "", n)(asio::use_future));
        // The others come and go through the one place that is left.
        auto other = must(wait_for(many.fleet.async_tenant(name(1 + static_cast<std::size_t>(n) % 3))));
        writes.push_back(test::add_note(other, "", n)(asio::use_future));
        // The handle goes; its write is still on its way, and keeps the tenant open.
    }
    for (auto& write : writes) must(write.get());
    CHECK(must(test::count_notes(held)) == 60);
    for (std::size_t n = 1; n < 4; ++n)
        CHECK(must(test::count_notes(must(wait_for(many.fleet.async_tenant(name(n)))))) == 20);
}

TEST_CASE("tenants are destroyed while they are opened, and opened while they are destroyed")
{
    Many many(limited(2), 1);
    for (int round = 0; round < 100; ++round) {
        const auto id = "r" + std::to_string(round % 3);
        must(wait_for(many.fleet.async_create(id)));
        auto before = many.fleet.async_tenant(id, asio::use_future);
        auto other = many.fleet.async_tenant(name(0), asio::use_future);
        if (round % 4 == 0) (void)before.wait();
        auto destroyed = many.fleet.async_destroy(id, asio::use_future);
        auto twice = many.fleet.async_destroy(id, asio::use_future);
        auto after = many.fleet.async_tenant(id, asio::use_future);
        const auto first = before.get();
        if (first) {
            // Whatever it is now, it is not another tenant, and a write either is done or is not.
            const auto written = wait_for(test::add_note(*first, "", round));
            if (!written) CHECK(written.error() == errc::tenant_gone);
        } else {
            CHECK(first.error() == errc::tenant_gone);
        }
        const auto late = after.get();
        REQUIRE_FALSE(late);
        CHECK((late.error() == errc::tenant_gone || late.error() == errc::no_such_tenant));
        must(destroyed.get());
        CHECK(twice.get().error() == errc::no_such_tenant);
        must(other.get());
        CHECK(wait_for(many.fleet.async_tenant(id)).error() == errc::no_such_tenant);
        CHECK(must(many.fleet.tenants()).size() == 1);
    }
}

TEST_CASE("a lease is taken while the tenant is being closed for want of room")
{
    Many many(limited(1), 2);
    std::atomic<int> wrong{0};
    std::vector<std::thread> users;
    for (std::size_t t = 0; t < 4; ++t)
        users.emplace_back([&, t] {
            for (int n = 0; n < 150; ++n) {
                // Two of them want the one tenant, two the other: each time one is closed it is wanted again.
                const auto db = wait_for(many.fleet.async_tenant(name(t % 2)));
                if (!db || db->id() != name(t % 2) || !db->read(select<Note>().limit(1))) ++wrong;
            }
        });
    for (auto& user : users) user.join();
    CHECK(wrong == 0);
}

TEST_CASE("deadlines hold while the threads of the pool are busy with another tenant")
{
    FleetOptions options;
    options.threads = 1;
    options.sole_owner = GENERATE(false, true);
    options.open_deadline = std::chrono::milliseconds(50);
    Many many(options, 3);
    auto& fleet = many.fleet;
    const auto opened = [&](std::size_t n) {
        auto db = fleet.tenant(name(n));
        while (!db && db.error() == errc::timeout) db = fleet.tenant(name(n)); // a slow machine's
        return must(std::move(db));
    };
    const auto busy = opened(0);
    const auto idle = opened(1);
    test::Door inside;
    test::Door leave;
    auto block = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::internal, "nobody has opened the door");
    };
    auto blocked = busy.async_write(block, asio::use_future);
    REQUIRE(inside.wait());
    const auto is_late = [](const auto& result) { return !result && result.error() == errc::timeout; };
    // An opening.
    CHECK(is_late(fleet.async_tenant(name(2), asio::use_future).get()));
    CHECK(is_late(fleet.tenant(name(2))));
    CHECK(is_late(fleet.with(name(2), [](auto) -> Result<void> { return {}; })));
    // Operations of an open tenant.
    const auto limited = [&] { return idle.limited(within(std::chrono::milliseconds(50))); };
    const auto row = note("too late");
    auto body = [&](auto& tx) -> Result<void> {
        if (auto key = tx.run(insert(row)); !key) return fail(key.error());
        return {};
    };
    CHECK(is_late(limited().async_write(insert(row), asio::use_future).get()));
    CHECK(is_late(limited().async_write(body, asio::use_future).get()));
    CHECK(is_late(limited().async_read(select<Note>(), asio::use_future).get()));
    leave.open();
    must(blocked.get());
    must(test::count_notes(opened(2)));
    CHECK(must(test::count_notes(idle)) == 0);
    must(wait_for(test::add_note(idle)));
    must(fleet.close(Shutdown::drain));
}

TEST_CASE("descriptors are given back: twenty rounds of create, use and destroy end as they began")
{
    Many many(limited(3), 1);
    must(wait_for(many.fleet.async_tenant(name(0))));
    const auto round = [&] {
        must(wait_for(many.fleet.async_create("passing")));
        {
            const auto db = must(wait_for(many.fleet.async_tenant("passing")));
            must(wait_for(test::add_note(db, "")));
            must(db.read(select<Note>()));
        }
        must(wait_for(many.fleet.async_destroy("passing")));
    };
    round();
    const auto before = test::open_descriptors();
    for (int n = 0; n < 20; ++n) round();
    CHECK(test::open_descriptors() == before);
}

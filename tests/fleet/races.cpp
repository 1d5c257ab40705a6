// Tenants are opened, closed, made and destroyed at the same moments: whoever asks is answered, and the answers fit.
#include <atomic>
#include <chrono>
#include <filesystem>
#include <future>
#include <optional>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <tenantry/fleet/for_each.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace asio = boost::asio;
using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Notes;
using test::open_notes;
using test::wait_for;

namespace {

std::string name(std::size_t n) { return "t" + std::to_string(n); }

FleetOptions few(std::size_t max_open)
{
    FleetOptions options;
    options.threads = 3;
    options.max_open = max_open;
    options.open_deadline = 1h; // nobody is refused, however slow the machine
    return options;
}

struct Site {
    explicit Site(const FleetOptions& options, std::size_t tenants = 0)
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        for (std::size_t n = 0; n < tenants; ++n) must(wait_for(fleet->async_create(name(n))));
    }

    test::TempDir directory;
    std::optional<Fleet<Notes>> fleet;
};

} // namespace

TEST_CASE("the clock and the want of room close the same tenants, and somebody wants them again")
{
    auto options = few(2);
    options.close_idle_after = 1ms;
    options.trim_idle_after = 1ms;
    Site site(options, 4);
    std::atomic<bool> stop{false};
    std::atomic<int> wrong{0};
    std::atomic<int> written{0};
    std::vector<std::thread> users;
    for (unsigned user = 0; user < 3; ++user)
        users.emplace_back([&, user] {
            std::mt19937 random(user);
            while (!stop) {
                const auto tenant = random() % 4;
                {
                    const auto db = wait_for(site.fleet->async_tenant(name(tenant)));
                    if (!db || db->id() != name(tenant) || !wait_for(test::add_note(*db)))
                        ++wrong;
                    else
                        ++written;
                }
                test::spin(random() % 100'000);
            }
        });
    const auto end = std::chrono::steady_clock::now() + test::long_enough;
    const auto enough = [&] {
        const auto stats = site.fleet->stats();
        return stats.closed_idle >= 5 && stats.evicted >= 50;
    };
    while (!enough() && std::chrono::steady_clock::now() < end) std::this_thread::yield();
    CHECK(enough());
    stop = true;
    for (auto& user : users) user.join();
    CHECK(wrong == 0);
    std::int64_t found = 0;
    for (std::size_t n = 0; n < 4; ++n)
        found += must(test::count_notes(must(wait_for(site.fleet->async_tenant(name(n))))));
    CHECK(found == written);
}

TEST_CASE("a tenant that is made again as soon as it is to be destroyed is a new one")
{
    Site site(few(2), 1);
    for (int round = 0; round < 30; ++round) {
        auto db = must(wait_for(site.fleet->async_tenant(name(0))));
        const auto old = db.incarnation();
        REQUIRE(must(test::count_notes(db)) == 0);
        auto write = test::add_note(db)(asio::use_future);
        if (round % 3 == 0) db = {};
        if (round % 3 == 1) must(write.get());
        auto destroyed = site.fleet->async_destroy(name(0), asio::use_future);
        auto created = site.fleet->async_create(name(0), asio::use_future);
        auto rival = site.fleet->async_create(name(0), asio::use_future);
        test::spin(static_cast<std::size_t>(round) * 1000);
        const auto first = created.get();
        const auto second = rival.get();
        int made = 0;
        for (const auto* each : {&first, &second}) {
            if (!*each) REQUIRE(each->error() == errc::tenant_exists);
            made += each->has_value();
        }
        REQUIRE(made <= 1);
        must(destroyed.get());
        if (made == 0) must(wait_for(site.fleet->async_create(name(0)))); // the old one was in use still
        // What was made is there for whoever asks from now on.
        const auto fresh = must(wait_for(site.fleet->async_tenant(name(0))));
        REQUIRE(fresh.incarnation() != old);
        REQUIRE(must(test::count_notes(fresh)) == 0);
    }
}

TEST_CASE("a tenant is made, opened and destroyed by several at once")
{
    Site site(few(1));
    std::atomic<int> made{0};
    std::atomic<int> destroyed{0};
    std::atomic<int> wrong{0};
    std::vector<std::thread> users;
    for (unsigned user = 0; user < 4; ++user)
        users.emplace_back([&, user] {
            std::mt19937 random(user);
            for (int n = 0; n < 40; ++n) {
                const auto tenant = name(random() % 2);
                switch (random() % 3) {
                case 0: {
                    const auto created = wait_for(site.fleet->async_create(tenant));
                    if (created)
                        ++made;
                    else if (!(created.error() == errc::tenant_exists))
                        ++wrong;
                    break;
                }
                case 1: {
                    const auto done = wait_for(site.fleet->async_destroy(tenant));
                    if (done)
                        ++destroyed;
                    else if (!(done.error() == errc::no_such_tenant))
                        ++wrong;
                    break;
                }
                default: {
                    const auto db = wait_for(site.fleet->async_tenant(tenant));
                    const auto error = db ? errc::tenant_gone : db.error().errc();
                    if (error != errc::tenant_gone && error != errc::no_such_tenant) ++wrong;
                    if (!db) break;
                    const auto written = wait_for(test::add_note(*db));
                    if (!written && !(written.error() == errc::tenant_gone)) ++wrong;
                }
                }
            }
        });
    for (auto& user : users) user.join();
    CHECK(wrong == 0);
    CHECK(must(site.fleet->tenants()).size() == static_cast<std::size_t>(made - destroyed));
    CHECK(std::filesystem::is_empty(site.directory.path() / "root" / "trash"));
    CHECK(std::filesystem::is_empty(site.directory.path() / "root" / "staging"));
}

TEST_CASE("a fleet ends in the midst of everything, and everybody is answered")
{
    std::mt19937 random(2026);
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        auto written = co_await test::add_note(db);
        if (!written) co_return tl::unexpected(written.error());
        co_return Result<void>();
    };
    for (int round = 0; round < 12; ++round) {
        CAPTURE(round);
        auto options = few(1 + random() % 3);
        options.close_idle_after = 1ms;
        Site site(options, 4);
        std::vector<std::future<Result<void>>> ends;
        std::vector<std::future<Result<TenantDb<Notes>>>> handles;
        for (int n = 0; n < 12; ++n) {
            const auto tenant = name(random() % 6);
            switch (random() % 4) {
            case 0: ends.push_back(site.fleet->async_destroy(tenant, asio::use_future)); break;
            case 1: ends.push_back(site.fleet->async_create(tenant, asio::use_future)); break;
            case 2: ends.push_back(site.fleet->async_with(tenant, body, asio::use_future)); break;
            default: handles.push_back(site.fleet->async_tenant(tenant, asio::use_future)); break;
            }
        }
        auto visits = async_for_each(*site.fleet, Which::all(), body, {}, asio::use_future);
        test::spin(random() % 200'000);
        const auto drop_handles = [&] {
            for (auto& handle : handles) (void)handle.get();
        };
        if (round % 3 == 0) {
            auto closed = site.fleet->async_close(Shutdown::cancel, asio::use_future);
            drop_handles();
            must(closed.get());
        } else if (round % 3 == 1) {
            auto closed = site.fleet->async_close(Shutdown::drain, asio::use_future);
            drop_handles();
            must(closed.get());
            CHECK(site.fleet->stats().open == 0);
            CHECK(site.fleet->stats().waiting == 0);
        }
        site.fleet.reset();
        if (round % 3 == 2) drop_handles();
        for (auto& end : ends) (void)end.get(); // each of them, or this would not end
        (void)visits.get();
        // What is left can be used.
        auto again = must(open_notes(site.directory.path() / "root", few(2)));
        for (const auto& id : must(again.tenants())) must(wait_for(again.async_tenant(id.view())));
    }
}

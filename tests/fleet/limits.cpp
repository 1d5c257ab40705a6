// Handles whose operations may not wait or run for ever.
#include <tenantry/tenant/limits.hpp>

#include <atomic>
#include <chrono>
#include <future>
#include <string>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/system_executor.hpp>

#include <tenantry/fleet/fleet.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::wait_for;

namespace {

// The one thread of a fleet's pool is at work while it lives.
class Busy {
public:
    explicit Busy(Fleet<Notes>& fleet)
    {
        auto body = [this](auto&) -> Result<void> {
            begun_.open();
            (void)may_end_.wait();
            ended_ = true;
            return {};
        };
        auto db = must(fleet.tenant("busy"));
        over_ = db.async_snapshot(body, boost::asio::use_future);
        REQUIRE(begun_.wait());
    }
    ~Busy()
    {
        may_end_.open();
        over_.wait();
    }
    [[nodiscard]] bool is_over() const { return ended_; }

private:
    test::Door begun_;
    test::Door may_end_;
    std::atomic<bool> ended_{false};
    std::future<Result<void>> over_;
};

// Whether that is the answer. It is told beside the pool, whose threads may be at work.
template <class R, class... Parts>
bool times_out(boost::asio::deferred_async_operation<void(R), Parts...> operation)
{
    test::Arrival<R> arrival;
    auto future = arrival.promise->get_future();
    std::move(operation)(boost::asio::bind_executor(boost::asio::system_executor(), std::move(arrival)));
    const R result = future.get();
    return !result && result.error() == errc::timeout;
}

} // namespace

TEST_CASE("every operation of a limited handle is limited, and of no other")
{
    test::TempDir directory;
    auto fleet = must(test::open_notes(directory.path() / "root"));
    must(wait_for(fleet.async_create("a")));
    auto db = must(wait_for(fleet.async_tenant("a")));
    const auto endless = sql<"with recursive c(n) as (select 1 union all select n + 1 from c) "
                             "select max(n) from c",
                             std::int64_t>();
    const auto limited = db.limited({.time_limit = 5ms});
    CHECK(limited.read(endless).error() == errc::timeout);
    CHECK(wait_for(limited.async_read(endless)).error() == errc::timeout);
    auto snapshot = [&](auto& moment) { return moment.read(endless); };
    CHECK(limited.snapshot(snapshot).error() == errc::timeout);
    CHECK(wait_for(limited.async_snapshot(snapshot)).error() == errc::timeout);
    auto body = [&](auto& tx) -> Result<void> {
        must(tx.run(insert(note("rolled back"))));
        must(tx.read(endless));
        return {};
    };
    const auto ended = wait_for(limited.async_write(body));
    CHECK(ended.error() == errc::timeout);
    CHECK(ended.error().tenant() == "a");
    CHECK(wait_for(limited.async_write(sql<"insert into note(text, number) with recursive c(n) as "
                                           "(select 1 union all select n + 1 from c) select '', n from c">()))
              .error() == errc::timeout);
    // What is short enough goes through, and an expired deadline lets nothing through.
    must(wait_for(test::add_note(db.limited({.time_limit = 1h}), "kept")));
    const auto late = db.limited({.deadline = Limits::Clock::now()});
    CHECK(wait_for(test::add_note(late, "late")).error() == errc::timeout);
    CHECK(wait_for(late.async_read(select<Note>())).error() == errc::timeout);
    const auto long_one = sql<"with recursive c(n) as (select 1 union all select n + 1 from c limit 2000000) "
                              "select max(n) from c",
                              std::int64_t>();
    CHECK(must(db.read(one(long_one))) == 2000000);
    CHECK(must(test::count_notes(db)) == 1);
}

TEST_CASE("the first operation of an idle tenant has its deadline while every thread of the pool is at work")
{
    FleetOptions options;
    options.sole_owner = GENERATE(false, true);
    CAPTURE(options.sole_owner);
    options.threads = 1;
    test::TempDir directory;
    auto fleet = must(test::open_notes(directory.path() / "root", options));
    std::vector<TenantDb<Notes>> idle;
    for (const std::string id : {"busy", "read", "snapshot", "write", "body", "blocking", "two"}) {
        must(fleet.create(id));
        if (id != "busy") idle.push_back(must(fleet.tenant(id)));
    }
    auto next = idle.begin();
    const auto soon = [&] { return (next++)->limited(within(10ms)); };
    auto body = [](auto&) -> Result<void> { return {}; };
    {
        const Busy busy(fleet);
        CHECK(times_out(soon().async_read(select<Note>())));
        CHECK(times_out(soon().async_snapshot(body)));
        CHECK(times_out(test::add_note(soon())));
        CHECK(times_out(soon().async_write(body)));
        // A thread that waits needs none of the pool where nobody else is at work with the tenant.
        CHECK((next++)->limited(within(1h)).write(body));
        // The one that comes second has the earlier one.
        const auto& db = *next;
        auto waits = test::add_note(db.limited(within(1h)), "waits")(boost::asio::use_future);
        CHECK(times_out(test::add_note(db.limited(within(10ms)))));
        CHECK(times_out(db.limited(within(10ms)).async_read(select<Note>())));
        const auto blocking = db.limited(within(10ms)).write(body);
        CHECK((!blocking && blocking.error() == errc::timeout));
        CHECK(waits.wait_for(0s) == std::future_status::timeout);
        CHECK_FALSE(busy.is_over());
    }
    // Nothing of what was refused was run, and what waited was.
    for (const auto& db : idle) {
        must(wait_for(test::add_note(db.limited(within(1h)))));
        CHECK(must(wait_for(db.limited(within(1h)).async_read(one(select(count()).from(table<Note>))))) ==
              (db.id() == "two" ? 2 : 1));
    }
}

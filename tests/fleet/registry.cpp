#include <tenantry/fleet/detail/registry.hpp>

#include <chrono>
#include <random>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/registry_shell.hpp"

using namespace tenantry;
using test::id;
using test::Outcome;
using test::Registry;
using test::Shell;
using test::TimePoint;
using Phase = detail::Entry::Phase;

TEST_CASE("many who want one cold tenant have it opened once")
{
    Shell shell(2);
    const auto first = shell.acquire("a");
    const auto second = shell.acquire("a");
    CHECK(shell.to_open.size() == 1);
    CHECK(first->answers == 0);
    shell.open_one();
    CHECK(first->granted);
    CHECK(second->granted == first->granted);
    CHECK(first->granted->leases == 2);
    const auto third = shell.acquire("a");
    CHECK(third->granted); // at once
}

TEST_CASE("a failed opening is told to all who waited, and the next one tries again")
{
    Shell shell(1);
    const auto first = shell.acquire("a");
    const auto second = shell.acquire("a");
    shell.fail_one(errc::corrupt);
    CHECK(first->error.value() == errc::corrupt);
    CHECK(second->error.value() == errc::corrupt);
    CHECK(shell.registry.occupied() == 0);
    const auto third = shell.acquire("a");
    shell.open_one();
    CHECK(third->granted);
}

TEST_CASE(
    "at the limit the tenant that was idle for the longest time makes room, and a leased one never does")
{
    Shell shell(3);
    const auto a = shell.acquire("a");
    const auto b = shell.acquire("b");
    const auto c = shell.acquire("c");
    while (!shell.to_open.empty()) shell.open_one();
    shell.release(b);
    shell.release(a);
    const auto d = shell.acquire("d");
    REQUIRE(shell.to_close.size() == 1);
    CHECK(shell.to_close.front()->id == id("b"));
    CHECK(shell.to_open.empty());
    shell.close_one();
    shell.open_one();
    CHECK(d->granted);
    CHECK(c->granted);
    CHECK(shell.registry.occupied() == 3);
}

TEST_CASE("when all are leased the caller waits, until one is free or his time is up")
{
    Shell shell(1);
    const TimePoint start{};
    const auto a = shell.acquire("a");
    shell.open_one();
    const auto b = shell.acquire("b", start + std::chrono::seconds(5));
    CHECK(b->answers == 0);
    REQUIRE(shell.registry.next_deadline() == start + std::chrono::seconds(5));

    SECTION("one gets free")
    {
        shell.release(a);
        shell.close_one();
        shell.open_one();
        CHECK(b->granted);
    }
    SECTION("time is up")
    {
        shell.decide([&](auto& actions) { shell.registry.expire(start + std::chrono::seconds(4), actions); });
        CHECK(b->answers == 0);
        shell.decide([&](auto& actions) { shell.registry.expire(start + std::chrono::seconds(5), actions); });
        CHECK(b->error.value() == errc::too_many_open);
        CHECK_FALSE(shell.registry.next_deadline());
        shell.release(a);
        CHECK(shell.to_close.empty()); // nobody waits any more
    }
    SECTION("cancelled")
    {
        b->cancelled = true;
        shell.decide([&](auto& actions) { shell.registry.sweep_cancelled(actions); });
        CHECK(b->error.value() == errc::cancelled);
    }
    CHECK(b->answers == 1);
}

TEST_CASE("nobody waits beyond his time for a thread that opens his tenant, or closes it first")
{
    Shell shell(1);
    const TimePoint start{};
    const auto in = [&](int seconds) { return start + std::chrono::seconds(seconds); };
    const auto expire = [&](int seconds) {
        shell.decide([&](auto& actions) { shell.registry.expire_awaited(in(seconds), actions); });
    };
    SECTION("opening was not begun")
    {
        const auto late = shell.acquire("a", in(5));
        const auto patient = shell.acquire("a", in(9));
        CHECK(shell.registry.awaited_until() == in(5));
        expire(4);
        CHECK(late->answers == 0);
        expire(5);
        CHECK(late->error.value() == errc::timeout);
        CHECK(patient->answers == 0);
        CHECK(shell.registry.awaited_until() == in(9));
        shell.open_one();
        CHECK(patient->granted);
        CHECK(late->answers == 1);
        expire(9);
        CHECK(patient->answers == 1);
        CHECK_FALSE(shell.registry.awaited_until());
    }
    SECTION("nobody is left when it is opened")
    {
        const auto late = shell.acquire("a", in(5));
        expire(5);
        CHECK(late->error.value() == errc::timeout);
        shell.open_one();
        const auto next = shell.acquire("a", in(5));
        CHECK(next->granted);
    }
    SECTION("opening was begun: it takes what it takes")
    {
        const auto a = shell.acquire("a", in(5));
        shell.registry.begin_opening(*shell.to_open.front());
        expire(6);
        CHECK(a->answers == 0);
        shell.open_one();
        CHECK(a->granted);
        // The next time it is not begun.
        shell.release(a);
        const auto b = shell.acquire("b", in(20));
        shell.close_one();
        shell.open_one();
        shell.release(b);
        const auto again = shell.acquire("a", in(7));
        shell.close_one();
        expire(7);
        CHECK(again->error.value() == errc::timeout);
    }
    SECTION("it is to be closed first")
    {
        const auto a = shell.acquire("a", in(1));
        shell.open_one();
        shell.release(a);
        const auto b = shell.acquire("b", in(9)); // takes its place
        const auto again = shell.acquire("a", in(5));
        CHECK(shell.registry.awaited_until() == in(1));
        expire(1);
        expire(5);
        CHECK(again->error.value() == errc::timeout);
        CHECK(b->answers == 0);
        shell.close_one();
        shell.open_one();
        CHECK(b->granted);
    }
}

TEST_CASE("a caller's own limit ends every wait for a tenant, and the tenant is opened all the same")
{
    Shell shell(1);
    const TimePoint start{};
    const auto in = [&](int seconds) { return start + std::chrono::seconds(seconds); };
    const auto acquire = [&](const char* name, int patience, int limit) {
        return shell.acquire(name, in(patience), false, {.deadline = in(limit)});
    };
    const auto expire = [&](int seconds) {
        shell.decide([&](auto& actions) {
            shell.registry.set_time(in(seconds));
            shell.registry.expire(in(seconds), actions);
            shell.registry.expire_awaited(in(seconds), actions);
        });
    };
    const auto is_late = [](const std::shared_ptr<Outcome>& outcome) {
        return outcome->answers == 1 && outcome->error && *outcome->error == errc::timeout;
    };
    SECTION("it was over before")
    {
        shell.registry.set_time(in(3));
        CHECK(is_late(acquire("a", 9, 3)));
        CHECK(shell.to_open.empty());
    }
    SECTION("for room")
    {
        const auto a = shell.acquire("a", in(9));
        shell.open_one();
        const auto late = acquire("b", 9, 3);
        const auto impatient = acquire("b", 2, 9);
        CHECK(shell.registry.next_deadline() == in(2));
        expire(2);
        CHECK(impatient->error.value() == errc::too_many_open);
        CHECK(late->answers == 0);
        CHECK(shell.registry.next_deadline() == in(3));
        expire(3);
        CHECK(is_late(late));
        shell.release(a);
        CHECK(shell.to_close.empty());
    }
    SECTION("for opening, begun or not")
    {
        const auto late = acquire("a", 2, 5);
        const auto patient = acquire("a", 2, 9);
        CHECK(shell.registry.awaited_until() == in(2));
        if (GENERATE(false, true)) {
            Registry::begin_opening(*shell.to_open.front());
            expire(2);
            CHECK(late->answers == 0);
            CHECK(shell.registry.awaited_until() == in(5));
            expire(5);
            CHECK(is_late(late));
            CHECK(shell.registry.awaited_until() == in(9));
            expire(9);
            CHECK(is_late(patient));
            shell.open_one();
            // Nobody waits any more; it is there for who comes next.
            CHECK(shell.acquire("a", in(10))->granted);
        } else {
            expire(2);
            CHECK(is_late(late));
            CHECK(is_late(patient));
        }
    }
    SECTION("for a thread, having waited for room while others were answered")
    {
        const auto a = shell.acquire("a", in(1));
        shell.open_one();
        shell.release(a);
        const auto b = acquire("b", 9, 4);
        expire(1);
        shell.close_one();
        REQUIRE(shell.to_open.size() == 1);
        CHECK(shell.registry.awaited_until() == in(4));
        expire(4);
        CHECK(is_late(b));
    }
    SECTION("for closing what is to be opened again")
    {
        const auto a = shell.acquire("a", in(9));
        Registry::begin_opening(*shell.to_open.front());
        shell.open_one();
        shell.release(a);
        const auto b = shell.acquire("b", in(9));
        const auto impatient = acquire("a", 2, 9);
        const auto late = acquire("a", 9, 3);
        expire(2);
        CHECK(is_late(impatient));
        CHECK(late->answers == 0);
        expire(3);
        CHECK(is_late(late));
        CHECK(b->answers == 0);
    }
}

TEST_CASE("a tenant that is wanted while it is closed is opened again")
{
    Shell shell(1);
    const auto a = shell.acquire("a");
    shell.open_one();
    shell.release(a);
    const auto b = shell.acquire("b");
    const auto again = shell.acquire("a");
    shell.close_one();
    shell.open_one();
    CHECK(b->granted);
    CHECK(again->answers == 0);
    shell.release(b);
    shell.close_one();
    shell.open_one();
    CHECK(again->granted);
}

TEST_CASE("destroying waits for the tenant to drain, refuses new work, and frees the name")
{
    Shell shell(2);
    const auto a = shell.acquire("a");
    shell.open_one();
    const auto destroyed = shell.destroy("a");
    REQUIRE(shell.to_drain.size() == 1);
    CHECK(shell.acquire("a")->error.value() == errc::tenant_gone);
    CHECK(shell.destroy("a")->error.value() == errc::no_such_tenant);
    shell.drain_one();
    CHECK(shell.acquire("a")->error.value() == errc::tenant_gone);
    shell.destroy_one();
    CHECK(destroyed->answers == 1);
    CHECK_FALSE(destroyed->error);
    const auto next = shell.acquire("a");
    CHECK(shell.to_open.size() == 1);
    shell.release(a); // a lease of the old one, long after
    CHECK(next->answers == 0);
}

TEST_CASE("a tenant may be destroyed in every phase")
{
    Shell shell(1);
    SECTION("never opened")
    {
        const auto destroyed = shell.destroy("a");
        shell.destroy_one();
        CHECK(destroyed->answers == 1);
    }
    SECTION("waiting for room")
    {
        const auto other = shell.acquire("b");
        shell.open_one();
        const auto waiting = shell.acquire("a");
        const auto destroyed = shell.destroy("a");
        CHECK(waiting->error.value() == errc::tenant_gone);
        shell.destroy_one();
        CHECK(destroyed->answers == 1);
    }
    SECTION("opening")
    {
        const auto waiting = shell.acquire("a");
        const auto destroyed = shell.destroy("a");
        shell.open_one();
        CHECK(waiting->granted); // it came before
        shell.drain_one();
        shell.destroy_one();
        CHECK(destroyed->answers == 1);
    }
    SECTION("cannot be opened")
    {
        const auto waiting = shell.acquire("a");
        const auto destroyed = shell.destroy("a");
        shell.fail_one(errc::corrupt);
        CHECK(waiting->error.value() == errc::corrupt);
        shell.destroy_one();
        CHECK(destroyed->answers == 1);
    }
    SECTION("closing")
    {
        const auto a = shell.acquire("a");
        shell.open_one();
        shell.release(a);
        const auto b = shell.acquire("b");
        const auto again = shell.acquire("a");
        const auto destroyed = shell.destroy("a");
        shell.close_one();
        CHECK(again->error.value() == errc::tenant_gone);
        shell.destroy_one();
        CHECK(destroyed->answers == 1);
        shell.open_one();
        CHECK(b->granted);
    }
}

TEST_CASE("a tenant whose files are gone is forgotten, and closed though somebody holds it")
{
    Shell shell(2);
    const auto old = shell.acquire("a");
    shell.open_one();
    const auto entry = old->granted;
    shell.decide([&](auto& actions) { shell.registry.lost(entry, actions); });
    const auto fresh = shell.acquire("a");
    shell.open_one();
    CHECK(fresh->granted);
    CHECK(fresh->granted != entry);
    CHECK(shell.to_close.empty());
    CHECK(shell.registry.is_leaving(id("a")));
    shell.decide(
        [&](auto& actions) { shell.registry.lost(entry, actions); }); // somebody else has found it, too
    CHECK(shell.to_drain.size() == 1);
    shell.drain_one();
    CHECK_FALSE(shell.registry.is_leaving(id("a")));
    CHECK(shell.registry.occupied() == 1);
    shell.release(old);
    CHECK(shell.to_close.empty());
    CHECK(shell.registry.occupied() == 1);
}

TEST_CASE("a closed fleet refuses, drains what is open, and is finished when all is closed")
{
    Shell shell(1);
    const auto a = shell.acquire("a");
    shell.open_one();
    const auto waiting = shell.acquire("b");
    shell.decide([&](auto& actions) { shell.registry.close(actions); });
    CHECK(waiting->error.value() == errc::fleet_closed);
    CHECK(shell.acquire("a")->error.value() == errc::fleet_closed);
    CHECK(shell.destroy("a")->error.value() == errc::fleet_closed);
    CHECK_FALSE(shell.registry.is_finished());
    shell.decide([&](auto& actions) { shell.registry.drain_all(actions); });
    shell.drain_one();
    CHECK(shell.registry.is_finished());
    shell.release(a);
    CHECK(shell.registry.is_finished());
}

// Random events against rules that must hold after each, and at the end.
TEST_CASE("whatever comes in whatever order, everybody is answered once and the limit holds")
{
    for (unsigned seed = 0; seed < 300; ++seed) {
        CAPTURE(seed);
        std::mt19937 random(seed);
        auto pick = [&](std::size_t n) { return static_cast<std::size_t>(random() % n); };
        const std::size_t max_open = 1 + pick(3);
        Shell shell(max_open);
        const std::vector<std::string> names{"a", "b", "c", "d", "e"};
        std::vector<std::shared_ptr<Outcome>> outcomes;
        auto finish_one = [&]() -> bool {
            if (!shell.to_close.empty()) return shell.close_one(), true;
            if (!shell.to_drain.empty()) return shell.drain_one(), true;
            if (!shell.to_destroy.empty()) return shell.destroy_one(), true;
            if (!shell.to_open.empty()) return shell.open_one(), true;
            return false;
        };
        TimePoint now{};
        for (int step = 0; step < 200; ++step) {
            now += std::chrono::milliseconds(1);
            const auto& name = names[pick(names.size())];
            switch (pick(12)) {
            case 0:
            case 1:
            case 2: {
                const bool is_endless = pick(8) == 0;
                outcomes.push_back(shell.acquire(
                    name, is_endless ? TimePoint::max() : now + std::chrono::milliseconds(pick(40)),
                    pick(4) == 0));
                break;
            }
            case 3: outcomes.push_back(shell.destroy(name)); break;
            case 4:
            case 5: {
                auto& outcome = outcomes.empty() ? outcomes.emplace_back(shell.acquire(name, now))
                                                 : outcomes[pick(outcomes.size())];
                if (outcome->granted) shell.release(outcome);
                break;
            }
            case 6:
                if (!shell.to_open.empty()) shell.open_one();
                break;
            case 7:
                if (!shell.to_open.empty()) shell.fail_one(errc::io_error);
                break;
            case 8: shell.decide([&](auto& actions) { shell.registry.expire(now, actions); }); break;
            case 9: {
                auto& outcome = outcomes.empty() ? outcomes.emplace_back(shell.acquire(name, now))
                                                 : outcomes[pick(outcomes.size())];
                if (outcome->answers == 0) outcome->cancelled = true;
                shell.decide([&](auto& actions) { shell.registry.sweep_cancelled(actions); });
                break;
            }
            case 10:
                if (const auto entry = shell.registry.find(id(name)); entry && entry->phase == Phase::open)
                    shell.decide([&](auto& actions) { shell.registry.lost(entry, actions); });
                break;
            default: (void)finish_one(); break;
            }
            REQUIRE(shell.registry.occupied() <= max_open);
            REQUIRE(shell.registry.next_deadline() == shell.first_deadline());
            for (const auto& outcome : outcomes) REQUIRE(outcome->answers <= 1);
        }
        shell.decide([&](auto& actions) { shell.registry.close(actions); });
        shell.decide([&](auto& actions) { shell.registry.drain_all(actions); });
        for (const auto& outcome : outcomes)
            if (outcome->granted) shell.release(outcome);
        while (finish_one())
            for (const auto& outcome : outcomes)
                if (outcome->granted) shell.release(outcome);
        for (const auto& outcome : outcomes) REQUIRE(outcome->answers == 1);
        REQUIRE(shell.registry.is_finished());
        REQUIRE_FALSE(shell.registry.next_deadline());
    }
}

TEST_CASE("tenants that nobody uses are trimmed once and closed, the longest unused first")
{
    using namespace std::chrono_literals;
    Shell shell(4);
    const TimePoint begin{};
    std::vector<std::shared_ptr<Outcome>> leases;
    for (const char* name : {"a", "b", "c"}) {
        leases.push_back(shell.acquire(name));
        shell.open_one();
    }
    const auto release = [&](std::size_t n, TimePoint at) {
        shell.registry.set_time(at);
        shell.release(leases[n]);
    };
    release(1, begin + 1s);
    release(0, begin + 2s);
    CHECK(shell.registry.trim_idle(begin).empty());
    const auto trimmed = shell.registry.trim_idle(begin + 1s);
    REQUIRE(trimmed.size() == 1);
    CHECK(trimmed[0]->id.view() == "b");
    CHECK(shell.registry.trim_idle(begin + 1s).empty());
    CHECK(shell.registry.trim_idle(begin + 2s).size() == 1);

    // Who was used meanwhile begins anew.
    leases[1] = shell.acquire("b");
    release(1, begin + 3s);
    CHECK(shell.registry.stats().idle == 2);
    CHECK(shell.registry.trim_idle(begin + 2s).empty());
    const auto close_idle = [&](TimePoint since) {
        shell.decide([&](auto& actions) { shell.registry.close_idle(since, actions); });
    };
    close_idle(begin + 1s);
    CHECK(shell.to_close.empty());
    close_idle(begin + 2s);
    REQUIRE(shell.to_close.size() == 1);
    CHECK(shell.to_close[0]->id.view() == "a");
    const auto again = shell.acquire("a"); // while it is being closed
    shell.close_one();
    shell.open_one();
    CHECK(again->answers == 1);
    CHECK(again->granted);
    close_idle(begin + 1h);
    REQUIRE(shell.to_close.size() == 1);
    CHECK(shell.to_close[0]->id.view() == "b"); // the others are leased
    shell.close_one();

    const auto stats = shell.registry.stats();
    CHECK(stats.max_open == 4);
    CHECK(stats.open == 2);
    CHECK(stats.idle == 0);
    CHECK(stats.opened == 4);
    CHECK(stats.hits == 1);
    CHECK(stats.closed_idle == 2);
    CHECK(stats.evicted == 0);
}

TEST_CASE("tenants that nobody uses are looked after one by one, and not too often")
{
    using namespace std::chrono_literals;
    Shell shell(4);
    const TimePoint begin{};
    for (const char* name : {"a", "b"}) {
        const auto lease = shell.acquire(name);
        shell.open_one();
        shell.registry.set_time(begin + (name[0] == 'a' ? 1s : 2s));
        shell.release(lease);
    }
    const auto next = [&](TimePoint since) -> std::string {
        const auto entry = shell.registry.next_for_upkeep(since, 1h);
        return entry == nullptr ? "" : entry->id.string();
    };
    CHECK(next(begin).empty());
    CHECK(next(begin + 2s) == "a");
    CHECK(next(begin + 2s) == "b");
    CHECK(next(begin + 2s).empty());
    // Once it was used, and the time has passed.
    shell.registry.set_time(begin + 1min);
    shell.release(shell.acquire("a"));
    CHECK(next(begin + 1min).empty());
    shell.registry.set_time(begin + 2h);
    CHECK(next(begin + 2h) == "a");
    CHECK(next(begin + 2h).empty());
    test::Registry::put_off_upkeep(*shell.registry.find(id("a")));
    CHECK(next(begin + 2h) == "a");
    const auto held = shell.acquire("a");
    shell.registry.set_time(begin + 4h);
    CHECK(next(begin + 4h).empty());
}

TEST_CASE("what is closed to make room is counted apart")
{
    Shell shell(1);
    shell.release([&] {
        auto lease = shell.acquire("a");
        shell.open_one();
        return lease;
    }());
    const auto next = shell.acquire("b");
    const auto third = shell.acquire("c");
    CHECK(shell.registry.stats().waiting == 2);
    shell.close_one();
    shell.fail_one(errc::no_such_tenant);
    shell.open_one();
    const auto stats = shell.registry.stats();
    CHECK(stats.evicted == 1);
    CHECK(stats.closed_idle == 0);
    CHECK(stats.failed_to_open == 1);
    CHECK(stats.waiting == 0);
    CHECK(third->granted);
}

TEST_CASE("what is opened for the background alone is closed after it, and what others want as well is not")
{
    Shell shell(2);
    const auto in_background = shell.acquire("a", {}, true);
    shell.open_one();
    shell.release(in_background);
    REQUIRE(shell.to_close.size() == 1);
    shell.close_one();
    CHECK(shell.registry.occupied() == 0);

    const bool before = GENERATE(false, true);
    if (before)
        shell.release([&] {
            auto lease = shell.acquire("b");
            shell.open_one();
            return lease;
        }());
    const auto first = shell.acquire("b", {}, true);
    if (!before) shell.open_one();
    if (!before) shell.release(shell.acquire("b"));
    shell.release(first);
    CHECK(shell.to_close.empty());
    CHECK(shell.registry.stats().idle == 1);
}

TEST_CASE("a tenant that is made again while the old one is destroyed is made after it")
{
    Shell shell(2);
    const auto lease = shell.acquire("a");
    shell.open_one();
    const auto destroyed = shell.destroy("a");
    const auto early = shell.create("a"); // it is there still
    shell.drain_one();
    CHECK(shell.to_destroy.empty());
    shell.make_one(Error(errc::tenant_exists));
    CHECK(shell.to_destroy.size() == 1);
    const auto created = shell.create("a");
    CHECK(shell.to_make.empty());
    shell.destroy_one();
    CHECK(destroyed->answers == 1);
    REQUIRE(shell.to_make.size() == 1);
    shell.make_one();
    CHECK(created->answers == 1);
    const auto fresh = shell.acquire("a");
    shell.open_one();
    CHECK(fresh->granted);
    shell.release(lease);
}

TEST_CASE("a tenant is not destroyed while one of its name is being made")
{
    Shell shell(2);
    const auto created = shell.create("a");
    const auto rival = shell.create("a");
    const auto destroyed = shell.destroy("a");
    const auto after = shell.create("a");
    CHECK(shell.to_destroy.empty());
    shell.make_one();
    CHECK(shell.to_destroy.empty());
    shell.make_one(Error(errc::tenant_exists));
    REQUIRE(shell.to_destroy.size() == 1);
    CHECK(rival->error.value() == errc::tenant_exists);
    shell.destroy_one();
    CHECK(destroyed->answers == 1);
    shell.make_one();
    CHECK((created->answers == 1 && after->answers == 1 && !after->error));
}

// Guests (bodies of async_for_each) and live traffic want the same few places.
#include <tenantry/fleet/detail/registry.hpp>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/registry_shell.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using test::id;
using test::Outcome;
using test::Shell;
using test::TimePoint;

namespace {

struct Guests : Shell {
    using Shell::Shell;

    std::shared_ptr<Outcome> guest(const std::string& name, TimePoint deadline = TimePoint::max())
    {
        return acquire(name, deadline, true);
    }
    // Used by live traffic, and let go of.
    void idle(const std::string& name)
    {
        const auto lease = acquire(name);
        open_one();
        release(lease);
    }
    void expire(TimePoint now)
    {
        decide([&](auto& actions) { registry.expire(now, actions); });
    }
    [[nodiscard]] bool closes(const std::string& name) const
    {
        return to_close.size() == 1 && to_close.front()->id == id(name);
    }
};

} // namespace

TEST_CASE("a guest at the limit waits for an earlier guest, whoever idles")
{
    Guests shell(2);
    shell.idle("live");
    const auto first = shell.guest("a");
    shell.open_one();
    const auto second = shell.guest("b");
    CHECK(shell.to_close.empty());
    CHECK(shell.registry.stats().waiting == 1);
    shell.release(first);
    REQUIRE(shell.closes("a"));
    shell.close_one();
    shell.open_one();
    CHECK(second->granted);
    CHECK(shell.registry.stats().evicted == 0);
    CHECK(shell.registry.stats().idle == 1);
}

TEST_CASE("guests without any place are given one, of the tenant that idles for the longest time")
{
    Guests shell(2);
    shell.idle("old");
    shell.idle("new");
    const auto first = shell.guest("a");
    const auto second = shell.guest("b");
    REQUIRE(shell.closes("old"));
    shell.close_one();
    shell.open_one();
    CHECK(first->granted);
    CHECK(shell.to_close.empty());
    CHECK(second->answers == 0);
    CHECK(shell.registry.stats().evicted == 1);
}

TEST_CASE("live traffic comes before guests who have waited for longer")
{
    Guests shell(1);
    const auto held = shell.acquire("held");
    shell.open_one();
    const auto guest = shell.guest("a");
    const auto live = shell.acquire("b");
    shell.release(held);
    shell.close_one();
    shell.open_one();
    CHECK(live->granted);
    CHECK(guest->answers == 0);
}

TEST_CASE("a tenant that guests wait for is live traffic's as soon as somebody else wants it")
{
    Guests shell(2);
    shell.idle("idle");
    const auto first = shell.guest("a");
    shell.open_one();
    const auto second = shell.guest("b");
    SECTION("while it waits for room")
    {
        const auto live = shell.acquire("b");
        REQUIRE(shell.closes("idle"));
        shell.close_one();
        shell.open_one();
        CHECK(live->granted);
        CHECK(second->granted == live->granted);
    }
    SECTION("while it is open, so that the guests have no place any more")
    {
        const auto live = shell.acquire("a");
        CHECK(live->granted);
        REQUIRE(shell.closes("idle"));
        shell.close_one();
        shell.open_one();
        CHECK(second->granted);
        shell.release(live);
        shell.release(first);
        CHECK(shell.registry.stats().idle == 1);
    }
    SECTION("and the guests' again when he has cancelled")
    {
        Guests full(1);
        const auto held = full.acquire("held");
        full.open_one();
        const auto guest = full.guest("a");
        const auto live = full.acquire("a");
        const auto other = full.acquire("b");
        live->cancelled = true;
        full.decide([&](auto& actions) { full.registry.sweep_cancelled(actions); });
        CHECK(live->error.value() == errc::cancelled);
        full.release(held);
        full.close_one();
        full.open_one();
        CHECK(other->granted);
        CHECK(guest->answers == 0);
    }
}

TEST_CASE("a guest's visit makes a tenant that idles no younger")
{
    Guests shell(3);
    const TimePoint begin{};
    for (const char* name : {"a", "b", "c"}) {
        shell.registry.set_time(begin + 1s * (name[0] - 'a'));
        shell.idle(name);
    }
    shell.registry.set_time(begin + 1min);
    shell.release(shell.guest("b"));
    shell.release(shell.guest("a"));
    CHECK(shell.registry.stats().idle == 3);
    CHECK(shell.registry.trim_idle(begin).size() == 1);
    const auto next = shell.acquire("d");
    REQUIRE(shell.closes("a"));
    shell.close_one();
    shell.open_one();
    const auto last = shell.acquire("e");
    CHECK(shell.closes("b"));
    CHECK(next->granted);
}

TEST_CASE("a guest who has waited for others until his time was up is given an idle tenant's place")
{
    Guests shell(2);
    const TimePoint begin{};
    shell.idle("idle");
    const auto slow = shell.guest("a");
    shell.open_one();
    const auto late = shell.guest("b", begin + 5s);
    const auto later = shell.guest("c", begin + 5s);
    CHECK(shell.registry.next_deadline() == begin + 5s);
    shell.expire(begin + 5s);
    REQUIRE(shell.closes("idle"));
    CHECK(later->error.value() == errc::too_many_open); // there was but one
    CHECK(late->answers == 0);
    CHECK_FALSE(shell.registry.next_deadline());
    shell.expire(begin + 1h);
    CHECK(late->answers == 0);
    const auto live = shell.acquire("d");
    shell.close_one();
    shell.open_one();
    CHECK(late->granted);
    CHECK(live->answers == 0);
    shell.release(slow);
    shell.close_one();
    shell.open_one();
    CHECK(live->granted);
}

TEST_CASE("a guest whose time is up while nobody idles is told so")
{
    Guests shell(1);
    const TimePoint begin{};
    const auto held = shell.guest("a");
    shell.open_one();
    const auto late = shell.guest("b", begin + 5s);
    shell.expire(begin + 5s);
    CHECK(late->error.value() == errc::too_many_open);
    shell.release(held);
    shell.close_one();
    CHECK(shell.registry.occupied() == 0);
}

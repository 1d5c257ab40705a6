// The background (bodies of async_for_each) and live traffic want the same few places.
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

struct Places : Shell {
    using Shell::Shell;

    std::shared_ptr<Outcome> background(const std::string& name, TimePoint deadline = TimePoint::max())
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

TEST_CASE("the background waits for the background at the limit, whoever idles")
{
    Places shell(2);
    shell.idle("live");
    const auto first = shell.background("a");
    shell.open_one();
    const auto second = shell.background("b");
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

TEST_CASE(
    "the background is given one place where it has none, of the tenant that idles for the longest time")
{
    Places shell(2);
    shell.idle("old");
    shell.idle("new");
    const auto first = shell.background("a");
    const auto second = shell.background("b");
    REQUIRE(shell.closes("old"));
    shell.close_one();
    shell.open_one();
    CHECK(first->granted);
    CHECK(shell.to_close.empty());
    CHECK(second->answers == 0);
    CHECK(shell.registry.stats().evicted == 1);
}

TEST_CASE("live traffic comes before a background that has waited for longer")
{
    Places shell(1);
    const auto held = shell.acquire("held");
    shell.open_one();
    const auto in_background = shell.background("a");
    const auto live = shell.acquire("b");
    shell.release(held);
    shell.close_one();
    shell.open_one();
    CHECK(live->granted);
    CHECK(in_background->answers == 0);
}

TEST_CASE("a tenant that the background waits for is live traffic's as soon as that wants it")
{
    Places shell(2);
    shell.idle("idle");
    const auto first = shell.background("a");
    shell.open_one();
    const auto second = shell.background("b");
    SECTION("while it waits for room")
    {
        const auto live = shell.acquire("b");
        REQUIRE(shell.closes("idle"));
        shell.close_one();
        shell.open_one();
        CHECK(live->granted);
        CHECK(second->granted == live->granted);
    }
    SECTION("while it is open, so that the background has no place any more")
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
    SECTION("and the background's again when he has cancelled")
    {
        Places full(1);
        const auto held = full.acquire("held");
        full.open_one();
        const auto in_background = full.background("a");
        const auto live = full.acquire("a");
        const auto other = full.acquire("b");
        live->cancelled = true;
        full.decide([&](auto& actions) { full.registry.sweep_cancelled(actions); });
        CHECK(live->error.value() == errc::cancelled);
        full.release(held);
        full.close_one();
        full.open_one();
        CHECK(other->granted);
        CHECK(in_background->answers == 0);
    }
}

TEST_CASE("use by the background makes a tenant that idles no younger")
{
    Places shell(3);
    const TimePoint begin{};
    for (const char* name : {"a", "b", "c"}) {
        shell.registry.set_time(begin + 1s * (name[0] - 'a'));
        shell.idle(name);
    }
    shell.registry.set_time(begin + 1min);
    shell.release(shell.background("b"));
    shell.release(shell.background("a"));
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

TEST_CASE("who has waited in the background until his time was up is given an idle tenant's place")
{
    Places shell(2);
    const TimePoint begin{};
    shell.idle("idle");
    const auto slow = shell.background("a");
    shell.open_one();
    const auto late = shell.background("b", begin + 5s);
    const auto later = shell.background("c", begin + 5s);
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

TEST_CASE("who waits in the background is told that his time is up where nobody idles")
{
    Places shell(1);
    const TimePoint begin{};
    const auto held = shell.background("a");
    shell.open_one();
    const auto late = shell.background("b", begin + 5s);
    shell.expire(begin + 5s);
    CHECK(late->error.value() == errc::too_many_open);
    shell.release(held);
    shell.close_one();
    CHECK(shell.registry.occupied() == 0);
}

// Every short sequence of what can happen to a fleet's tenants, against rules that hold after each event, and with an
// end after each.
#include <tenantry/fleet/detail/registry.hpp>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "support/catch.hpp"
#include "support/registry_shell.hpp"

using namespace tenantry;
using test::Entry;
using test::id;
using test::Outcome;
using test::Phase;
using test::Shell;
using test::TimePoint;

namespace {

enum class Event {
    want,    // live traffic wants a lease
    visit,   // the background does
    destroy, // somebody wants the tenant destroyed
    create,  // somebody wants one made
    lose,    // another process has taken it away
    let_go,  // the first lease of the tenant ends
    open,    // the first of what was to be done is done
    fail_to_open,
    close,
    drain,
    remove,
    make,
    tick,   // whoever idles is closed
    cancel, // the first who waits does not want to any more
    shut,   // the fleet is closed
    count_
};

// The events that are about a tenant, one for each; the others are about no one.
constexpr bool names_one(Event event) { return event <= Event::let_go; }

constexpr const char* event_names[] = {
    "want",  "visit", "destroy", "create", "lose", "let_go", "open", "fail_to_open",
    "close", "drain", "remove",  "make",   "tick", "cancel", "shut",
};

struct Asked {
    std::string name;
    std::shared_ptr<Outcome> outcome;
    bool in_background = false;
};

// A registry, and what an onlooker knows of it.
class World {
public:
    explicit World(std::size_t max_open) : shell_(max_open), max_open_(max_open) {}

    // False: it cannot happen now.
    bool happen(Event event, const std::string& name)
    {
        const auto before = shell_.registry.stats();
        const bool background_had_place = background_places() != 0;
        if (!apply(event, name)) return false;
        check_rules();
        const auto evicted = shell_.registry.stats().evicted - before.evicted;
        if (evicted != 0 && waiting(false) == 0) {
            rule(!background_had_place || background_places() == 0,
                 "the background waits for the background");
            rule(evicted == 1, "the background takes no more than one place");
        }
        return true;
    }

    // The same without a look at the rules.
    bool apply(Event event, const std::string& name)
    {
        switch (event) {
        case Event::want: leases_.push_back({name, shell_.acquire(name, next_deadline())}); return true;
        case Event::visit:
            leases_.push_back({name, shell_.acquire(name, next_deadline(), true), true});
            return true;
        case Event::destroy: others_.push_back({name, shell_.destroy(name)}); return true;
        case Event::create: others_.push_back({name, shell_.create(name)}); return true;
        case Event::lose: {
            const auto entry = shell_.registry.find(id(name));
            if (entry == nullptr || entry->phase != Phase::open) return false;
            shell_.decide([&](auto& actions) { shell_.registry.lost(entry, actions); });
            return true;
        }
        case Event::let_go: {
            const auto at = std::find_if(leases_.begin(), leases_.end(), [&](const Asked& each) {
                return each.name == name && each.outcome->granted;
            });
            if (at == leases_.end()) return false;
            shell_.release(at->outcome);
            return true;
        }
        case Event::open: return when(!shell_.to_open.empty(), [&] { shell_.open_one(); });
        case Event::fail_to_open:
            return when(!shell_.to_open.empty(), [&] { shell_.fail_one(errc::no_such_tenant); });
        case Event::close: return when(!shell_.to_close.empty(), [&] { shell_.close_one(); });
        case Event::drain: return when(!shell_.to_drain.empty(), [&] { shell_.drain_one(); });
        case Event::remove: return when(!shell_.to_destroy.empty(), [&] { shell_.destroy_one(); });
        case Event::make: return when(!shell_.to_make.empty(), [&] { shell_.make_one(); });
        case Event::tick:
            if (shell_.registry.stats().idle == 0) return false;
            shell_.decide([&](auto& actions) { shell_.registry.close_idle(TimePoint{}, actions); });
            return true;
        case Event::cancel: {
            const auto at = std::find_if(leases_.begin(), leases_.end(), [&](const Asked& each) {
                return each.outcome->answers == 0 && !each.outcome->cancelled;
            });
            if (at == leases_.end()) return false;
            at->outcome->cancelled = true;
            shell_.decide([&](auto& actions) { shell_.registry.sweep_cancelled(actions); });
            return true;
        }
        case Event::shut:
            if (std::exchange(shut_, true)) return false;
            shell_.decide([&](auto& actions) { shell_.registry.close(actions); });
            shell_.decide([&](auto& actions) { shell_.registry.drain_all(actions); });
            return true;
        case Event::count_: break;
        }
        return false;
    }

    // The first rule that did not hold.
    [[nodiscard]] const std::optional<std::string>& broken() const { return broken_; }

    // All that was begun is carried out: everybody has his answer, and nothing is left.
    void finish()
    {
        if (!shut_) apply(Event::shut, "");
        for (;;) {
            bool did = false;
            for (const auto& each : leases_)
                if (each.outcome->granted) shell_.release(each.outcome), did = true;
            for (const Event event : {Event::close, Event::drain, Event::remove, Event::make, Event::open})
                did = apply(event, "") || did;
            check_rules();
            if (!did) break;
        }
        for (const auto* list : {&leases_, &others_})
            for (const auto& each : *list) rule(each.outcome->answers == 1, "everybody is answered once");
        rule(shell_.registry.is_finished() && shell_.registry.occupied() == 0, "nothing is left");
    }

private:
    template <class Act>
    static bool when(bool can, Act act)
    {
        if (can) act();
        return can;
    }

    void rule(bool holds, const char* text)
    {
        if (!holds && !broken_) broken_ = text;
    }

    // Tenants that wait for room, and that the background alone wants or live traffic.
    [[nodiscard]] std::size_t waiting(bool background) const
    {
        std::map<std::string, bool> background_only;
        for (const auto& each : leases_) {
            const auto entry = shell_.registry.find(id(each.name));
            if (each.outcome->answers != 0 || entry == nullptr || entry->phase != Phase::waiting) continue;
            const auto at = background_only.try_emplace(each.name, true).first;
            at->second = at->second && each.in_background;
        }
        return static_cast<std::size_t>(std::count_if(background_only.begin(), background_only.end(),
                                                      [&](auto& each) { return each.second == background; }));
    }

    // Places that the background alone has.
    [[nodiscard]] std::size_t background_places() const
    {
        std::size_t places = 0;
        for (const auto& entry : shell_.registry.entries())
            places +=
                entry->background_only && entry->phase != Phase::waiting && entry->phase != Phase::destroying;
        return places;
    }

    void check_rules()
    {
        const auto stats = shell_.registry.stats();
        rule(stats.open <= max_open_, "no more are open than may be");
        rule(shell_.registry.next_deadline() == shell_.first_deadline(), "the first deadline is known");
        std::map<const Entry*, std::size_t> held;
        for (const auto& each : leases_) {
            rule(each.outcome->answers <= 1, "nobody is answered twice");
            if (each.outcome->granted) ++held[each.outcome->granted.get()];
        }
        for (const auto& entry : shell_.to_close)
            rule(!held.contains(entry.get()), "what is closed is nobody's");
        for (const auto& [entry, leases] : held)
            rule(entry->leases == leases && entry->listed_in == nullptr, "what is somebody's does not idle");
        std::set<const Entry*> told;
        for (const auto* list : {&shell_.to_open, &shell_.to_close, &shell_.to_drain, &shell_.to_destroy})
            for (const auto& entry : *list)
                rule(told.insert(entry.get()).second, "one thing is done with a tenant at a time");
        for (const auto& creator : shell_.to_make)
            for (const auto& entry : shell_.to_destroy)
                rule(entry->id != static_cast<const test::Creator&>(*creator).id,
                     "nothing is made and removed under one name at a time");
        if (shut_) return;
        const auto live = waiting(false);
        const auto background = waiting(true);
        const auto closing = static_cast<std::size_t>(
            std::count_if(shell_.to_close.begin(), shell_.to_close.end(),
                          [](const auto& entry) { return entry->phase == Phase::closing; }));
        rule(live + background == 0 || stats.open == max_open_, "nobody waits where there is room");
        const std::size_t first_background = background != 0 && background_places() == 0 ? 1 : 0;
        rule(stats.idle == 0 || closing >= live + first_background, "nobody waits where room could be made");
    }

    // Later ones and earlier ones, and some that never pass.
    [[nodiscard]] TimePoint next_deadline() const
    {
        const std::size_t n = leases_.size() * 3 % 5;
        return n == 0 ? TimePoint::max() : TimePoint(std::chrono::seconds(n));
    }

    Shell shell_;
    const std::size_t max_open_;
    std::vector<Asked> leases_;
    std::vector<Asked> others_;
    bool shut_ = false;
    std::optional<std::string> broken_;
};

using Step = std::pair<Event, std::string>;

std::string to_text(const std::vector<Step>& steps)
{
    std::string text;
    for (const auto& [event, name] : steps)
        text += std::string(" ") + event_names[static_cast<int>(event)] +
                (names_one(event) ? "(" + name + ")" : "");
    return text;
}

// Every sequence that goes on from this one and is no longer than `length`.
std::size_t explore(std::vector<Step>& steps, std::size_t length, std::size_t max_open,
                    const std::vector<std::string>& names)
{
    std::size_t found = 0;
    for (int number = 0; number < static_cast<int>(Event::count_); ++number) {
        const auto event = static_cast<Event>(number);
        for (const auto& name : names) {
            if (!names_one(event) && name != names.front()) continue;
            World world(max_open);
            for (const auto& [earlier, of] : steps) (void)world.apply(earlier, of); // was looked at before
            if (!world.happen(event, name)) continue;
            world.finish();
            ++found;
            steps.emplace_back(event, name);
            if (world.broken()) FAIL(*world.broken() << ", but not after" << to_text(steps));
            if (steps.size() != length) found += explore(steps, length, max_open, names);
            steps.pop_back();
        }
    }
    return found;
}

} // namespace

TEST_CASE("whatever happens in whatever order to two tenants with one place, the rules hold")
{
    std::vector<Step> steps;
    CHECK(explore(steps, 4, 1, {"a", "b"}) > 5000);
}

TEST_CASE("from the moment when one of two places idles and the other is the background's, the rules hold")
{
    std::vector<Step> steps{
        {Event::want, "a"}, {Event::open, ""}, {Event::let_go, "a"}, {Event::visit, "b"}, {Event::open, ""}};
    CHECK(explore(steps, steps.size() + 3, 2, {"a", "b", "c"}) > 1000);
}

TEST_CASE("from the moment when a tenant is closed, destroyed or opened, the rules hold")
{
    const auto last = GENERATE(Event::tick, Event::destroy, Event::lose, Event::create);
    std::vector<Step> steps{{Event::want, "a"}, {Event::open, ""}, {Event::let_go, "a"}, {last, "a"}};
    CHECK(explore(steps, steps.size() + 3, 1, {"a", "b"}) > 500);
}

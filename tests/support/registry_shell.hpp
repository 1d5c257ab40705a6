// A registry without threads and files: what it says is carried out when the test says so.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/fleet/detail/registry.hpp>

namespace tenantry::test {

using detail::Entry;
using detail::Registry;
using Phase = Entry::Phase;
using TimePoint = Registry::TimePoint;

inline TenantId id(const std::string& name) { return *TenantId::parse(name); }

// What became of one who waits.
struct Outcome {
    int answers = 0;
    std::shared_ptr<Entry> granted;
    std::optional<Error> error;
    bool cancelled = false;
};

class Waiter final : public detail::LeaseWaiter {
public:
    explicit Waiter(std::shared_ptr<Outcome> outcome) : outcome_(std::move(outcome)) {}

    // There is no tenant to make a lease of.
    void granted(detail::LeasePtr) override { throw std::logic_error("a lease"); }
    void granted(std::shared_ptr<Entry> entry)
    {
        ++outcome_->answers;
        outcome_->granted = std::move(entry);
    }
    void refused(Error error) override
    {
        ++outcome_->answers;
        outcome_->error = std::move(error);
    }
    bool cancelled() const noexcept override { return outcome_->cancelled; }

private:
    std::shared_ptr<Outcome> outcome_;
};

class Destroyer final : public Entry::Destroyer {
public:
    explicit Destroyer(std::shared_ptr<Outcome> outcome) : outcome_(std::move(outcome)) {}
    void destroyed(Result<void> result) override
    {
        ++outcome_->answers;
        if (!result) outcome_->error = result.error();
    }

private:
    std::shared_ptr<Outcome> outcome_;
};

// Makes a tenant when the test says so; one that is dropped says that it was.
class Creator final : public Entry::Creator {
public:
    using End = std::function<void(Creator&)>;

    Creator(TenantId name, std::shared_ptr<Outcome> outcome,
            std::vector<std::unique_ptr<Entry::Creator>>& begun_ones, End end)
        : id(std::move(name)), outcome_(std::move(outcome)), begun_ones_(begun_ones), end_(std::move(end))
    {}
    Creator(const Creator&) = delete;
    Creator& operator=(const Creator&) = delete;
    ~Creator() override
    {
        if (outcome_->answers == 0) answer(Error(errc::fleet_closed));
    }

    void begin(std::unique_ptr<Entry::Creator> self) override { begun_ones_.push_back(std::move(self)); }

    void answer(std::optional<Error> error)
    {
        ++outcome_->answers;
        outcome_->error = std::move(error);
        end_(*this);
    }

    const TenantId id;

private:
    std::shared_ptr<Outcome> outcome_;
    std::vector<std::unique_ptr<Entry::Creator>>& begun_ones_;
    End end_;
};

// Carries out what the registry says, when the test says so.
struct Shell {
    explicit Shell(std::size_t max_open) : registry(max_open) {}
    Shell(const Shell&) = delete;
    Shell& operator=(const Shell&) = delete;

    Registry registry;
    std::vector<std::shared_ptr<Entry>> to_open, to_close, to_drain, to_destroy;
    std::vector<std::unique_ptr<Entry::Creator>> to_make;

    template <class Ask>
    void decide(Ask ask)
    {
        Registry::Actions actions;
        ask(actions);
        auto take = [](auto& from, auto& to) { to.insert(to.end(), from.begin(), from.end()); };
        take(actions.open, to_open);
        take(actions.close, to_close);
        take(actions.drain, to_drain);
        take(actions.destroy, to_destroy);
        for (auto& [request, entry] : actions.granted)
            static_cast<Waiter&>(*request.take()).granted(std::move(entry));
        actions.answer();
    }

    std::shared_ptr<Outcome> acquire(const std::string& name, TimePoint deadline = {},
                                     bool in_background = false, const Limits& limits = {})
    {
        auto outcome = std::make_shared<Outcome>();
        detail::LeaseRequest request(std::make_unique<Waiter>(outcome), in_background, limits);
        request.deadline = deadline;
        decide([&](auto& actions) { registry.acquire(id(name), std::move(request), actions); });
        return outcome;
    }

    // When the first one who waits for room gives up, found by looking at all of them.
    [[nodiscard]] std::optional<TimePoint> first_deadline() const
    {
        std::optional<TimePoint> first;
        for (const auto& entry : registry.entries())
            if (entry->phase == Phase::waiting)
                for (const auto& request : entry->waiters)
                    if (const auto until = request.gives_up_at();
                        until != TimePoint::max() && (!first || until < *first))
                        first = until;
        return first;
    }

    std::shared_ptr<Outcome> destroy(const std::string& name)
    {
        auto outcome = std::make_shared<Outcome>();
        decide([&](auto& actions) {
            registry.destroy(id(name), std::make_unique<Destroyer>(outcome), actions);
        });
        return outcome;
    }

    std::shared_ptr<Outcome> create(const std::string& name)
    {
        auto outcome = std::make_shared<Outcome>();
        auto creator = std::make_unique<Creator>(id(name), outcome, to_make, [this](Creator& ended) {
            if (ended.begun) decide([&](auto& actions) { registry.created(ended.id, actions); });
            if (ended.counted) decide([&](auto&) { registry.end_creating(); });
        });
        decide([&](auto& actions) { registry.create(id(name), std::move(creator), actions); });
        return outcome;
    }

    void release(const std::shared_ptr<Outcome>& outcome)
    {
        const auto entry = std::exchange(outcome->granted, nullptr);
        decide([&](auto& actions) { registry.release(entry, actions); });
    }

    template <class T>
    static T pop(std::vector<T>& list)
    {
        auto first = std::move(list.front());
        list.erase(list.begin());
        return first;
    }

    void open_one()
    {
        const auto entry = pop(to_open);
        if (entry->phase != Phase::opening) throw std::logic_error("opened twice");
        decide([&](auto& actions) { registry.opened(entry, nullptr, actions); });
    }
    void fail_one(errc code)
    {
        const auto entry = pop(to_open);
        decide([&](auto& actions) { registry.open_failed(entry, Error(code), actions); });
    }
    void close_one()
    {
        const auto entry = pop(to_close);
        if (entry->leases != 0) throw std::logic_error("closed under its user");
        decide([&](auto& actions) { registry.closed(entry, actions); });
    }
    void drain_one()
    {
        const auto entry = pop(to_drain);
        decide([&](auto& actions) { registry.closed(entry, actions); });
    }
    void destroy_one()
    {
        const auto entry = pop(to_destroy);
        Registry::Destroyer destroyer;
        decide([&](auto& actions) { destroyer = registry.destroyed(entry, actions); });
        if (destroyer) destroyer->destroyed({});
    }
    void make_one(std::optional<Error> error = std::nullopt)
    {
        const auto creator = pop(to_make);
        static_cast<Creator&>(*creator).answer(std::move(error));
    }
};

} // namespace tenantry::test

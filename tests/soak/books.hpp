// What a soak test remembers: which writes were asked for and how they were answered, which tenants were made and
// destroyed, and what was seen that must not be.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "support/fleet_fixture.hpp"

namespace tenantry::test {

/// One write, as its client knows it. Its number is nobody else's; a client's numbers grow in the order it asks.
struct Asked {
    std::int64_t number = 0;
    std::uint64_t incarnation = 0; ///< of the tenant it was asked of
    std::size_t tenant = 0;        ///< its place among the tenants
    int rows = 0; ///< that are to be there: none until it is acknowledged, none after it was removed
    bool answered = false;
    int perhaps = 0; ///< rows that may be there as well, all or none: nobody could be told
};

/// The numbers of a client begin at `client * numbers_each`.
inline constexpr std::int64_t numbers_each = 1'000'000'000;

/// What is never to be read: the text of rows that are taken back by the write that makes them.
inline constexpr const char* poison = "poison";

/// A tenant of the soak. Those that come and go are made and destroyed by clients.
struct Place {
    std::string name;
    bool comes_and_goes = false;
    std::atomic<std::int64_t> created{0};
    std::atomic<std::int64_t> destroyed{0};
};

/// What all clients share.
class World {
public:
    World(Fleet<Notes>& fleet, std::size_t stable, std::size_t changing) : fleet_(fleet)
    {
        for (std::size_t n = 0; n < stable + changing; ++n) {
            Place& place = places_.emplace_back();
            place.name = (n < stable ? "stays" : "comes") + std::to_string(n);
            place.comes_and_goes = n >= stable;
        }
    }

    [[nodiscard]] Fleet<Notes>& fleet() noexcept { return fleet_; }
    [[nodiscard]] std::deque<Place>& places() noexcept { return places_; }

    void stop() noexcept { stopped_ = true; }
    [[nodiscard]] bool stopped() const noexcept { return stopped_; }

    /// Something that must not be.
    void found(std::string what)
    {
        const std::lock_guard lock(mutex_);
        findings_.push_back(std::move(what));
    }
    [[nodiscard]] std::vector<std::string> findings()
    {
        const std::lock_guard lock(mutex_);
        return findings_;
    }

private:
    Fleet<Notes>& fleet_;
    std::deque<Place> places_; // stay where they are
    std::atomic<bool> stopped_{false};
    std::mutex mutex_;
    std::vector<std::string> findings_;
};

} // namespace tenantry::test

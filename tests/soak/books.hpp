// What a soak test remembers: which writes were asked for and how they were answered, which tenants were made and
// destroyed, and what was seen that must not be.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <string>
#include <string_view>
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

/// What is never to be read: the text of rows that are rolled back by the write that makes them.
inline constexpr const char* poison = "poison";

/// What becomes of a tenant of the soak.
enum class Fate : std::uint8_t {
    stays,
    comes_and_goes, ///< is made and destroyed by clients
    // The others are met by somebody who knows nothing of fleets (LostFiles):
    directory_moved, ///< its directory is moved away and back
    database_moved,  ///< its main.db alone
    log_removed,     ///< its -wal, its -shm or both are removed
    replaced,        ///< all of it is removed, and a new tenant is made under the name
};

/// A tenant of the soak.
struct Place {
    Fate fate = Fate::stays;
    std::string name;
    std::atomic<std::int64_t> created{0};
    std::atomic<std::int64_t> destroyed{0};
    std::atomic<std::int64_t> removed{0}; ///< by others than the fleet

    [[nodiscard]] bool loses_files() const noexcept { return fate > Fate::comes_and_goes; }
    [[nodiscard]] bool has_one_incarnation() const noexcept
    {
        return fate != Fate::comes_and_goes && fate != Fate::replaced;
    }
    [[nodiscard]] std::int64_t times_there() const noexcept { return created - destroyed - removed; }
};

/// What all clients share.
class World {
public:
    World(Fleet<Notes>& fleet, std::size_t stable, std::size_t changing) : fleet_(fleet)
    {
        for (std::size_t n = 0; n < stable; ++n) add(Fate::stays, "stays" + std::to_string(n));
        for (std::size_t n = 0; n < changing; ++n) add(Fate::comes_and_goes, "comes" + std::to_string(n));
        add(Fate::directory_moved, "loses-directory");
        add(Fate::database_moved, "loses-database");
        add(Fate::log_removed, "loses-log");
        add(Fate::replaced, "loses-all");
    }

    /// By its name: whether a tenant is one of those that lose files.
    [[nodiscard]] static bool loses_files(std::string_view tenant) { return tenant.starts_with("loses"); }

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
    void add(Fate fate, std::string name)
    {
        Place& place = places_.emplace_back();
        place.fate = fate;
        place.name = std::move(name);
    }

    Fleet<Notes>& fleet_;
    std::deque<Place> places_; // stay where they are
    std::atomic<bool> stopped_{false};
    std::mutex mutex_;
    std::vector<std::string> findings_;
};

} // namespace tenantry::test

// The interface by which a program observes a fleet: for logs, metrics, traces.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include <tenantry/core/error.hpp>

namespace tenantry {

/// A statement of the program's that has ended: done, failed, in conflict with a constraint, or left before its last row.
struct ObservedStatement {
    std::string_view tenant; ///< its id
    /// With its parameters as they stand there: `?`. Their values are shown to no observer, since they may be anybody's
    /// personal data.
    std::string_view sql;
    std::chrono::nanoseconds duration; ///< from its first step on, with what was done with its rows meanwhile
    std::uint64_t rows = 0;            ///< that it gave
    std::uint64_t changes = 0;         ///< rows that it changed, by triggers and foreign keys too
    const Error* error = nullptr;      ///< why it failed, or which constraint it violated
};

/// A tenant that was opened.
struct ObservedOpening {
    std::string_view tenant;           ///< its id
    std::chrono::nanoseconds duration; ///< from the request that wanted it until it was open
    std::span<const std::string>
        migrated{}; ///< what was done to bring it up to date, in order; mostly nothing
};

/// Why a tenant was closed.
enum class CloseReason : std::uint8_t {
    evicted,      ///< others needed the room
    idle,         ///< nobody had used it for `FleetOptions::close_idle_after`
    visited,      ///< it was opened for `async_for_each` alone
    destroyed,    ///< it is being destroyed
    gone,         ///< another process has removed or replaced it
    fleet_closed, ///< with the fleet
};

/// What went wrong where no caller waits for an answer.
enum class BackgroundTask : std::uint8_t {
    checkpoint, ///< `errc::busy`: a reader or another process is in the way, and the log grows on; once until it is restarted
    closing, ///< of a tenant's database
    upkeep,  ///< of a tenant's database in quiet times; it is as it was
};

/// Derive from it and give it to a fleet: `FleetOptions::observer`. Functions that are not overridden ignore their event.
///
/// Everything is called from whichever thread it happens on (the fleet's pool, the callers of `read` and `write`), from many at
/// once, and delays what happens there: do not block, and call nothing of the fleet or its tenants. Views and
/// pointers are of the call alone. What is thrown is caught and lost.
class Observer {
public:
    virtual ~Observer() = default;

    /// Which statements are reported: those that fail or violate a constraint, and those that took this long or longer; 0: all.
    /// By default none, and then it costs nothing. Read once, when the fleet is opened.
    [[nodiscard]] virtual std::optional<std::chrono::nanoseconds> statements_from() const noexcept
    {
        return std::nullopt;
    }

    /// A statement of the program's has ended. Those of the library itself (BEGIN, COMMIT, pragmas, migrations) are not among them.
    virtual void statement(const ObservedStatement& /*ended*/) {}

    /// A statement has violated a constraint (`errc::constraint`), however long it took: mostly a request that cannot be
    /// done, since a name is taken or a row is in use, and no fault of the service. `statement` is not called for it.
    virtual void conflict(const ObservedStatement& /*ended*/) {}

    /// A tenant was made, in so much time.
    virtual void tenant_created(std::string_view /*tenant*/, std::chrono::nanoseconds /*duration*/) {}
    /// A tenant was opened, or could not be.
    virtual void tenant_opened(const ObservedOpening& /*opened*/) {}
    /// A tenant was closed.
    virtual void tenant_closed(std::string_view /*tenant*/, CloseReason /*why*/) {}
    /// A tenant was destroyed.
    virtual void tenant_destroyed(std::string_view /*tenant*/) {}

    /// A weakness of the machine that the program runs on, and its cure: when a fleet is opened, once for each. There is one
    /// today, a SQLite that may lose commits when other programs checkpoint (docs/sqlite.md).
    virtual void warning(std::string_view /*text*/) {}

    /// Something went wrong that no caller waits for. The error names the tenant.
    virtual void background_error(BackgroundTask /*task*/, const Error& /*error*/) {}
};

namespace detail {

/// Calls the observer, if there is one. Exceptions of it are dropped.
template <class Call>
void notify(Observer* observer, Call&& call) noexcept
{
    if (observer == nullptr) [[likely]]
        return;
    try {
        call(*observer);
    } catch (...) { // see Observer
    }
}

} // namespace detail

} // namespace tenantry

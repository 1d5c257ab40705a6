// How a tenant's reads get a connection.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

// What is lent belongs to whoever holds it, unless it is the tenant's own.
struct Disown {
    enum class Lent : std::uint8_t {
        owned,
        to_thread,
        to_turn, // which says itself to the schedule when it ends
        again,   // to whoever reads with it already
    };

    Lent lent = Lent::owned;
    void operator()(sqlite::Connection* connection) const noexcept
    {
        if (lent == Lent::owned) std::default_delete<sqlite::Connection>()(connection);
    }
};

/// A connection to read with, on its way between `acquire` and `release`.
using LentConnection = std::unique_ptr<sqlite::Connection, Disown>;

/// Two ways to have it: connections beside the writer's (`WriterAndReaders`), or one for all (`SoleConnection`). Who may have
/// the writer's is for the tenant's Schedule to say. Whoever reads with what was lent is `async::Inside` of this.
/// Thread-safe.
class Connections {
public:
    Connections() = default;
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    virtual ~Connections() = default;

    /// For a turn: the writer's connection, to read with, which the schedule has just said that it may have.
    [[nodiscard]] virtual LentConnection writers() = 0;

    /// For the tenant's turns of reading: a connection if one can be had now, nullptr if all are in use; or why none can
    /// be opened. Does not wait.
    [[nodiscard]] virtual Result<LentConnection> try_acquire() = 0;

    /// For a calling thread: the same, waiting for one that comes back; nullptr when the time has passed.
    [[nodiscard]] virtual Result<LentConnection> acquire(std::chrono::milliseconds patience) = 0;

    /// For a read that is ended when it has taken a moment, and begun again with another connection: the writer's own, if
    /// nobody uses it; else nullptr. Its page cache knows what was written last, and it is open anyway.
    [[nodiscard]] virtual LentConnection try_borrow_writers() { return {}; }

    virtual void release(LentConnection connection) = 0;

    /// Whether `try_acquire` would have one, as far as can be told from outside.
    [[nodiscard]] virtual bool available() = 0;

    /// What there is to say of them, without the writer's part.
    virtual void count(TenantStats& stats) = 0;

    /// Closes what is not lent and can be opened again.
    virtual void close() = 0;

    /// Under the tenant's lock: threads that wait in `acquire` are to look again.
    virtual void wake_threads() noexcept {}
};

} // namespace tenantry::detail

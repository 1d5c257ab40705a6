// How a tenant's reads get a connection, and when its writes may use theirs.
#pragma once

#include <chrono>
#include <memory>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

// What is lent belongs to whoever holds it, unless it is the tenant's own.
struct Disown {
    bool is_lenders = false;
    void operator()(sqlite::Connection* connection) const noexcept
    {
        if (!is_lenders) std::default_delete<sqlite::Connection>()(connection);
    }
};

/// A connection to read with, on its way between `acquire` and `release`.
using LentConnection = std::unique_ptr<sqlite::Connection, Disown>;

/// Two ways to have it: connections beside the writer's (`WriterAndReaders`), or one for all (`SoleConnection`).
/// Thread-safe.
class Connections {
public:
    Connections() = default;
    Connections(const Connections&) = delete;
    Connections& operator=(const Connections&) = delete;
    virtual ~Connections() = default;

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

    /// Before a turn on the strand uses the writing connection; does not wait. False: somebody reads with it, and a
    /// turn is begun when he has ended.
    [[nodiscard]] virtual bool begin_writing() = 0;
    virtual void end_writing() = 0;

    /// A turn of reading has found nothing to do, and needs no connection.
    virtual void nothing_to_read() = 0;

    /// A turn on the strand that was begun does not come after all.
    virtual void nothing_to_write() {}
};

/// The writing connection, in use for the time of a block on the strand; false where somebody reads with it.
class WritingTurn {
public:
    explicit WritingTurn(Connections& connections)
        : connections_(connections), begun_(connections.begin_writing())
    {}
    WritingTurn(const WritingTurn&) = delete;
    WritingTurn& operator=(const WritingTurn&) = delete;
    ~WritingTurn()
    {
        if (begun_) connections_.end_writing();
    }

    [[nodiscard]] explicit operator bool() const noexcept { return begun_; }

private:
    Connections& connections_;
    const bool begun_;
};

} // namespace tenantry::detail

// A tenant's connections: the writer's, and read-only ones beside it.
//
// Most reads are over in some microseconds. While nobody writes they have the writer's own connection: its page cache
// knows what was written last, where a reader's must be read anew after each write, and a tenant with little to do needs
// no second connection at all. No write waits for a long read nevertheless: what has not ended after a moment is ended,
// and begun again with a reader (see Tenant).
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/connections.hpp>
#include <tenantry/tenant/detail/readers.hpp>
#include <tenantry/tenant/detail/writer_use.hpp>
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

/// While the writer's connection is lent it refuses to write.
class WriterAndReaders final : public Connections {
public:
    /// `given_back` is called, without a lock, by whoever gives the writer's connection back that writing waits for.
    template <class... ReadersOptions>
    WriterAndReaders(sqlite::Connection& writer, WriterUse& use, std::function<void()> given_back,
                     ReadersOptions&&... readers)
        : writer_(writer),
          use_(use),
          given_back_(std::move(given_back)),
          readers_(std::forward<ReadersOptions>(readers)...)
    {}

    [[nodiscard]] Result<LentConnection> try_acquire() override { return readers_.try_acquire(); }
    [[nodiscard]] Result<LentConnection> acquire(std::chrono::milliseconds patience) override
    {
        return readers_.acquire(patience);
    }

    [[nodiscard]] LentConnection writers() override
    {
        lent_.fetch_add(1, std::memory_order_relaxed);
        writer_.read_only(true);
        return LentConnection(&writer_, Disown{Disown::Lent::to_thread});
    }

    [[nodiscard]] LentConnection try_borrow_writers() override
    {
        return use_.try_borrow() ? writers() : LentConnection();
    }

    void release(LentConnection connection) override
    {
        if (connection.get_deleter().lent == Disown::Lent::owned)
            return readers_.release(std::move(connection));
        connection.reset();
        writer_.read_only(false);
        if (use_.give_back()) given_back_();
    }

    [[nodiscard]] bool available() override { return readers_.available(); }

    void count(TenantStats& stats) override
    {
        readers_.count(stats);
        stats.reads += lent_.load(std::memory_order_relaxed);
    }

    void close() override { readers_.close(); }

private:
    sqlite::Connection& writer_;
    WriterUse& use_;
    const std::function<void()> given_back_;
    Readers readers_;
    std::atomic<std::uint64_t> lent_{0}; // to reads, ever
};

} // namespace tenantry::detail

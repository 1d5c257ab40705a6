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
#include <tenantry/tenant/stats.hpp>

namespace tenantry::detail {

/// Who writes goes first: a turn that finds the connection lent is begun again as soon as it is back, and until then it is
/// lent to nobody. While it is lent it refuses to write.
class WriterAndReaders final : public Connections {
public:
    /// `begin_turn` begins the turn that was sent away: called without a lock, by whoever has given the connection back.
    template <class... ReadersOptions>
    WriterAndReaders(sqlite::Connection& writer, std::function<void()> begin_turn,
                     ReadersOptions&&... readers)
        : writer_(writer),
          begin_turn_(std::move(begin_turn)),
          readers_(std::forward<ReadersOptions>(readers)...)
    {}

    [[nodiscard]] Result<LentConnection> try_acquire() override { return readers_.try_acquire(); }
    [[nodiscard]] Result<LentConnection> acquire(std::chrono::milliseconds patience) override
    {
        return readers_.acquire(patience);
    }

    [[nodiscard]] LentConnection try_borrow_writers() override
    {
        auto expected = Use::none;
        if (!use_.compare_exchange_strong(expected, Use::reading, std::memory_order_acquire,
                                          std::memory_order_relaxed))
            return {};
        lent_.fetch_add(1, std::memory_order_relaxed);
        writer_.read_only(true);
        return LentConnection(&writer_, Disown{.is_lenders = true});
    }

    void release(LentConnection connection) override
    {
        if (!connection.get_deleter().is_lenders) return readers_.release(std::move(connection));
        connection.reset();
        writer_.read_only(false);
        auto expected = Use::reading;
        if (use_.compare_exchange_strong(expected, Use::none, std::memory_order_release,
                                         std::memory_order_relaxed))
            return;
        use_.store(Use::promised, std::memory_order_release); // whoever wants to write waits for that alone
        begin_turn_();
    }

    [[nodiscard]] bool available() override { return readers_.available(); }

    void count(TenantStats& stats) override
    {
        readers_.count(stats);
        stats.reads += lent_.load(std::memory_order_relaxed);
    }

    void close() override { readers_.close(); }

    [[nodiscard]] bool begin_writing() override
    {
        for (auto found = use_.load(std::memory_order_relaxed);;) {
            const bool reading = found == Use::reading || found == Use::reading_awaited;
            if (use_.compare_exchange_weak(found, reading ? Use::reading_awaited : Use::writing,
                                           std::memory_order_acquire, std::memory_order_relaxed))
                return !reading;
        }
    }

    void end_writing() override { use_.store(Use::none, std::memory_order_release); }

    void nothing_to_read() override {}

private:
    // Who has the writer's connection.
    enum class Use : std::uint8_t {
        none,
        reading,
        reading_awaited, // and a turn was sent away meanwhile
        promised,        // nobody: it is for the turn that was sent away
        writing,
    };

    sqlite::Connection& writer_;
    const std::function<void()> begin_turn_;
    Readers readers_;

    std::atomic<Use> use_{Use::none};
    std::atomic<std::uint64_t> lent_{0}; // to reads, ever
};

} // namespace tenantry::detail

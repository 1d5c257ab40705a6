// A tenant's connections: the writer's, and read-only ones beside it.
//
// Most reads are over in some microseconds. While nobody writes they have the writer's own connection: its page cache
// knows what was written last, where a reader's must be read anew after each write, and a tenant with little to do needs
// no second connection at all. No write waits for a long read nevertheless: what has not ended after a moment is ended,
// and begun again with a reader (see Tenant).
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <mutex>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/connections.hpp>
#include <tenantry/tenant/readers.hpp>
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
        const std::lock_guard lock(mutex_);
        if (use_ != Use::none || sent_away_) return {};
        use_ = Use::reading;
        ++lent_;
        writer_.read_only(true);
        return LentConnection(&writer_, Disown{.is_lenders = true});
    }

    void release(LentConnection connection) override
    {
        if (!connection.get_deleter().is_lenders) return readers_.release(std::move(connection));
        connection.reset();
        bool begin = false;
        {
            const std::lock_guard lock(mutex_);
            writer_.read_only(false);
            use_ = Use::none;
            begin = sent_away_;
        }
        if (begin) begin_turn_();
    }

    [[nodiscard]] bool available() override { return readers_.available(); }

    void count(TenantStats& stats) override
    {
        readers_.count(stats);
        const std::lock_guard lock(mutex_);
        stats.reads += lent_;
    }

    void close() override { readers_.close(); }

    [[nodiscard]] bool begin_writing() override
    {
        const std::lock_guard lock(mutex_);
        sent_away_ = use_ == Use::reading;
        if (sent_away_) return false;
        use_ = Use::writing;
        return true;
    }

    void end_writing() override
    {
        const std::lock_guard lock(mutex_);
        use_ = Use::none;
    }

    void nothing_to_read() override {}

private:
    enum class Use : std::uint8_t { none, reading, writing };

    sqlite::Connection& writer_;
    const std::function<void()> begin_turn_;
    Readers readers_;

    std::mutex mutex_; // of all that follows
    Use use_ = Use::none;
    bool sent_away_ = false; // a turn, since somebody was reading
    std::uint64_t lent_ = 0; // to reads, ever
};

} // namespace tenantry::detail

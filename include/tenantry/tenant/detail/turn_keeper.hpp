// Which turns a tenant's work is done in. No threads, no queues: the tenant calls it under its lock and posts what it is
// told to.
#pragma once

#include <cstddef>
#include <utility>

namespace tenantry::detail {

/// There are two kinds of turn. The strand's begins with what is quickly read, and writes then: whoever reads and whoever
/// writes wait for one and the same turn of the pool. What may take long, and what comes while the strand writes, is
/// read beside it, in turns of reading; each has work for as long as there is some, and how many there are is bounded.
class TurnKeeper {
public:
    /// `beside`: the most turns of reading at a time.
    explicit TurnKeeper(std::size_t beside) noexcept : beside_(beside) {}

    // --- the strand's turn; who is told `true` posts one ------------------------------------------------------------

    /// Something is to be written. Once, until `all_written`: who has begun to write goes on with what comes.
    [[nodiscard]] bool write_came() noexcept { return !std::exchange(writing_, true) && write(); }

    /// Writing is to be begun, or gone on with after it had to wait.
    [[nodiscard]] bool write() noexcept
    {
        to_write_ = true;
        return want();
    }

    /// Whether something that is quickly read is to wait for the strand's turn.
    [[nodiscard]] bool reads_first() const noexcept { return !at_work_ && reading_soon_ == 0; }
    [[nodiscard]] bool read_came() noexcept { return want(); }

    /// The turn that was posted will not come after all: what waits is not waited for any more.
    void lost() noexcept
    {
        coming_ = false;
        writing_ = false;
        to_write_ = false;
    }

    /// A turn has begun, and reads.
    void begin() noexcept
    {
        coming_ = false;
        reading_first_ = true;
    }

    /// It has read enough; what is still to be read needs a turn of reading. True: it is to write.
    [[nodiscard]] bool begin_writing() noexcept
    {
        reading_first_ = false;
        at_work_ = std::exchange(to_write_, false);
        return at_work_;
    }

    /// Nothing more is to be written.
    void all_written() noexcept { writing_ = false; }

    /// The strand is free for the next turn.
    void end() noexcept { at_work_ = false; }

    /// The strand is about to do something else. False: a turn is coming, which should not have to wait for that.
    [[nodiscard]] bool begin_other() noexcept
    {
        if (coming_) return false;
        return at_work_ = true;
    }

    /// Somebody sees to what is to be written, or will when what it waits for is over.
    [[nodiscard]] bool is_writing() const noexcept { return writing_; }

    // --- turns of reading -------------------------------------------------------------------------------------------

    /// Something is to be read. True: a turn of reading is to be posted.
    [[nodiscard]] bool want_reading() noexcept
    {
        if (reading_ >= beside_ || reading_soon_ > 0) return false;
        ++reading_;
        ++reading_soon_;
        return true;
    }

    /// One that was about to look for work has found some that may take long: somebody else has to look for what comes.
    void reads_long() noexcept { --reading_soon_; }

    /// It has done that, and looks for more.
    void reads_on() noexcept { ++reading_soon_; }

    /// It is over; `was_long`: while it did what may take long.
    void end_reading(bool was_long) noexcept
    {
        --reading_;
        if (!was_long) --reading_soon_;
    }

private:
    [[nodiscard]] bool want() noexcept
    {
        if (coming_ || reading_first_) return false;
        return coming_ = true;
    }

    const std::size_t beside_;
    bool writing_ = false;
    bool to_write_ = false;        // the turn that comes, or reads, is to write then
    bool coming_ = false;          // a turn of the strand was posted and has not begun
    bool reading_first_ = false;   // it has begun, and will look once more at what is to be read
    bool at_work_ = false;         // the strand writes, or does something else that may take its time
    std::size_t reading_ = 0;      // turns of reading: posted, or at work
    std::size_t reading_soon_ = 0; // of those, who will soon look at what is to be read
};

} // namespace tenantry::detail

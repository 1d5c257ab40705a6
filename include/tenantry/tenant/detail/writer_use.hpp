// Whether the connection that a tenant writes with is in use: one atomic, so that a read that borrows it takes no lock.
#pragma once

#include <atomic>
#include <cstdint>

namespace tenantry::detail {

/// Writing goes first: where it finds the connection lent it waits, and the connection is reserved for it as
/// soon as it is given back. Borrowing and giving back may be done by any thread at any time; the rest by the thread that has the
/// lock of the tenant's Schedule. No threads, no clocks.
class WriterUse {
public:
    /// To read with it for a moment. False: it is in use, or reserved.
    [[nodiscard]] bool try_borrow() noexcept { return change(Use::none, Use::reading); }

    /// Ends what `try_borrow` has begun. True: writing waits for it.
    [[nodiscard]] bool give_back() noexcept
    {
        if (change(Use::reading, Use::none)) return false;
        use_.store(Use::reserved, std::memory_order_release);
        return true;
    }

    /// To write with it. False: somebody reads with it, and `give_back` says when that is over.
    [[nodiscard]] bool try_take() noexcept
    {
        for (auto found = use_.load(std::memory_order_relaxed);;) {
            const bool reading = found == Use::reading || found == Use::reading_awaited;
            if (use_.compare_exchange_weak(found, reading ? Use::reading_awaited : Use::writing,
                                           std::memory_order_acquire, std::memory_order_relaxed))
                return !reading;
        }
    }

    /// The same for what is not worth waiting for.
    [[nodiscard]] bool try_take_idle() noexcept { return change(Use::none, Use::writing); }

    /// Ends what `try_take` has begun.
    void release() noexcept { use_.store(Use::none, std::memory_order_release); }

    /// Where it is reserved for writing, nothing is to be written after all.
    void forgo() noexcept { (void)change(Use::reserved, Use::none); }

private:
    enum class Use : std::uint8_t {
        none,
        reading,
        reading_awaited, // and writing waits for it
        reserved,        // nobody has it: it is for the writing that waited
        writing,
    };

    [[nodiscard]] bool change(Use from, Use to) noexcept
    {
        return use_.compare_exchange_strong(from, to, std::memory_order_acq_rel, std::memory_order_relaxed);
    }

    std::atomic<Use> use_{Use::none};
};

} // namespace tenantry::detail

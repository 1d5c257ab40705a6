// How often which value was seen, in a few hundred bytes: for waiting times, running times, sizes.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>

namespace tenantry {

/// Counts of values in buckets that grow with the value: 0, 1, 2, 3, 4-5, 6-7, 8-11, 12-15, 16-23 and so on, two to
/// each power of two. Plain numbers: copy it, add it up with others, hand it to a metrics exporter.
///
/// What is read out of it (`percentile`) is the largest value of its bucket: never less than what was seen, and less than
/// one and a half times that. What is larger than all buckets (2^32 and more; as microseconds more than an hour) is counted in
/// the last.
class Histogram {
public:
    /// How many counters a histogram has.
    static constexpr std::size_t buckets = 64;

    /// The bucket of a value.
    [[nodiscard]] static constexpr std::size_t bucket_of(std::uint64_t value) noexcept
    {
        if (value < 2) return static_cast<std::size_t>(value);
        const auto power = static_cast<std::size_t>(std::bit_width(value)) - 1;
        const auto half = static_cast<std::size_t>((value >> (power - 1)) & 1);
        return std::min(2 * power + half, buckets - 1);
    }

    /// The largest value that belongs into it; of the last bucket, in which are all that are larger too, where it would end.
    [[nodiscard]] static constexpr std::uint64_t largest_of(std::size_t bucket) noexcept
    {
        if (bucket < 2) return bucket;
        const std::uint64_t power = std::uint64_t{1} << (bucket / 2);
        return power + (power >> 1) * (bucket % 2 + 1) - 1;
    }

    /// Counts a value, so many times.
    constexpr void add(std::uint64_t value, std::uint64_t times = 1) noexcept
    {
        counts_[bucket_of(value)] += times;
    }

    /// Adds what the other has counted.
    constexpr Histogram& operator+=(const Histogram& other) noexcept
    {
        for (std::size_t i = 0; i < buckets; ++i) counts_[i] += other.counts_[i];
        return *this;
    }

    /// How many values it has seen.
    [[nodiscard]] constexpr std::uint64_t count() const noexcept
    {
        std::uint64_t all = 0;
        for (const std::uint64_t each : counts_) all += each;
        return all;
    }

    /// How many of them belong into this bucket.
    [[nodiscard]] constexpr std::uint64_t count_in(std::size_t bucket) const noexcept
    {
        return counts_[bucket];
    }

    /// What this part of them, 0 to 1, was not above: `percentile(0.99)`. 0 if it has seen nothing.
    [[nodiscard]] std::uint64_t percentile(double part) const noexcept
    {
        const std::uint64_t all = count();
        if (all == 0) return 0;
        const double exact = std::ceil(std::clamp(part, 0.0, 1.0) * static_cast<double>(all));
        const auto wanted = std::clamp<std::uint64_t>(static_cast<std::uint64_t>(exact), 1, all);
        std::uint64_t seen = 0;
        for (std::size_t i = 0; i < buckets; ++i) {
            seen += counts_[i];
            if (seen >= wanted) return largest_of(i);
        }
        return largest_of(buckets - 1);
    }

    friend constexpr bool operator==(const Histogram&, const Histogram&) = default;

private:
    std::array<std::uint64_t, buckets> counts_{};
};

/// Who adds to a recorder.
enum class Adding : bool {
    by_one,  ///< one thread at a time, for less
    by_many, ///< any, side by side
};

/// Where values are counted while other threads may read them. Thread-safe, without locks: adding is one relaxed increment.
template <Adding adding>
class BasicHistogramRecorder {
public:
    void add(std::uint64_t value) noexcept { increment(counts_[Histogram::bucket_of(value)]); }

    /// In microseconds; what is negative is none.
    void add(std::chrono::nanoseconds time) noexcept
    {
        const auto micros = std::chrono::duration_cast<std::chrono::microseconds>(time).count();
        add(static_cast<std::uint64_t>(std::max<std::chrono::microseconds::rep>(micros, 0)));
    }

    /// One more of what is counted beside it, in the same way.
    static void increment(std::atomic<std::uint64_t>& counter) noexcept
    {
        if constexpr (adding == Adding::by_many)
            counter.fetch_add(1, std::memory_order_relaxed);
        else
            counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
    }

    /// What has been counted until now. Not a consistent picture: of two values that are being added it may have either.
    [[nodiscard]] Histogram counted() const noexcept
    {
        Histogram seen;
        for (std::size_t i = 0; i < Histogram::buckets; ++i) {
            const auto times = counts_[i].load(std::memory_order_relaxed);
            if (times != 0) seen.add(Histogram::largest_of(i), times);
        }
        return seen;
    }

private:
    std::array<std::atomic<std::uint64_t>, Histogram::buckets> counts_{};
};

/// For values that come from any thread.
using HistogramRecorder = BasicHistogramRecorder<Adding::by_many>;

} // namespace tenantry

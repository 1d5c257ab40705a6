#include <tenantry/core/histogram.hpp>

#include <cstdint>
#include <limits>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using namespace tenantry;
using namespace std::chrono_literals;

TEST_CASE("every value has a bucket, and it fits closely")
{
    STATIC_REQUIRE(Histogram::bucket_of(0) == 0);
    STATIC_REQUIRE(Histogram::bucket_of(1) == 1);
    STATIC_REQUIRE(Histogram::bucket_of(std::numeric_limits<std::uint64_t>::max()) == Histogram::buckets - 1);
    for (std::uint64_t value = 0; value < 100'000; ++value) {
        const auto bucket = Histogram::bucket_of(value);
        const auto largest = Histogram::largest_of(bucket);
        if (value > largest || (bucket > 0 && value <= Histogram::largest_of(bucket - 1)) ||
            2 * largest >= 3 * value + (value == 0))
            FAIL("value " << value << " in bucket " << bucket << ", which ends at " << largest);
    }
    for (std::size_t i = 0; i < Histogram::buckets; ++i)
        CHECK(Histogram::bucket_of(Histogram::largest_of(i)) == i);
    CHECK(Histogram::largest_of(Histogram::buckets - 1) == (std::uint64_t{1} << 32) - 1);
}

TEST_CASE("a percentile is not less than what was seen, and less than one and a half times that")
{
    Histogram seen;
    CHECK(seen.percentile(0.5) == 0);
    for (std::uint64_t value = 1; value <= 1000; ++value) seen.add(value);
    CHECK(seen.count() == 1000);
    for (const int percent : {1, 10, 50, 90, 99, 100}) {
        const auto exact = static_cast<std::uint64_t>(percent) * 10;
        const auto told = seen.percentile(percent / 100.0);
        CAPTURE(percent, told);
        CHECK(told >= exact);
        CHECK(2 * told < 3 * exact);
    }
    CHECK(seen.percentile(0) == 1);
    CHECK(seen.percentile(-1) == 1);
    CHECK(seen.percentile(7) == seen.percentile(1));
}

TEST_CASE("histograms add up")
{
    Histogram one;
    one.add(5, 3);
    Histogram other;
    other.add(5);
    other.add(70);
    Histogram both;
    both.add(5, 4);
    both.add(70);
    CHECK((one += other) == both);
    CHECK(both.count() == 5);
    CHECK(both.count_in(Histogram::bucket_of(5)) == 4);
}

TEST_CASE("several threads count in one")
{
    HistogramRecorder recorder;
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back([&] {
            for (int n = 0; n < 1000; ++n) {
                recorder.add(std::uint64_t{7});
                recorder.add(3500ns); // 3 us
            }
        });
    for (auto& thread : threads) thread.join();
    recorder.add(-1h);
    Histogram expected;
    expected.add(7, 4000);
    expected.add(3, 4000);
    expected.add(0);
    CHECK(recorder.counted() == expected);
}

TEST_CASE("one thread after another counts in one that is for one at a time")
{
    BasicHistogramRecorder<Adding::by_one> recorder;
    for (int i = 0; i < 3; ++i)
        std::thread([&] {
            for (int n = 0; n < 100; ++n) recorder.add(std::uint64_t{7});
        }).join();
    Histogram expected;
    expected.add(7, 300);
    CHECK(recorder.counted() == expected);
}

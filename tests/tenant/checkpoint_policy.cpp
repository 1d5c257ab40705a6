#include <tenantry/tenant/detail/checkpoint_policy.hpp>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>

#include "support/catch.hpp"

using namespace tenantry;
using namespace std::chrono_literals;
using detail::CheckpointPolicy;
using Step = CheckpointPolicy::Step;

namespace {

constexpr CheckpointPolicy::TimePoint begin{};

CheckpointOptions small()
{
    CheckpointOptions options;
    options.size = 100;
    options.limit = 1000;
    options.refuse_at = 5000;
    options.interval = 0ms;
    options.age = 10s;
    return options;
}

} // namespace

TEST_CASE("a log that has grown is written back beside the writer")
{
    CheckpointPolicy log(small());
    CHECK(log.next(true, begin) == Step::none);
    log.grown(99, begin);
    CHECK(log.next(true, begin) == Step::none);
    log.grown(100, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    CHECK(log.next(false, begin) == Step::none); // one at a time
    log.grown(150, begin);
    CHECK(log.passed({100, 100}, begin));
    CHECK(log.next(false, begin) == Step::none);
    log.grown(200, begin);
    CHECK(log.next(false, begin) == Step::beside);
}

TEST_CASE(
    "where there is one connection alone, a log is written back while nobody waits, or when it is too long")
{
    CheckpointPolicy log(small(), false);
    log.grown(100, begin);
    CHECK(log.next(false, begin) == Step::none);
    REQUIRE(log.next(true, begin) == Step::reuse);
    log.ended(Step::reuse, true, begin);
    CHECK(log.bytes() == 0);
    CHECK(log.next(true, begin) == Step::none);
    log.grown(999, begin);
    CHECK(log.next(false, begin) == Step::none);
    CHECK_FALSE(log.must_wait());
    log.grown(1000, begin);
    CHECK(log.next(false, begin) == Step::inside);
}

TEST_CASE("what came while a log was written back is little, and done as soon as nobody waits")
{
    CheckpointPolicy log(small());
    log.grown(100, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    log.grown(102, begin);
    CHECK(log.passed({100, 100}, begin));
    CHECK(log.next(false, begin) == Step::none);
    SECTION("so that it is restarted")
    {
        log.grown(103, begin);
        REQUIRE(log.next(true, begin) == Step::reuse);
        CHECK(log.next(true, begin) == Step::none);
        log.ended(Step::reuse, true, begin);
        CHECK(log.bytes() == 0);
        CHECK(log.next(true, begin + 1h) == Step::none);
        log.grown(100, begin);
        CHECK(log.next(true, begin) == Step::beside);
    }
    SECTION("once: a reader that is in the way is not tried after every batch")
    {
        REQUIRE(log.next(true, begin) == Step::reuse);
        log.ended(Step::reuse, false, begin);
        CHECK(log.next(true, begin) == Step::none);
        log.grown(201, begin);
        CHECK(log.next(true, begin) == Step::none);
        log.grown(202, begin);
        CHECK(log.next(true, begin) == Step::beside);
    }
    SECTION("after some more of it was done beside, where it is not that little")
    {
        log.grown(150, begin);
        REQUIRE(log.next(true, begin) == Step::beside);
        log.grown(174, begin);
        CHECK(log.passed({150, 150}, begin));
        REQUIRE(log.next(true, begin) == Step::beside);
        log.grown(190, begin);
        CHECK(log.passed({174, 174}, begin));
        REQUIRE(log.next(true, begin) == Step::reuse); // it does not become less
        log.ended(Step::reuse, true, begin);
        CHECK(log.bytes() == 0);
    }
    SECTION("unless it has become much")
    {
        log.grown(151, begin);
        CHECK(log.next(true, begin) == Step::none);
        log.grown(200, begin);
        CHECK(log.next(true, begin) == Step::beside);
    }
    SECTION("unless there is none: then it is restarted by the next write")
    {
        log.grown(20, begin);
        CHECK(log.next(true, begin) == Step::none);
    }
}

TEST_CASE("a log that grows fast is left to grow long")
{
    CheckpointOptions options = small();
    options.interval = 1s;
    CheckpointPolicy log(options);
    log.grown(1, begin);
    log.grown(499, begin + 999ms);
    CHECK(log.next(true, begin + 999ms) == Step::none);
    SECTION("until it is old enough")
    {
        CHECK_FALSE(log.is_old(begin + 999ms));
        CHECK(log.is_old(begin + 1s)); // though nobody writes any more
        REQUIRE(log.next(false, begin + 1s) == Step::beside);
        log.grown(550, begin + 1s);
        CHECK(log.passed({499, 499}, begin + 1s));
        CHECK(log.next(false, begin + 1s) == Step::none);
        log.grown(599, begin + 1s);
        CHECK(log.next(false, begin + 1s) == Step::beside); // it is long now: what comes is written back soon
    }
    SECTION("or has half of its limit")
    {
        log.grown(500, begin + 999ms);
        REQUIRE(log.next(false, begin + 999ms) == Step::beside);
        log.grown(520, begin + 999ms);
        CHECK(log.passed({500, 500}, begin + 999ms));
        REQUIRE(log.next(true, begin + 999ms) == Step::beside);
        CHECK(log.passed({520, 520}, begin + 999ms));
        log.grown(521, begin + 999ms);
        REQUIRE(log.next(true, begin + 999ms) == Step::reuse);
        log.ended(Step::reuse, true, begin + 1s);
        log.grown(499, begin + 1s);
        CHECK(log.next(true, begin + 1s) == Step::none);
    }
}

TEST_CASE("a batch waits while a log that is too long is written back, and what is left is done before it")
{
    CheckpointPolicy log(small());
    log.grown(990, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    CHECK_FALSE(log.must_wait());
    log.grown(1010, begin);
    CHECK(log.must_wait());
    CHECK(log.next(false, begin) == Step::none);
    const bool complete = GENERATE(false, true);
    CHECK(log.passed({990, complete ? 990U : 500U}, begin) == complete);
    CHECK_FALSE(log.must_wait());
    CHECK(log.next(false, begin) == Step::inside);
}

TEST_CASE("what is done is what the checkpoint says, not what was there when it was to be done")
{
    CheckpointPolicy log(small());
    log.grown(200, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    SECTION("more")
    {
        CHECK(log.passed({260, 260}, begin));
        log.grown(260, begin);
        CHECK(log.next(true, begin + 1h) == Step::none); // nothing is left
        log.grown(250, begin);                           // shorter than that: it is another log
        CHECK(log.restarts() == 1);
        CHECK(log.next(true, begin) == Step::beside);
    }
    SECTION("not what came meanwhile, which is no failure")
    {
        CHECK(log.passed({260, 200}, begin));
        log.grown(260, begin);
        CHECK(log.next(true, begin) == Step::beside);
    }
    SECTION("less, since a reader is in the way")
    {
        CHECK_FALSE(log.passed({260, 199}, begin));
        log.grown(299, begin);
        CHECK(log.next(true, begin) == Step::none);
        log.grown(300, begin);
        CHECK(log.next(true, begin) == Step::beside);
    }
    SECTION("of another log, which another process has begun")
    {
        CHECK(log.passed({50, 50}, begin));
        CHECK(log.restarts() == 1);
        CHECK(log.next(true, begin + 1h) == Step::none);
        log.grown(150, begin);
        CHECK(log.next(true, begin) == Step::beside);
    }
}

TEST_CASE("a log that cannot be restarted is written back beside the writer as far as that goes")
{
    CheckpointPolicy log(small());
    log.grown(1000, begin);
    REQUIRE(log.next(false, begin) == Step::inside);
    log.ended(Step::inside, false, begin);
    log.grown(1100, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    CHECK(log.must_wait());
    CHECK_FALSE(log.passed({1100, 400}, begin));
    CHECK(log.next(false, begin) == Step::none);
    log.grown(1200, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    CHECK(log.passed({1200, 1200}, begin)); // the reader has gone
    log.grown(1201, begin);
    REQUIRE(log.next(false, begin) == Step::inside);
    log.ended(Step::inside, true, begin);
    CHECK(log.bytes() == 0);
}

TEST_CASE("a log that was restarted counts from its beginning")
{
    CheckpointPolicy log(small());
    log.grown(500, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    SECTION("after it was written back")
    {
        CHECK(log.passed({500, 500}, begin));
        log.grown(50, begin);
    }
    SECTION("while that was still to be told")
    {
        log.grown(50, begin);
        CHECK(log.passed({500, 500}, begin));
    }
    CHECK(log.next(false, begin) == Step::none);
    log.grown(100, begin);
    CHECK(log.next(false, begin) == Step::beside);
}

TEST_CASE("a log that is too long is restarted between two batches")
{
    CheckpointPolicy log(small());
    log.grown(1000, begin);
    REQUIRE(log.next(false, begin) == Step::inside);
    SECTION("which succeeds")
    {
        log.ended(Step::inside, true, begin);
        CHECK(log.bytes() == 0);
        CHECK(log.next(true, begin + 1h) == Step::none);
        log.grown(100, begin);
        CHECK(log.next(false, begin) == Step::beside);
    }
    SECTION("which is tried again after as much again, not after every batch")
    {
        log.ended(Step::inside, false, begin);
        CHECK(log.next(false, begin) == Step::none);
        log.grown(1099, begin);
        CHECK(log.next(false, begin) == Step::none);
        log.grown(1100, begin);
        CHECK(log.next(false, begin) == Step::beside); // first beside the writer
    }
}

TEST_CASE("a log that cannot be restarted is full at last, and tried each time from then on")
{
    CheckpointPolicy log(small());
    log.grown(4999, begin);
    CHECK_FALSE(log.full());
    log.grown(5000, begin);
    CHECK(log.full());
    for (int n = 0; n < 3; ++n) {
        REQUIRE(log.next(false, begin) == Step::inside);
        log.ended(Step::inside, false, begin);
        CHECK(log.full());
    }
    REQUIRE(log.next(false, begin) == Step::inside);
    log.ended(Step::inside, true, begin);
    CHECK_FALSE(log.full());
}

TEST_CASE("a full log of which nothing is left to write back is restarted, since no commit does it")
{
    CheckpointPolicy log(small());
    log.grown(999, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    log.grown(5000, begin);
    CHECK(log.passed({5000, 5000}, begin));
    CHECK(log.full());
    REQUIRE(log.next(false, begin) == Step::inside);
    log.ended(Step::inside, true, begin);
    CHECK_FALSE(log.full());
}

TEST_CASE("a full log is refused and not waited for, though it may grow longer and is being written back")
{
    auto options = small();
    options.refuse_at = 500;
    CheckpointPolicy log(options);
    log.grown(400, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    CHECK_FALSE(log.at_limit());
    log.grown(500, begin);
    CHECK(log.full());
    CHECK(log.at_limit());
    CHECK_FALSE(log.must_wait());
    log.ended(Step::beside, false, begin);
    CHECK(log.next(false, begin) == Step::inside);
}

TEST_CASE("an old log is written back when nobody writes")
{
    CheckpointPolicy log(small());
    log.grown(1, begin);
    log.grown(2, begin + 9s);
    CHECK(log.next(true, begin + 9s) == Step::none);
    CHECK(log.next(false, begin + 10s) == Step::none);
    REQUIRE(log.next(true, begin + 10s) == Step::inside);
    SECTION("once")
    {
        log.ended(Step::inside, true, begin + 10s);
        CHECK(log.next(true, begin + 100s) == Step::none);
        log.grown(1, begin + 100s);
        CHECK(log.next(true, begin + 109s) == Step::none);
        CHECK(log.next(true, begin + 110s) == Step::inside);
    }
    SECTION("and not again and again where that is in vain")
    {
        log.ended(Step::inside, false, begin + 10s);
        log.grown(3, begin + 11s);
        CHECK_FALSE(log.is_old(begin + 11s));
        CHECK(log.next(true, begin + 11s) == Step::none); // not after each commit
        SECTION("but after as much time again")
        {
            CHECK_FALSE(log.is_old(begin + 19s));
            CHECK(log.is_old(begin + 20s));
            REQUIRE(log.next(true, begin + 20s) == Step::inside);
            log.ended(Step::inside, true, begin + 20s);
            CHECK(log.restarts() == 1);
            CHECK_FALSE(log.is_old(begin + 100s));
        }
        SECTION("or when it has grown by what is worth it")
        {
            log.grown(101, begin + 12s);
            CHECK(log.next(true, begin + 12s) == Step::none);
            log.grown(102, begin + 12s);
            CHECK(log.next(true, begin + 12s) == Step::beside);
        }
    }
}

TEST_CASE("where another keeps the log nothing is done")
{
    CheckpointOptions options = small();
    options.automatic = false;
    CheckpointPolicy log(options);
    log.grown(4000, begin);
    CHECK(log.next(true, begin + 1h) == Step::none);
}

TEST_CASE(
    "whatever happens, a log does not grow beyond its limit by more than a batch and one attempt's step")
{
    std::mt19937 random(20260101);
    const auto chance = [&](unsigned of) {
        return std::uniform_int_distribution<unsigned>(0, of - 1)(random) == 0;
    };
    CheckpointOptions options = small();
    options.refuse_at = 0;
    options.interval = GENERATE(0s, 10s, 10000s);
    for (int round = 0; round < 50; ++round) {
        // A log as SQLite keeps it: restarted by the first write after it was written back whole.
        CheckpointPolicy log(options);
        std::uint64_t bytes = 0;
        std::uint64_t back = 0;
        std::uint64_t beside_to = 0;
        bool beside = false;
        bool reader = false;
        std::uint64_t longest_read = 0; // how long the log was while somebody read, since it was restarted
        for (int n = 0; n < 2000; ++n) {
            const auto now = begin + std::chrono::seconds(n);
            if (back == bytes && !reader) bytes = back = longest_read = 0;
            if (!(reader && bytes >= 3000) && !log.must_wait())
                bytes += std::uniform_int_distribution<std::uint64_t>(1, 90)(random);
            log.grown(bytes, now);
            if (!reader) REQUIRE(bytes < options.limit + options.size + 90 + 3000);
            switch (log.next(chance(4), now)) {
            case Step::none: break;
            case Step::beside:
                REQUIRE_FALSE(beside);
                beside = true;
                beside_to = bytes;
                break;
            case Step::inside:
                REQUIRE_FALSE(beside);
                if (!reader) bytes = back = longest_read = 0;
                log.ended(Step::inside, !reader, now);
                break;
            case Step::reuse:
                REQUIRE_FALSE(beside);
                REQUIRE(bytes - back <= options.size / 4);
                if (!reader) bytes = back = longest_read = 0;
                log.ended(Step::reuse, !reader, now);
                break;
            }
            if (beside && chance(3)) {
                beside = false;
                if (!reader && beside_to <= bytes) back = beside_to;
                (void)log.passed({beside_to, reader ? back : beside_to}, now);
            }
            if (chance(50)) reader = !reader;
        }
        // Once the reader is gone and all is quiet, nothing is left.
        if (beside) log.ended(Step::beside, false, begin + 3000s);
        log.grown(bytes + 1, begin + 3000s);
        REQUIRE(log.next(true, begin + 4000s) != Step::none);
    }
}

TEST_CASE("a log is cut on request, unless it is being written back or is another's")
{
    CheckpointPolicy log(small());
    log.grown(50, begin);
    REQUIRE(log.cut() == Step::inside);
    CHECK(log.cut() == Step::none); // one at a time
    log.ended(Step::inside, true, begin);
    CHECK(log.bytes() == 0);
    log.grown(100, begin);
    REQUIRE(log.next(false, begin) == Step::beside);
    CHECK(log.cut() == Step::none);
    CHECK(log.passed({100, 100}, begin));
    REQUIRE(log.cut() == Step::inside);
    log.ended(Step::inside, false, begin); // a reader was in the way
    CHECK(log.bytes() == 100);

    auto others = small();
    others.automatic = false;
    CheckpointPolicy left(others);
    left.grown(50, begin);
    CHECK(left.cut() == Step::none);
}

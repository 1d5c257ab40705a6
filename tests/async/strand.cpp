#include <tenantry/async/detail/strand.hpp>

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <boost/asio/io_context.hpp>
#include <boost/asio/strand.hpp>
#include <boost/asio/thread_pool.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/throwing_executor.hpp"

using namespace tenantry;
namespace asio = boost::asio;
using Strand = detail::Strand<std::function<void()>>;

namespace {

// What it posts comes in order and never side by side, though several threads run it.
void check_order(const Strand& strand)
{
    constexpr int count = 2000;
    std::vector<int> seen; // by the strand alone
    std::atomic<int> inside{0};
    std::atomic<bool> alone{true};
    test::Door last;
    for (int n = 0; n < count; ++n)
        strand.post([&, n] {
            if (++inside != 1) alone = false;
            seen.push_back(n);
            --inside;
            if (n == count - 1) last.open();
        });
    REQUIRE(last.wait());
    CHECK(alone);
    REQUIRE(seen.size() == std::size_t{count});
    for (int n = 0; n < count; ++n) CHECK(seen[static_cast<std::size_t>(n)] == n);
}

} // namespace

TEST_CASE("what is posted to a strand runs one after another, in order")
{
    asio::thread_pool pool(3);
    SECTION("over a pool") { check_order(Strand(pool.get_executor())); }
    SECTION("over a strand of a pool") { check_order(Strand(asio::make_strand(pool))); }
    pool.join();
}

TEST_CASE("it never runs where it is posted")
{
    asio::io_context context;
    const Strand strand(context.get_executor());
    bool inner = false;
    bool at_once = false;
    strand.post([&] {
        strand.post([&] { inner = true; });
        at_once = inner;
    });
    CHECK_FALSE(inner);
    context.run();
    CHECK(inner);
    CHECK_FALSE(at_once);
}

TEST_CASE("two strands over one pool run side by side")
{
    asio::thread_pool pool(2);
    const Strand one(pool.get_executor());
    const Strand other(pool.get_executor());
    test::Door there;
    test::Door back;
    one.post([&] {
        there.open();
        (void)back.wait();
    });
    other.post([&] {
        if (there.wait()) back.open();
    });
    CHECK(back.wait());
    pool.join();
}

TEST_CASE("what was never run goes with what runs it")
{
    const auto held = std::make_shared<int>(0);
    {
        asio::io_context context;
        const Strand strand(context.get_executor());
        strand.post([held] {});
        CHECK(held.use_count() == 2);
    }
    CHECK(held.use_count() == 1);
}

TEST_CASE("where the executor throws nothing is called, and what is posted later is")
{
    asio::io_context context;
    test::ThrowingState state;
    const Strand strand(test::ThrowingExecutor(context.get_executor(), state));
    const auto held = std::make_shared<int>(0);
    int calls = 0;
    state.throw_at(1);
    CHECK_THROWS_AS(strand.post([held, &calls] { ++calls; }), std::runtime_error);
    CHECK(held.use_count() == 1);
    // While it is run, for what has come meanwhile.
    strand.post([&, held] {
        strand.post([held, &calls] { calls += 100; });
        state.throw_at(1);
    });
    CHECK(context.run() == 1);
    CHECK(calls == 0);
    CHECK(held.use_count() == 1);
    strand.post([&] { ++calls; });
    context.restart();
    context.run();
    CHECK(calls == 1);
}

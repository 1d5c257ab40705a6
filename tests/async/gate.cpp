#include <tenantry/async/detail/gate.hpp>

#include <atomic>
#include <thread>
#include <vector>

#include "support/catch.hpp"

using tenantry::detail::Gate;

TEST_CASE("an open gate lets in, a shut one does not")
{
    Gate gate;
    CHECK(gate.enter());
    CHECK_FALSE(gate.leave());
    CHECK(gate.shut());
    CHECK_FALSE(gate.enter());
    CHECK(gate.is_shut());
    gate.wait_empty();
}

TEST_CASE("the last one to leave a shut gate is told")
{
    Gate gate;
    REQUIRE(gate.enter());
    REQUIRE(gate.enter());
    CHECK_FALSE(gate.shut());
    CHECK_FALSE(gate.shut());
    CHECK_FALSE(gate.leave());
    CHECK(gate.leave());
    gate.wait_empty();
}

TEST_CASE("of many who come and go exactly one hears that the gate is empty")
{
    for (int round = 0; round < 200; ++round) {
        Gate gate;
        std::atomic<int> told{0};
        std::atomic<int> inside{0};
        std::vector<std::thread> visitors;
        for (int i = 0; i < 4; ++i)
            visitors.emplace_back([&] {
                while (gate.enter()) {
                    ++inside;
                    --inside;
                    if (gate.leave()) ++told;
                }
            });
        if (gate.shut()) ++told;
        gate.wait_empty();
        CHECK(inside == 0);
        for (auto& visitor : visitors) visitor.join();
        REQUIRE(told == 1);
    }
}

#include <tenantry/core/detail/random.hpp>

#include <cstdint>
#include <set>

#include "support/catch.hpp"

using namespace tenantry::detail;

TEST_CASE("random numbers differ, are never 0 and use all their bits")
{
    std::set<std::uint64_t> numbers;
    std::uint64_t ones = 0;
    std::uint64_t zeros = 0;
    for (int n = 0; n < 1000; ++n) {
        const auto number = random_number();
        numbers.insert(number);
        ones |= number;
        zeros |= ~number;
    }
    CHECK(numbers.size() == 1000);
    CHECK_FALSE(numbers.contains(0));
    CHECK(ones == ~std::uint64_t{0});
    CHECK(zeros == ~std::uint64_t{0});
}

TEST_CASE("hex has sixteen digits")
{
    CHECK(hex(0) == "0000000000000000");
    CHECK(hex(0x0123456789abcdef) == "0123456789abcdef");
    CHECK(hex(~std::uint64_t{0}) == "ffffffffffffffff");
}

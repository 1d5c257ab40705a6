#pragma once

#include <tenantry/core/detail/random.hpp>

#include <sys/random.h>
#include <unistd.h>

namespace tenantry::detail {

TENANTRY_DECL std::uint64_t random_number()
{
    for (;;) {
        std::uint64_t number = 0;
        // std::random_device may ask the processor, which takes a hundred times longer on some virtual machines.
        if (::getentropy(&number, sizeof number) != 0) {
            std::random_device device;
            number = (std::uint64_t{device()} << 32U) | device();
        }
        if (number != 0) return number;
    }
}

TENANTRY_DECL std::string hex(std::uint64_t number)
{
    constexpr std::array digits{'0', '1', '2', '3', '4', '5', '6', '7',
                                '8', '9', 'a', 'b', 'c', 'd', 'e', 'f'};
    std::string text(16, '0');
    for (auto digit = text.rbegin(); digit != text.rend(); ++digit, number >>= 4)
        *digit = digits[static_cast<std::size_t>(number & 15)];
    return text;
}

} // namespace tenantry::detail

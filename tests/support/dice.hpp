// What random tests decide by: the same for the same seed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <initializer_list>
#include <random>
#include <string>

namespace tenantry::test {

/// A number that whoever runs the test may give.
inline std::size_t from_environment(const char* name, std::size_t otherwise)
{
    const char* text = std::getenv(name);
    return text != nullptr ? static_cast<std::size_t>(std::strtoull(text, nullptr, 10)) : otherwise;
}

class Dice {
public:
    explicit Dice(std::size_t seed) : engine_(static_cast<std::uint32_t>(seed)) {}
    std::size_t below(std::size_t n) { return engine_() % n; }
    bool one_in(std::size_t n) { return below(n) == 0; }
    const char* pick(std::initializer_list<const char*> list) { return list.begin()[below(list.size())]; }
    template <class List>
    auto& of(List& list)
    {
        return list[below(list.size())];
    }

private:
    std::mt19937 engine_;
};

} // namespace tenantry::test

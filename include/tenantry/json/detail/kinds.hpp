// Which types have which form in JSON.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <ratio>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <vector>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/json/form.hpp>
#include <tenantry/query/patch.hpp>

namespace tenantry::detail {

template <class T>
concept HasJsonForm = requires { sizeof(JsonForm<T>); };

template <class T>
inline constexpr bool is_json_optional = false;
template <class T>
inline constexpr bool is_json_optional<std::optional<T>> = true;

template <class T>
inline constexpr bool is_json_tuple = false;
template <class... Parts>
inline constexpr bool is_json_tuple<std::tuple<Parts...>> = true;

template <class T>
inline constexpr bool is_json_array = false;
template <class T, class Allocator>
inline constexpr bool is_json_array<std::vector<T, Allocator>> = true;

template <class T>
concept JsonBytes = std::same_as<T, std::vector<std::byte>> || requires(std::remove_const_t<T>& bytes) {
    []<std::size_t N>(std::array<std::byte, N>&) {}(bytes);
};

// Whether a count of these units is written as seconds and decimal digits; how many.
template <class Period>
consteval int decimal_digits()
{
    if (Period::den == 1) return 0;
    if (Period::num != 1) return -1;
    std::intmax_t scale = 1;
    for (int digits = 0; digits <= 9; ++digits, scale *= 10)
        if (scale == Period::den) return digits;
    return -1;
}

template <class T>
struct json_time {
    static constexpr bool is_time = false;
};
template <class Clock, class Rep, class Period>
struct json_time<std::chrono::time_point<Clock, std::chrono::duration<Rep, Period>>> {
    static constexpr bool is_time =
        std::same_as<Clock, std::chrono::system_clock> || std::same_as<Clock, std::chrono::local_t>;
    static constexpr bool is_utc = std::same_as<Clock, std::chrono::system_clock>;
    static constexpr int digits = decimal_digits<Period>();
    static constexpr bool is_date =
        Period::den == 1 && Period::num % 86'400 == 0; // whole days have no time of day
    using rep = Rep;
    using period = Period;
};

template <class T>
inline constexpr bool is_duration = false;
template <class Rep, class Period>
inline constexpr bool is_duration<std::chrono::duration<Rep, Period>> = true;

// What a double, and so every reader of JSON, holds exactly.
inline constexpr std::int64_t most_exact_integer =
    (std::int64_t{1} << std::numeric_limits<double>::digits) - 1;

// A row that is written member by member. Not what only happens to be an aggregate of the standard library's.
template <class T>
concept JsonRow = RowType<T> && !JsonBytes<T> && !is_json_tuple<T>;

} // namespace tenantry::detail

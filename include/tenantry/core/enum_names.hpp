// The names of an enumeration's enumerators, read off the compiler.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

namespace tenantry {

/// Where an enumeration's values are looked for: `[first, last]`. Specialise it for values that lie elsewhere:
///
///     template <>
///     struct tenantry::EnumRange<HttpStatus> { static constexpr int first = 100; static constexpr int last = 599; };
///
/// A range costs compile time in proportion to its size.
template <class E>
struct EnumRange {
    /// The least value that is looked at.
    static constexpr int first = 0;
    /// The greatest value that is looked at.
    static constexpr int last = 127;
};

namespace detail {

// Looking a name up in an enum that is a member of a class template makes clang instantiate its enumerators;
// until then it knows none of them.
template <class E>
concept HasEnumeratorOfNoName = requires { E::tenantry_no_such_enumerator; };

template <class E>
inline constexpr bool is_scoped_enum = [] {
    if constexpr (HasEnumeratorOfNoName<E>)
        return false;
    else if constexpr (std::is_enum_v<E>)
        return !std::is_convertible_v<E, std::underlying_type_t<E>>;
    else
        return false;
}();

// All values in one instantiation: "... [Values = <Color::red, (Color)1, Color::blue>]" (clang),
// "... [with auto ...Values = {Color::red, (Color)1, Color::blue}; ...]" (gcc).
template <auto... Values>
consteval std::string_view raw_enumerators() noexcept
{
    return __PRETTY_FUNCTION__;
}

// Walks such a list. What has a name ends in it; what has none is a cast.
class EnumeratorList {
public:
    consteval explicit EnumeratorList(std::string_view text) noexcept
        : at_(text.data() + text.find("Values = ") + 10)
    {}

    // The next value's name, empty if it has none.
    consteval std::string_view next() noexcept
    {
        const char* begin = at_;
        int depth = 0;
        char last_close = ' ';
        for (; depth > 0 || (*at_ != ',' && *at_ != '>' && *at_ != '}'); ++at_) {
            switch (*at_) {
            case '(':
            case '<':
            case '{': ++depth; break;
            case ')':
            case '>':
            case '}':
                --depth;
                last_close = *at_;
                if (depth == 0) begin = at_ + 1;
                break;
            case ':':
                if (depth == 0) {
                    begin = at_ + 1;
                    last_close = ' ';
                }
                break;
            default: break;
            }
        }
        const std::string_view name(begin, static_cast<std::size_t>(at_ - begin));
        if (*at_ == ',') at_ += 2;
        return last_close == ')' ? std::string_view() : name;
    }

private:
    const char* at_;
};

template <class E>
struct EnumBounds {
    using Underlying = std::underlying_type_t<E>;

    static constexpr std::int64_t clamp(std::int64_t value) noexcept
    {
        if (std::cmp_less(value, std::numeric_limits<Underlying>::min()))
            return static_cast<std::int64_t>(std::numeric_limits<Underlying>::min());
        if (std::cmp_greater(value, std::numeric_limits<Underlying>::max()))
            return static_cast<std::int64_t>(std::numeric_limits<Underlying>::max());
        return value;
    }

    static constexpr std::int64_t first = clamp(EnumRange<E>::first);
    static constexpr std::int64_t last = clamp(EnumRange<E>::last);
    static constexpr std::size_t size = static_cast<std::size_t>(last - first + 1);

    static constexpr bool holds(std::int64_t value) noexcept { return clamp(value) == value; }
};

// Values beyond the range that are read as well, so that an enumeration which does not fit is detected
// where it can be: the neighbours, the powers of two of flags, the hundreds of status codes.
inline constexpr auto enum_probes = [] {
    std::array<std::int64_t, 2 + 24 + 9 + 3> probes{};
    std::size_t n = 2; // the first two are the neighbours
    for (int bit = 7; bit < 31; ++bit) probes[n++] = std::int64_t{1} << bit;
    for (int hundreds = 1; hundreds < 10; ++hundreds) probes[n++] = hundreds * 100;
    for (int more : {255, 404, 1000}) probes[n++] = more;
    return probes;
}();

template <class E>
consteval std::int64_t enum_probe(std::size_t index) noexcept
{
    using Bounds = EnumBounds<E>;
    std::int64_t probe = enum_probes[index];
    if (index == 0) probe = Bounds::first - 1;
    if (index == 1) probe = Bounds::last + 1;
    const bool outside = probe < Bounds::first || probe > Bounds::last;
    return outside && Bounds::holds(probe) ? probe : Bounds::first;
}

template <std::size_t Range>
struct EnumeratorScan {
    std::array<std::string_view, Range> names{};
    std::size_t count = 0;
    std::size_t letters = 0;
    bool beyond = false;
};

template <class E, std::size_t... I, std::size_t... Probe>
consteval auto scan_enum(std::index_sequence<I...>, std::index_sequence<Probe...>) noexcept
{
    using Bounds = EnumBounds<E>;
    EnumeratorScan<sizeof...(I)> scan;
    EnumeratorList list(raw_enumerators<static_cast<E>(Bounds::first + static_cast<std::int64_t>(I))...,
                                        static_cast<E>(enum_probe<E>(Probe))...>());
    for (std::string_view& name : scan.names) {
        name = list.next();
        if (name.empty()) continue;
        ++scan.count;
        scan.letters += name.size();
    }
    for (std::size_t probe = 0; probe < sizeof...(Probe); ++probe) {
        const bool named = !list.next().empty();
        if (named && enum_probe<E>(probe) != Bounds::first) scan.beyond = true;
    }
    return scan;
}

template <class E>
struct Enumerators {
    static constexpr auto scan = scan_enum<E>(std::make_index_sequence<EnumBounds<E>::size>{},
                                              std::make_index_sequence<enum_probes.size()>{});
    static constexpr std::size_t count = scan.count;

    struct Table {
        std::array<char, scan.letters + 1> letters{};
        std::array<std::uint32_t, count + 1> begin{};
        std::array<E, count> values{};
        std::array<std::uint16_t, scan.names.size()>
            position{}; // of first + i, from 1; 0 where there is none
    };

    // The names in storage of their own, so that the compiler's long signature stays out of the binary.
    static constexpr Table table = [] {
        Table made;
        std::size_t n = 0;
        std::uint32_t letter = 0;
        for (std::size_t i = 0; i < scan.names.size(); ++i) {
            if (scan.names[i].empty()) continue;
            for (char c : scan.names[i]) made.letters[letter++] = c;
            made.values[n] = static_cast<E>(EnumBounds<E>::first + static_cast<std::int64_t>(i));
            made.begin[++n] = letter;
            made.position[i] = static_cast<std::uint16_t>(n);
        }
        return made;
    }();

    static constexpr std::string_view name(std::size_t n) noexcept
    {
        return {table.letters.data() + table.begin[n], table.begin[n + 1] - table.begin[n]};
    }

    static constexpr std::array<std::string_view, count> names = [] {
        std::array<std::string_view, count> made{};
        for (std::size_t n = 0; n < count; ++n) made[n] = name(n);
        return made;
    }();
};

// One rule after the other, and nothing behind a rule that failed.
template <class E>
struct CheckedEnum {
    static constexpr bool scoped = is_scoped_enum<E>;
    static_assert(scoped,
                  "tenantry: only an `enum class` has names that can be read; an unscoped one has not");
};

template <class E>
    requires is_scoped_enum<E>
struct CheckedEnum<E> {
    static_assert(EnumRange<E>::first <= EnumRange<E>::last, "tenantry: EnumRange ends before it begins");
    static_assert(
        Enumerators<E>::count > 0,
        "tenantry: the enum has no enumerator from 0 to 127; specialise tenantry::EnumRange for it");
    static_assert(
        !Enumerators<E>::scan.beyond,
        "tenantry: the enum has enumerators beyond its EnumRange (0 to 127); specialise tenantry::EnumRange for it");
    using type = Enumerators<E>;
};

template <class E>
using enumerators = typename CheckedEnum<E>::type;

} // namespace detail

/// The values that have a name, in ascending order.
template <class E>
inline constexpr auto& enum_values = detail::enumerators<E>::table.values;

/// Their names, in the same order.
template <class E>
inline constexpr auto& enum_names = detail::enumerators<E>::names;

/// The enumerator's name, or an empty text for a value that has none. Static storage.
template <class E>
[[nodiscard]] constexpr std::string_view enum_name(E value) noexcept
{
    using Names = detail::enumerators<E>;
    using Bounds = detail::EnumBounds<E>;
    const auto number = static_cast<std::underlying_type_t<E>>(value);
    if (std::cmp_less(number, Bounds::first) || std::cmp_greater(number, Bounds::last)) return {};
    const std::size_t n =
        Names::table.position[static_cast<std::size_t>(static_cast<std::int64_t>(number) - Bounds::first)];
    return n == 0 ? std::string_view() : Names::name(n - 1);
}

/// The enumerator of that name, case and all.
template <class E>
[[nodiscard]] constexpr std::optional<E> enum_value(std::string_view name) noexcept
{
    using Names = detail::enumerators<E>;
    for (std::size_t n = 0; n < Names::count; ++n)
        if (Names::name(n) == name) return Names::table.values[n];
    return std::nullopt;
}

} // namespace tenantry

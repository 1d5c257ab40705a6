// Values as SQL text: what stands where nothing can be bound, in a declaration, or is not to be, a constant.
#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/enum_names.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/sqlite/codecs.hpp>

namespace tenantry::detail {

// A real of at most 15 significant digits, which SQLite reads back as the same: digits / 10^places.
struct DecimalReal {
    bool exact = false;
    std::int64_t digits = 0;
    int places = 0;
};

constexpr DecimalReal decimal_of(double value) noexcept
{
    if (!(value < 1e15 && value > -1e15)) return {}; // infinities and NaN, too
    double scale = 1;
    for (int places = 0; places <= 15; ++places, scale *= 10) {
        const double scaled = value * scale;
        if (!(scaled < 1e15 && scaled > -1e15)) break;
        const auto digits = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
        if (static_cast<double>(digits) / scale == value) return {true, digits, places};
    }
    return {};
}

constexpr void render_decimal(TextSink& out, DecimalReal real) noexcept
{
    std::int64_t scale = 1;
    for (int place = 0; place < real.places; ++place) scale *= 10;
    const std::int64_t digits = real.digits < 0 ? -real.digits : real.digits;
    if (real.digits < 0) out.put('-');
    out.integer(digits / scale);
    out.put('.');
    if (real.places == 0) out.put('0');
    for (std::int64_t place = scale / 10; place > 0; place /= 10)
        out.put(static_cast<char>('0' + digits / place % 10));
}

// x'0a0b'
constexpr void render_bytes(TextSink& out, std::span<const std::byte> bytes) noexcept
{
    constexpr std::string_view digits = "0123456789abcdef";
    out.text("x'");
    for (const std::byte byte : bytes) {
        out.put(digits[std::to_integer<std::size_t>(byte >> 4)]);
        out.put(digits[std::to_integer<std::size_t>(byte & std::byte{15})]);
    }
    out.put('\'');
}

enum class Literal { fits, digits, range, zero, no_enumerator, no_date, other_values };

// Whether a value has a literal that SQLite reads back as the same.
template <class T>
constexpr Literal literal_of(const T& value) noexcept
{
    if constexpr (is_optional<T>)
        return value ? literal_of(*value) : Literal::fits;
    else if constexpr (detail::PlainInteger<T>)
        return std::in_range<std::int64_t>(value) ? Literal::fits : Literal::range;
    else if constexpr (std::floating_point<T>)
        return decimal_of(static_cast<double>(value)).exact ? Literal::fits : Literal::digits;
    else if constexpr (std::is_enum_v<T>)
        return enum_name(value).empty() ? Literal::no_enumerator : Literal::fits;
    else if constexpr (std::same_as<T, std::chrono::year_month_day>)
        return value.ok() ? Literal::fits : Literal::no_date;
    else if constexpr (std::is_convertible_v<const T&, std::string_view>)
        return std::string_view(value).find('\0') == std::string_view::npos ? Literal::fits : Literal::zero;
    else
        return Literal::fits;
}

template <class T>
constexpr void render_literal(TextSink& out, const T& value)
{
    if constexpr (std::same_as<T, std::nullopt_t>) {
        out.text("NULL");
    } else if constexpr (is_optional<T>) {
        if (value)
            render_literal(out, *value);
        else
            out.text("NULL");
    } else if constexpr (std::same_as<T, bool>) {
        out.integer(value ? 1 : 0);
    } else if constexpr (detail::PlainInteger<T>) {
        out.integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::floating_point<T>) {
        render_decimal(out, decimal_of(static_cast<double>(value)));
    } else if constexpr (std::is_enum_v<T>) {
        if constexpr (sqlite::Codec<T>::storage == sqlite::Storage::text)
            out.literal(enum_name(value));
        else
            out.integer(static_cast<std::int64_t>(value));
    } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
        out.literal(std::string_view(value));
    } else if constexpr (std::is_convertible_v<const T&, std::span<const std::byte>>) {
        render_bytes(out, std::span<const std::byte>(value));
    } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
        render_literal(out, std::chrono::sys_days(value).time_since_epoch());
    } else if constexpr (requires { value.time_since_epoch(); }) {
        render_literal(out, value.time_since_epoch());
    } else if constexpr (is_time<T>) {
        render_literal(out, value.count());
    } else {
        static_assert(always_false<T>,
                      "tenantry: a value in a declaration is a number, a bool, a text, bytes, a time or an "
                      "enumerator: others have no literal");
    }
}

// What a node of an expression hands its values to: the one that is wanted is written.
class LiteralOut {
public:
    constexpr LiteralOut(TextSink& sink, std::size_t wanted) noexcept : sink_(sink), wanted_(wanted) {}

    template <class T>
    constexpr void add(const T& value)
    {
        if (at_++ == wanted_) render_literal(sink_, value);
    }
    template <class Error>
    constexpr void refuse(Error&&) noexcept
    {}

private:
    TextSink& sink_;
    std::size_t wanted_;
    std::size_t at_ = 0;
};

// The first of a node's values that has no literal.
struct LiteralCheck {
    using schema = void;
    static constexpr bool tenantry_checks_literals = true;

    Literal found = Literal::fits;

    template <class T>
    constexpr void add(const T& value) noexcept
    {
        if (found == Literal::fits) found = literal_of(value);
    }
    template <class Error>
    constexpr void refuse(Error&&) noexcept
    {
        found = Literal::range;
    }
    // Of expressions that should have the same.
    constexpr void values_differ() noexcept { found = Literal::other_values; }
};

template <Literal What>
consteval bool check_literal() noexcept
{
    static_assert(What != Literal::digits,
                  "tenantry: a floating-point number in a declaration has at most 15 decimal digits");
    static_assert(What != Literal::range,
                  "tenantry: an integer in a declaration is one that SQLite can store");
    static_assert(What != Literal::zero, "tenantry: a text in a declaration has no zero in it");
    static_assert(What != Literal::no_enumerator,
                  "tenantry: an enumerator in a declaration has a name of its own");
    static_assert(What != Literal::no_date, "tenantry: a date in a declaration is one of the calendar");
    static_assert(
        What != Literal::other_values,
        "tenantry: an expression of a query in a declaration stands in group_by(), or in select() beside "
        "distinct() or of a set operation, with other values");
    return What == Literal::fits;
}

} // namespace tenantry::detail

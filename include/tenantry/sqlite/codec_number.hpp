// Numbers as column values: bool, integers, float and double.
#pragma once

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// The integers of arithmetic; characters are text, and bool has a codec of its own.
template <class T>
concept PlainInteger =
    std::integral<T> && !std::same_as<T, bool> && !std::same_as<T, char> && !std::same_as<T, wchar_t> &&
    !std::same_as<T, char8_t> && !std::same_as<T, char16_t> && !std::same_as<T, char32_t>;

[[gnu::cold, gnu::noinline]] inline Error integer_too_big()
{
    return Error(
        errc::invalid_argument,
        "an integer above 9223372036854775807 cannot be stored: SQLite's integers are signed, of 64 bits");
}

[[gnu::cold, gnu::noinline]] inline Error not_a_number()
{
    return Error(
        errc::invalid_argument,
        "NaN cannot be stored: SQLite would make it NULL; use an optional for a number that may be missing");
}

[[nodiscard]] inline sqlite::Misfit expect_integer(sqlite::Storage found) noexcept
{
    if (found == sqlite::Storage::integer) [[likely]]
        return sqlite::Misfit::none;
    return found == sqlite::Storage::null ? sqlite::Misfit::null : sqlite::Misfit::wrong_storage;
}

} // namespace tenantry::detail

namespace tenantry::sqlite {

template <detail::PlainInteger T>
struct Codec<T> {
    static constexpr Storage storage = Storage::integer;

    static constexpr ValueLimits limits{std::in_range<std::int64_t>(std::numeric_limits<T>::min())
                                            ? static_cast<std::int64_t>(std::numeric_limits<T>::min())
                                            : INT64_MIN,
                                        std::in_range<std::int64_t>(std::numeric_limits<T>::max())
                                            ? static_cast<std::int64_t>(std::numeric_limits<T>::max())
                                            : INT64_MAX};

    template <ParameterBinder B>
    static void bind(B& to, int index, const T& value)
    {
        if (std::in_range<std::int64_t>(value)) [[likely]]
            to.integer(index, static_cast<std::int64_t>(value));
        else
            to.refuse(detail::integer_too_big());
    }

    template <RowReader R>
    static Misfit read(R& from, int column, T& out)
    {
        if (const Misfit misfit = detail::expect_integer(from.storage(column)); misfit != Misfit::none)
            [[unlikely]]
            return misfit;
        const std::int64_t value = from.integer(column);
        if (!std::in_range<T>(value)) [[unlikely]]
            return Misfit::out_of_range;
        out = static_cast<T>(value);
        return Misfit::none;
    }
};

/// 0 and 1; the column has a CHECK that says so.
template <>
struct Codec<bool> {
    static constexpr Storage storage = Storage::integer;

    template <class Sink>
    static constexpr void check(Sink& out, std::string_view column)
    {
        out.text(column);
        out.text(" IN (0, 1)");
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const bool& value)
    {
        to.integer(index, value ? 1 : 0);
    }

    template <RowReader R>
    static Misfit read(R& from, int column, bool& out)
    {
        if (const Misfit misfit = detail::expect_integer(from.storage(column)); misfit != Misfit::none)
            [[unlikely]]
            return misfit;
        const std::int64_t value = from.integer(column);
        if (value != 0 && value != 1) [[unlikely]]
            return Misfit::out_of_range;
        out = value == 1;
        return Misfit::none;
    }
};

/// Infinities are stored as they are; NaN is refused, since SQLite makes it NULL
/// (https://sqlite.org/floatingpoint.html). A whole number that an expression made an INTEGER is read too, as
/// long as it is exact.
template <>
struct Codec<double> {
    static constexpr Storage storage = Storage::real;

    template <ParameterBinder B>
    static void bind(B& to, int index, const double& value)
    {
        if (std::isnan(value)) [[unlikely]]
            to.refuse(detail::not_a_number());
        else
            to.real(index, value);
    }

    template <RowReader R>
    static Misfit read(R& from, int column, double& out)
    {
        switch (from.storage(column)) {
        case Storage::real: out = from.real(column); return Misfit::none;
        case Storage::integer: {
            constexpr std::int64_t exact = std::int64_t{1} << std::numeric_limits<double>::digits;
            const std::int64_t value = from.integer(column);
            if (value < -exact || value > exact) return Misfit::out_of_range;
            out = static_cast<double>(value);
            return Misfit::none;
        }
        case Storage::null: return Misfit::null;
        case Storage::text:
        case Storage::blob: break;
        }
        return Misfit::wrong_storage;
    }
};

/// Stored as a double; one that is beyond float's range does not fit, one of more digits is rounded.
template <>
struct Codec<float> {
    static constexpr Storage storage = Storage::real;

    static constexpr ValueLimits limits{.single = true};

    template <ParameterBinder B>
    static void bind(B& to, int index, const float& value)
    {
        Codec<double>::bind(to, index, static_cast<double>(value));
    }

    template <RowReader R>
    static Misfit read(R& from, int column, float& out)
    {
        double value{};
        if (const Misfit misfit = Codec<double>::read(from, column, value); misfit != Misfit::none)
            return misfit;
        if (std::isfinite(value) && std::fabs(value) > static_cast<double>(std::numeric_limits<float>::max()))
            return Misfit::out_of_range;
        out = static_cast<float>(value);
        return Misfit::none;
    }
};

} // namespace tenantry::sqlite

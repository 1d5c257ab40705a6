// constant<"success">, constant<1>: a value that is a part of the text instead of being bound.
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/literal.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

// A double as a template argument: clang 16 takes no floating-point ones.
struct RealConstant {
    std::uint64_t bits;
    [[nodiscard]] constexpr double value() const noexcept { return std::bit_cast<double>(bits); }
};

// A value as a template argument: a number, a bool, an enumerator, a text.
template <class T>
struct ConstantValue {
    T value;

    consteval ConstantValue(T given) noexcept : value(given) {}
    template <std::floating_point Real>
    consteval ConstantValue(Real given) noexcept
        requires std::same_as<T, RealConstant>
        : value{std::bit_cast<std::uint64_t>(static_cast<double>(given))}
    {}
    template <std::size_t N>
    consteval ConstantValue(const char (&text)[N]) noexcept
        requires std::same_as<T, FixedString<N - 1>>
        : value(text)
    {}
};

template <class T>
ConstantValue(T) -> ConstantValue<T>;
template <std::floating_point Real>
ConstantValue(Real) -> ConstantValue<RealConstant>;
template <std::size_t N>
ConstantValue(const char (&)[N]) -> ConstantValue<FixedString<N - 1>>;

template <class T>
inline constexpr bool is_fixed_string = false;
template <std::size_t N>
inline constexpr bool is_fixed_string<FixedString<N>> = true;

// The type that such a value has in an expression, or void: it is none.
template <class Given>
consteval auto constant_type()
{
    if constexpr (std::same_as<Given, bool> || std::is_enum_v<Given>)
        return std::type_identity<Given>{};
    else if constexpr (std::same_as<Given, RealConstant>)
        return std::type_identity<double>{};
    else if constexpr (is_fixed_string<Given>)
        return std::type_identity<std::string>{};
    else if constexpr (is_integer<Given>)
        return std::type_identity<std::int64_t>{};
    else
        return std::type_identity<void>{};
}
template <auto Value>
using constant_t = typename decltype(constant_type<std::remove_cv_t<decltype(Value)>>())::type;

// The value itself.
template <auto Value>
consteval auto plain_constant() noexcept
{
    if constexpr (std::same_as<std::remove_cv_t<decltype(Value)>, RealConstant>)
        return Value.value();
    else if constexpr (is_fixed_string<std::remove_cv_t<decltype(Value)>>)
        return Value.view();
    else
        return Value;
}

template <auto Value>
struct ConstantText {
    static constexpr void render(TextSink& out) { render_literal(out, plain_constant<Value>()); }
};

// Its own form: another value is another text.
template <auto Value>
struct Constant {
    using tenantry_expression = void;
    using value_type = constant_t<Value>;
    using source = void;
    using form = Constant;
    static constexpr auto value = Value;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    static constexpr Precedence precedence =
        static_text<ConstantText<Value>>[0] == '-' ? Precedence::prefix : Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(static_text<ConstantText<Value>>);
    }
    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, Constant> as(N) const
    {
        return {*this};
    }
};

template <auto Value>
inline constexpr bool is_repeatable_form<Constant<Value>> = true;

template <auto Value>
consteval auto make_constant()
{
    constexpr bool has_type = !std::is_void_v<constant_t<Value>>;
    static_assert(has_type, "tenantry: a constant is a number, a bool, an enumerator or a text: constant<1>, "
                            "constant<\"none\">");
    if constexpr (has_type) {
        constexpr Literal found = literal_of(plain_constant<Value>());
        static_assert(
            found != Literal::digits,
            "tenantry: a floating-point constant has at most 15 decimal digits: bind others as values");
        static_assert(found != Literal::range, "tenantry: an integer constant is one that SQLite can store");
        static_assert(found != Literal::zero,
                      "tenantry: a text has a zero in it, where the statement would end: bind it as a value");
        static_assert(found != Literal::no_enumerator, "tenantry: an enumerator has a name of its own");
        if constexpr (found == Literal::fits)
            return Constant<Value>{};
        else
            return Refused{};
    } else {
        return Refused{};
    }
}

} // namespace detail

/// A value that is written into the statement's text instead of being bound: `constant<"success">`, `constant<0>`,
/// `constant<true>`, `constant<-1.5>`, `constant<JobStatus::done>`. It stands wherever an expression does, in `select()`
/// as well: `select(col<&Job::module>, constant<"job">.as("kind"_n))`. What it is compared with, or assigned to, has to
/// take it as a value; an integer by itself is an int64.
///
/// Each value is a statement of its own, prepared once: it is for what a program knows, and bound values are for what it
/// is told. What is compared in every row costs less so than as a parameter.
template <detail::ConstantValue Value>
inline constexpr auto constant = detail::make_constant<Value.value>();

} // namespace tenantry

// case_().when(condition, value).otherwise(value), and case_(expression).when(value, result).
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/logic.hpp>

namespace tenantry {

namespace detail {

// CASE [operand] WHEN .. THEN .. [ELSE ..] END
template <bool HasOperand, bool HasElse>
class CaseSyntax {
    // what comes before an argument
    static constexpr std::string_view word(std::size_t at, std::size_t count)
    {
        if (HasOperand && at == 0) return " ";
        if (HasElse && at + 1 == count) return " ELSE ";
        return at % 2 == (HasOperand ? 1 : 0) ? " WHEN " : " THEN ";
    }

public:
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        out.text("CASE");
        std::size_t at = 0;
        ((out.text(word(at++, sizeof...(Args))), Args::render(out)), ...);
        out.text(" END");
    }

    // whether a result is; which WHEN holds makes no difference
    template <class Missing, class... Args>
    static constexpr bool null_of = [] {
        std::size_t at = 0;
        bool found = false;
        ((found = (word(at++, sizeof...(Args)) != " WHEN " && !(HasOperand && at == 1) &&
                   may_be_null<Args, Missing>) ||
                  found),
         ...);
        return found;
    }();
};

// What stands behind WHEN: a condition, or something that is equal to the operand, which is of type Asked.
template <class Asked, class When>
consteval Mismatch when_mismatch()
{
    if constexpr (is_refused<When> || is_refused<Asked>)
        return Mismatch::said;
    else if constexpr (std::is_void_v<Asked>)
        return is_condition<When>() ? Mismatch::none : Mismatch::other_type;
    else if constexpr (is_constant<std::remove_cvref_t<When>>)
        return constant_mismatch<Asked, std::remove_cvref_t<When>>();
    else if constexpr (AnyExpression<When>)
        return expression_mismatch<Asked, base_value_t<When>>();
    else
        return value_mismatch<Asked, std::decay_t<When>>();
}

// A CASE whose results so far are of type Result; NULL where no WHEN holds. Asked is the operand's type, or void.
template <class Asked, class Result, bool Nullable, class... Args>
struct Case : Compound<CaseSyntax<!std::is_void_v<Asked>, false>, with_optional<Result>, Args...> {
    /// One more case, for where those before it do not hold.
    template <class When, class Then>
    [[nodiscard]] constexpr auto when(When&& when, Then&& then) const&
    {
        return Case(*this).when(std::forward<When>(when), std::forward<Then>(then));
    }
    template <class When, class Then>
    [[nodiscard]] constexpr auto when(When&& when, Then&& then) &&;

    /// What it is where no case holds; NULL if that is not said.
    template <class Else>
    [[nodiscard]] constexpr auto otherwise(Else&& otherwise) const&
    {
        return Case(*this).otherwise(std::forward<Else>(otherwise));
    }
    template <class Else>
    [[nodiscard]] constexpr auto otherwise(Else&& otherwise) &&;
};

template <class Asked, class Result, bool Nullable, class When, class Then, class... Args>
[[nodiscard]] constexpr auto add_when(Pack<Args...>&& args, When&& when, Then&& then)
{
    using Made = typename decltype(with_operand<Result, Then>())::type;
    constexpr Mismatch why = when_mismatch<Asked, When>();
    if constexpr (std::is_void_v<Asked>)
        static_assert(
            why == Mismatch::none || why == Mismatch::said,
            "tenantry: case_().when() takes a condition and a value: to compare one expression with "
            "values there is case_(expression)");
    else
        refuse_comparison<why, Asked, When>();
    constexpr bool typed = !std::is_void_v<Made> && !is_refused<Made>;
    static_assert(why != Mismatch::none || is_refused<Then> || typed,
                  "tenantry: the results of case_() are of one type, which the first one says");
    if constexpr (why == Mismatch::none && typed) {
        using Compared = std::conditional_t<std::is_void_v<Asked>, bool, Asked>;
        auto condition = as_operand<Compared>(std::forward<When>(when));
        auto result = result_operand<Made>(std::forward<Then>(then));
        return std::move(args).apply([&](Args&&... arg) {
            using Added = Case<Asked, Made, Nullable || can_be_null<Then>, Args..., decltype(condition),
                               decltype(result)>;
            return Added{{{{std::move(arg)}..., {std::move(condition)}, {std::move(result)}}}};
        });
    } else {
        return Case<Refused, Refused, false, Refused>{};
    }
}

template <class Asked, class Result, bool Nullable, class Else, class... Args>
[[nodiscard]] constexpr auto add_else(Pack<Args...>&& args, Else&& otherwise)
{
    using Made = typename decltype(with_operand<Result, Else>())::type;
    static_assert(is_refused<Result> || is_refused<Else> || !is_refused<Made>,
                  "tenantry: the results of case_() are of one type, which the first one says");
    if constexpr (is_refused<Made>) {
        return Refused{};
    } else {
        auto result = result_operand<Made>(std::forward<Else>(otherwise));
        return std::move(args).apply([&](Args&&... arg) {
            using Whole =
                Compound<CaseSyntax<!std::is_void_v<Asked>, true>,
                         made_nullable<Made, Nullable || can_be_null<Else>>, Args..., decltype(result)>;
            return Whole{{{std::move(arg)}..., {std::move(result)}}};
        });
    }
}

template <class Asked, class Result, bool Nullable, class... Args>
template <class When, class Then>
constexpr auto Case<Asked, Result, Nullable, Args...>::when(When&& when, Then&& then) &&
{
    return add_when<Asked, Result, Nullable>(std::move(this->args), std::forward<When>(when),
                                             std::forward<Then>(then));
}

template <class Asked, class Result, bool Nullable, class... Args>
template <class Else>
constexpr auto Case<Asked, Result, Nullable, Args...>::otherwise(Else&& otherwise) &&
{
    return add_else<Asked, Result, Nullable>(std::move(this->args), std::forward<Else>(otherwise));
}

// case_() before its first result.
template <class Asked, class... Operand>
struct CaseStart {
    Pack<Operand...> operand;

    template <class When, class Then>
    [[nodiscard]] constexpr auto when(When&& when, Then&& then) const
    {
        return add_when<Asked, void, false>(Pack<Operand...>(operand), std::forward<When>(when),
                                            std::forward<Then>(then));
    }
};

} // namespace detail

/// The value of the first condition that holds:
/// `case_().when(col<&Job::cost> > 100, "dear").when(col<&Job::cost> > 10, "fair").otherwise("cheap")`.
///
/// The results are of one type; the whole is an optional where one of them is, or where `otherwise` is missing.
[[nodiscard]] constexpr detail::CaseStart<void> case_() { return {}; }

/// The result that belongs to the first value it is equal to:
/// `case_(col<&Job::status>).when(JobStatus::done, 1).otherwise(0)`. NULL is equal to nothing.
template <detail::AnyExpression E>
[[nodiscard]] constexpr auto case_(E&& expression)
{
    using Asked = std::conditional_t<detail::is_refused<E>, detail::Refused, detail::base_value_t<E>>;
    return detail::CaseStart<Asked, std::remove_cvref_t<E>>{{{std::forward<E>(expression)}}};
}

} // namespace tenantry

// any_of(values, make), all_of(values, make): as many conditions as there are values at run time.
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/named.hpp>
#include <tenantry/expr/detail/of_temporary.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/query/detail/choices.hpp>

namespace tenantry {

namespace detail {

// How many conditions a text has. Where there are not as many the last one is said again, which changes nothing: so a
// list of any length is one of a few statements, in which less than a third is said again.
inline constexpr std::array<std::uint16_t, 20> list_sizes{0,  1,  2,  3,  4,   6,   8,   12,  16,  24,
                                                          32, 48, 64, 96, 128, 192, 256, 384, 448, 512};
inline constexpr unsigned list_size_bits = 5;
inline constexpr std::size_t longest_list =
    list_sizes.back(); // SQLite refuses expressions that are 1000 deep

constexpr std::size_t list_size_of(std::size_t count) noexcept
{
    std::size_t at = 0;
    while (at + 1 < list_sizes.size() && list_sizes[at] < count) ++at;
    return at;
}

template <bool All, class Form>
struct ConditionListForm {
    static constexpr Precedence precedence = All ? Precedence::logical_and : Precedence::logical_or;

    template <class Out>
    static constexpr void render(Out& out)
    {
        constexpr bool can_choose = requires { out.choose(list_size_bits, 1); };
        static_assert(can_choose,
                      "tenantry: how long the list of any_of() and all_of() is is known at run time, and a "
                      "declaration is made before");
        if constexpr (can_choose) {
            const std::size_t size = list_sizes[out.choose(list_size_bits, 1)];
            if (size == 0) out.text(All ? "1" : "0");
            for (std::size_t i = 0; i < size; ++i) {
                if (i != 0) out.text(All ? " AND " : " OR ");
                render_operand<Form>(out, tighter(precedence));
            }
        }
    }
};

[[gnu::cold, gnu::noinline]] inline Error list_too_long()
{
    return Error(errc::invalid_argument,
                 "any_of() and all_of() join " + std::to_string(longest_list) +
                     " conditions at most: in(column, list) takes any number of values");
}

// Conditions of one form, which own their values.
template <bool All, class E>
struct ConditionList {
    using tenantry_expression = void;
    using value_type = typename E::value_type;
    using source = typename E::source;
    using form = ConditionListForm<All, typename E::form>;
    static constexpr bool aggregate = E::aggregate;
    static constexpr bool window = is_windowed<E>;
    template <class... Keys>
    static constexpr bool grouped = E::template grouped<Keys...>;
    template <class Missing>
    static constexpr bool may_be_null = detail::may_be_null<E, Missing>;

    std::vector<E> conditions;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        E::visit(visitor);
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        if (conditions.size() > longest_list) [[unlikely]] {
            add_choice(to, list_size_bits, 0);
            to.refuse(list_too_long());
            return;
        }
        const std::size_t size = list_size_of(conditions.size());
        add_choice(to, list_size_bits, size);
        for (std::size_t i = 0; i < list_sizes[size]; ++i)
            conditions[i < conditions.size() ? i : conditions.size() - 1].bind(to);
    }
    static constexpr bool owns_values = true;

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] named_t<N, ConditionList> as(N) const&
    {
        return {*this};
    }
    template <class N>
    [[nodiscard]] named_t<N, ConditionList> as(N) &&
    {
        return {std::move(*this)};
    }
};

template <class Range>
using listed_t = decltype(*std::begin(std::declval<const std::remove_cvref_t<Range>&>()));

template <bool All, class Range, class Make>
[[nodiscard]] auto list_conditions(const std::remove_cvref_t<Range>& values, Make&& given)
{
    std::decay_t<Make> make(std::forward<Make>(given));
    using Made = std::remove_cvref_t<std::invoke_result_t<std::decay_t<Make>&, listed_t<Range>>>;
    constexpr bool sound = [] {
        if constexpr (AnyExpression<Made>)
            return is_condition<Made>();
        else
            return false;
    }();
    static_assert(sound,
                  "tenantry: any_of() and all_of() join conditions: what is called with a value of the list "
                  "gives a comparison, or a column of bool");
    if constexpr (sound && !is_refused<Made>) {
        using E = owned_t<Made>;
        ConditionList<All, E> list;
        for (auto&& value : values) list.conditions.push_back(detail::owned(make(value)));
        if constexpr (safe_as_temporary<Make> && safe_as_value<Range>)
            return list;
        else
            return say_temporary(std::move(list));
    } else {
        return Refused{};
    }
}

} // namespace detail

/// Whether one of the conditions holds that are made of the values of a list:
/// `where(any_of(words, [](const std::string& word) { return contains(col<&Job::name>, word); }))`. None holds of an
/// empty list; where it shall not choose then, say `when(!words.empty(), any_of(...))`. An expression like others,
/// which owns its values. More than 512 values are `errc::invalid_argument` when it runs.
///
/// The text has a condition for each value, so that each of them can use an index; lists of up to 512 make 20 texts,
/// which count among the 64 that a query keeps prepared. Where a value is compared with one column for being equal,
/// `in(column, values)` is one text for any number.
template <class Range, class Make>
    requires std::invocable<std::decay_t<Make>&, detail::listed_t<Range>>
[[nodiscard]] auto any_of(Range&& values, Make&& make)
{
    return detail::list_conditions<false, Range>(values, std::forward<Make>(make));
}

/// Whether all of them hold; of an empty list they do.
template <class Range, class Make>
    requires std::invocable<std::decay_t<Make>&, detail::listed_t<Range>>
[[nodiscard]] auto all_of(Range&& values, Make&& make)
{
    return detail::list_conditions<true, Range>(values, std::forward<Make>(make));
}

} // namespace tenantry

// What a call of an aggregate function is, with DISTINCT and FILTER (https://sqlite.org/lang_aggfunc.html).
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/named.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/logic.hpp>

namespace tenantry::detail {

// FILTER where there is none.
struct NoFilter {
    using source = void;
    using form = NoFilter;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    template <class Out>
    static constexpr void render(Out&)
    {}
    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <class Form>
struct FilterForm {
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" FILTER (WHERE ");
        Form::render(out);
        out.text(")");
    }
};

template <class Condition>
struct Filter {
    using source = typename Condition::source;
    using form = FilterForm<typename Condition::form>;
    static constexpr bool aggregate = Condition::aggregate;
    static constexpr bool window = is_windowed<Condition>;
    template <class... Keys>
    static constexpr bool grouped = Condition::template grouped<Keys...>;

    Condition condition;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Condition::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        condition.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Filter<owned_t<Condition>>{detail::own_part<Self>(self.condition)};
    }
};

// When the result of a function over a window is NULL.
enum class WindowNull {
    never,
    of_argument, // where an argument is, or there is none in the frame
    declared,    // as its type says
};

// name(args...), name(DISTINCT arg), count(*)
template <FixedString Name, WindowNull Null, bool IsDistinct = false>
struct AggregateFunction {
    static constexpr Precedence precedence = Precedence::primary;
    static constexpr bool is_distinct = IsDistinct;
    static constexpr WindowNull window_null = Null;
    using distinct = AggregateFunction<Name, Null, true>;

    template <class Out, class Filter, class... Args>
    static constexpr void render(Out& out)
    {
        out.text(Name.view());
        out.text(IsDistinct ? "(DISTINCT " : "(");
        if constexpr (sizeof...(Args) == 0 && Name.view() == std::string_view("count"))
            out.text("*");
        else
            render_list<Args...>(out);
        out.text(")");
        Filter::render(out);
    }
};

template <class Function, class Value, class Where, class... Args>
struct Aggregate {
    using tenantry_expression = void;
    using value_type = Value;
    using source = first_type_t<typename Args::source..., typename Where::source>;
    using form = Form<Function, typename Where::form, typename Args::form...>;
    using function = Function;
    static constexpr bool aggregate = true;
    static constexpr bool is_filtered = !std::is_same_v<Where, NoFilter>;
    template <class...>
    static constexpr bool grouped = true;
    template <class Missing>
    static constexpr bool may_be_null = is_optional<Value>;

    // what it is made of, for a window
    static constexpr bool aggregates_inside = Where::aggregate || (Args::aggregate || ...);
    static constexpr bool windows_inside = is_windowed<Where, Args...>;
    template <class... Keys>
    static constexpr bool grouped_inside =
        Where::template grouped<Keys...> && (Args::template grouped<Keys...> && ...);
    static constexpr bool null_argument = (is_optional<typename Args::value_type> || ...);
    template <class Missing>
    static constexpr bool missing_argument = (detail::may_be_null<Args, Missing> || ...);

    Pack<Args...> args;
    Where where;

    /// Of each value once: `count(col<&Job::module>).distinct()`.
    [[nodiscard]] constexpr auto distinct() const
    {
        static_assert(sizeof...(Args) == 1, "tenantry: distinct() is for a function of one argument");
        return Aggregate<typename Function::distinct, Value, Where, Args...>{args, where};
    }

    /// Only of rows for which a condition holds: `sum(col<&Job::cost>).filter(col<&Job::module> == "mail")`.
    template <class Condition>
    [[nodiscard]] constexpr auto filter(Condition&& condition) const
    {
        constexpr bool sound = AnyExpression<Condition> && is_condition<Condition>();
        static_assert(sound, "tenantry: filter() takes a condition: a comparison, or a column of bool");
        static_assert(!is_filtered, "tenantry: filter() is there already: join conditions with &&");
        if constexpr (sound) {
            static_assert(!std::remove_cvref_t<Condition>::aggregate,
                          "tenantry: filter() chooses rows before they are grouped: there are no aggregate "
                          "functions yet");
            refuse_window_function<Condition>();
            return Aggregate<Function, Value, Filter<std::remove_cvref_t<Condition>>, Args...>{
                args, {std::forward<Condition>(condition)}};
        } else {
            return Refused{};
        }
    }

    /// Over rows near each row, instead of one value of a group: `sum(col<&Job::cost>).over(order_by(col<&Job::id>))`.
    /// Without a window: over all rows of the result.
    template <class... WindowOf>
    [[nodiscard]] constexpr auto over(WindowOf&&... rows) const
    {
        static_assert(sizeof...(WindowOf) <= 1,
                      "tenantry: over() takes one window: over(partition_by(a).order_by(b))");
        static_assert(!Function::is_distinct, "tenantry: there is no distinct() over a window");
        return windowed(*this, std::remove_cvref_t<WindowOf>(std::forward<WindowOf>(rows))...);
    }

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, Aggregate> as(N) const&
    {
        return {*this};
    }
    template <class N>
    [[nodiscard]] constexpr named_t<N, Aggregate> as(N) &&
    {
        return {std::move(*this)};
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        static_assert(!aggregates_inside, "tenantry: an aggregate function inside another");
        static_assert(!windows_inside, "tenantry: a window function inside an aggregate function, which is "
                                       "computed before it");
        if constexpr (requires { visitor.template aggregate<Aggregate>(); })
            visitor.template aggregate<Aggregate>();
        visit_inside(visitor);
    }
    // What decides of which statement's rows it is.
    template <class Visitor>
    static constexpr void visit_args([[maybe_unused]] Visitor& visitor)
    {
        (Args::visit(visitor), ...);
    }
    template <class Visitor>
    static constexpr void visit_inside([[maybe_unused]] Visitor& visitor)
    {
        (Args::visit(visitor), ...);
        Where::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        // Of the rows of a group, but in a statement inside columns of that around it have one value.
        if constexpr (!checks_groups<Parameters>)
            bind_inside(to);
        else if constexpr (Parameters::is_inside)
            bind_inside(to);
    }
    template <class Parameters>
    constexpr void bind_inside(Parameters& to) const
    {
        args.bind(to);
        where.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Aggregate<Function, Value, owned_t<Where>, owned_t<Args>...>{
            detail::own_part<Self>(self.args), detail::own_part<Self>(self.where)};
    }
};

template <FixedString Name, class Value, WindowNull Null = WindowNull::of_argument, class... Args>
[[nodiscard]] constexpr auto aggregate(Args&&... args)
{
    return Aggregate<AggregateFunction<Name, Null>, Value, NoFilter, std::remove_cvref_t<Args>...>{
        {{std::forward<Args>(args)}...}, {}};
}

} // namespace tenantry::detail

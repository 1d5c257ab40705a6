// What statements are put together from: clauses, one file each, that know their place in the text.
#pragma once

#include <array>
#include <cstddef>
#include <initializer_list>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/form.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/detail/pack.hpp>

namespace tenantry::detail {

// The order of clauses in the text, and so of their parameters.
enum class Position {
    with,
    keyword,
    distinct,
    subject,
    conflict,
    assignments,
    from,
    join,
    where,
    group_by,
    having,
    order_by,
    limit,
    offset,
    returning
};

// A clause is a value. It has
// - `form`: a type with `position`, `render(out)` and, if it brings a table into the statement, its source
//   `introduced` and `template <class Source> static constexpr bool introduces`; if it gives a name to a query,
//   `define(out)` and `template <class Source> static constexpr bool defines`
// - `source`: what the first column in it belongs to, or void
// - `bind(to)`, static `visit(visitor)`, static `own(self)`, as expressions have them.
// and, used only if it is there:
// - `template <class S> static constexpr void check()`: rules that need the schema
// - `template <class S, class Q> static constexpr void check_in()`: rules that need the whole statement as well
// - `owns_row`: whether it was given a row as a temporary that is not trivial to destroy
// - `form::template takes<At>`: whether it says what belongs at another position, too.
//
// Users may say clauses in any order.

template <std::size_t N>
consteval std::array<std::size_t, N> by_position(std::array<Position, N> positions)
{
    std::array<std::size_t, N> order{};
    for (std::size_t i = 0; i < N; ++i) {
        std::size_t at = i;
        for (; at > 0 && positions[order[at - 1]] > positions[i]; --at) order[at] = order[at - 1];
        order[at] = i;
    }
    return order;
}

template <class Form, class Source>
inline constexpr bool introduces = requires { requires Form::template introduces<Source>; };

template <class Form, class Source>
inline constexpr bool defines = requires { requires Form::template defines<Source>; };

template <class Form, class Out>
constexpr void define(Out& out)
{
    if constexpr (requires { Form::define(out); }) Form::define(out);
}

template <class Form, Position At>
inline constexpr bool says = Form::position == At || requires { requires Form::template takes<At>; };

template <class Clause>
inline constexpr bool clause_owns_row = requires { requires Clause::owns_row; };

// A clause that holds many rows, for each of which the statement is run.
template <class Clause>
inline constexpr bool clause_is_many = requires { requires Clause::many; };

template <class S, class Clause, class Whole = void>
constexpr void check_clause()
{
    if constexpr (requires { Clause::template check<S>(); })
        Clause::template check<S>();
    else if constexpr (!std::is_void_v<Whole>)
        if constexpr (requires { Clause::template check_in<S, Whole>(); })
            Clause::template check_in<S, Whole>();
}

// The first of some names that is not empty.
constexpr std::string_view first_name(std::initializer_list<std::string_view> names) noexcept
{
    for (const std::string_view name : names)
        if (!name.empty()) return name;
    return {};
}

// The name under which a clause lets a query be read by the struct it goes into; empty if it does not.
template <class Source, class Form>
inline constexpr std::string_view local_name = [] {
    if constexpr (requires { Form::template name_of<Source>; })
        return Form::template name_of<Source>;
    else
        return std::string_view();
}();

// The clause at a position, or void.
template <Position At, class... Clauses>
using clause_at = first_type_t<std::conditional_t<Clauses::form::position == At, Clauses, void>...>;

template <class Form>
inline constexpr bool is_source_form = requires { typename Form::introduced; };

// The form of a whole statement: all that its text depends on.
template <class... Forms>
struct StatementForm {
    template <class Source>
    static constexpr bool names_table = (introduces<Forms, Source> || ...);

    template <class Source>
    static constexpr bool defines = (detail::defines<Forms, Source> || ...);

    // how many tables it reads
    static constexpr std::size_t sources = (std::size_t{is_source_form<Forms>} + ... + 0);

    template <class Out>
    static constexpr void render(Out& out)
    {
        const auto outer = out.enter();
        (define<Forms>(out), ...);
        constexpr Position last = Position::returning;
        for (int at = 0; at <= static_cast<int>(last); ++at)
            ((static_cast<int>(Forms::position) == at ? Forms::render(out) : void()), ...);
        out.leave(outer);
    }
};

// The clauses of a statement, in the order they were said.
template <class... Clauses>
struct ClauseList {
    Pack<Clauses...> clauses;

    template <Position At>
    static constexpr bool has = (says<typename Clauses::form, At> || ...);

    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        bind_in_order(to, std::index_sequence_for<Clauses...>{});
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (Clauses::visit(visitor), ...);
    }

protected:
    constexpr explicit ClauseList(Pack<Clauses...>&& given) : clauses(static_cast<Pack<Clauses...>&&>(given))
    {}

private:
    static constexpr std::array<std::size_t, sizeof...(Clauses)> order =
        by_position(std::array<Position, sizeof...(Clauses)>{Clauses::form::position...});

    template <class Parameters, std::size_t... I>
    constexpr void bind_in_order([[maybe_unused]] Parameters& to, std::index_sequence<I...>) const
    {
        (pack_get<order[I]>(clauses).bind(to), ...);
    }
};

// Statement<Clauses..., New> out of a Statement<Clauses...> and a clause.
template <template <class...> class Statement, class... Clauses, class New>
[[nodiscard]] constexpr Statement<Clauses..., New> with_clause(const Statement<Clauses...>& statement,
                                                               New&& clause)
{
    return Statement<Clauses..., New>(append(statement.clauses, clause));
}

template <template <class...> class Statement, class... Clauses, class New>
[[nodiscard]] constexpr Statement<Clauses..., New> with_clause(Statement<Clauses...>&& statement,
                                                               New&& clause)
{
    return Statement<Clauses..., New>(append(static_cast<Pack<Clauses...>&&>(statement.clauses), clause));
}

// The statement with each clause replaced by what `change` makes of it.
template <template <class...> class Statement, class... Clauses, class Change>
[[nodiscard]] constexpr auto map_clauses(const Statement<Clauses...>& statement, const Change& change)
{
    return statement.clauses.apply([&](const Clauses&... each) {
        return Statement<decltype(change(each))...>(Pack<decltype(change(each))...>{{change(each)}...});
    });
}

template <template <class...> class Statement, class... Clauses, class Change>
[[nodiscard]] constexpr auto map_clauses(Statement<Clauses...>&& statement, const Change& change)
{
    return std::move(statement.clauses).apply([&](Clauses&&... each) {
        return Statement<decltype(change(std::move(each)))...>(
            Pack<decltype(change(std::move(each)))...>{{change(std::move(each))}...});
    });
}

// The statement with each clause owning what it borrowed.
template <template <class...> class Statement, class... Clauses>
[[nodiscard]] constexpr auto own_clauses(const Statement<Clauses...>& statement)
{
    return Statement<owned_t<Clauses>...>(detail::owned(statement.clauses));
}
template <template <class...> class Statement, class... Clauses>
[[nodiscard]] constexpr auto own_clauses(Statement<Clauses...>&& statement)
{
    return Statement<owned_t<Clauses>...>(detail::owned(std::move(statement.clauses)));
}

// Clauses of one list of expressions: `GROUP BY a, b`.
template <Position At, FixedString Keyword, class... Forms>
struct ListForm {
    static constexpr Position position = At;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Keyword.view());
        render_list<Forms...>(out);
    }
};

template <Position At, FixedString Keyword, class... Nodes>
struct ListClause {
    using source = first_type_t<typename Nodes::source...>;
    using form = ListForm<At, Keyword, typename Nodes::form...>;
    template <class... Keys>
    static constexpr bool grouped = (Nodes::template grouped<Keys...> && ...);

    Pack<Nodes...> nodes;

    template <class Visitor>
    static constexpr void visit([[maybe_unused]] Visitor& visitor)
    {
        (Nodes::visit(visitor), ...);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        nodes.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return ListClause<At, Keyword, owned_t<Nodes>...>{detail::own_part<Self>(self.nodes)};
    }
};

} // namespace tenantry::detail

// ON CONFLICT: what becomes of a row that is there already (https://sqlite.org/lang_upsert.html).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/excluded.hpp>
#include <tenantry/expr/name.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/set.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

// What happens then.
enum class ConflictAction { nothing, update, update_others };

// Of which key: a primary key or unique one, by its columns; without any it is any key.
template <auto... Members>
struct ConflictColumns {
    static constexpr bool is_any = sizeof...(Members) == 0;

    template <class S, class Row>
    static constexpr void check()
    {
        if constexpr (!is_any && has_table<S, Row>)
            static_assert(is_unique_key<table_of<S, Row>>(std::array{member_index<Members>...}),
                          "tenantry: on_conflict() names columns that are no unique key: neither the primary "
                          "key nor a Unique or UniqueIndex of the table");
    }
    template <class Row, class Out>
    static constexpr void render(Out& out)
    {
        if constexpr (!is_any) {
            bool first = true;
            ((out.text(first ? " (" : ", "), first = false, out.template name<Members>()), ...);
            out.text(")");
        }
    }
};

template <class Option>
constexpr bool option_is_index(std::string_view name) noexcept
{
    if constexpr (requires { Option::tenantry_unique_index; })
        return Option::tenantry_unique_index == name;
    else
        return false;
}
template <class... Options>
constexpr bool options_have_index(TypeList<Options...>, std::string_view name) noexcept
{
    return (option_is_index<Options>(name) || ...);
}

// A unique index, by its name: with its expressions, collations and condition.
template <FixedString Name>
struct ConflictIndex {
    static constexpr bool is_any = false;

    template <class S, class Row>
    static constexpr void check()
    {
        static_assert(Name.size() > 0, "tenantry: on_conflict() gives a name that is not empty");
        if constexpr (has_table<S, Row>)
            static_assert(options_have_index(typename table_of<S, Row>::options{}, Name.view()),
                          "tenantry: on_conflict(\"...\"_n) names no UniqueIndex of the table");
    }
    template <class Row, class Out>
    static constexpr void render(Out& out)
    {
        using Table = table_of<typename Out::schema, Row>;
        render_option<Table>(out, typename Table::options{});
    }

private:
    template <class Table, class Out, class... Options>
    static constexpr void render_option(Out& out, TypeList<Options...>)
    {
        const auto render_one = [&]<class Option>(std::type_identity<Option>) {
            if constexpr (option_is_index<Option>(Name.view()))
                Option::template render_entries<typename Out::schema, Table>(out.sink());
        };
        (render_one(std::type_identity<Options>{}), ...);
    }
};

template <class Row, ConflictAction Action, class Target>
struct ConflictForm {
    static constexpr Position position = Position::conflict;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, ExcludedRow<Row>>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" ON CONFLICT");
        Target::template render<Row>(out);
        out.text(Action == ConflictAction::nothing ? " DO NOTHING" : " DO UPDATE"); // SET follows as a clause
    }
};

// upsert(row): columns of the key keep what they have, all others take what was to be inserted.
template <class Row>
struct ConflictForm<Row, ConflictAction::update_others, ConflictColumns<>> {
    static constexpr Position position = Position::conflict;

    template <class Out>
    static constexpr void render(Out& out)
    {
        using Table = table_of<typename Out::schema, Row>;
        const char* before = " ON CONFLICT (";
        for (const std::size_t i : primary_key<Table>) {
            out.text(before);
            before = ", ";
            out.identifier(column_names<Table>[i]);
        }
        out.text(") DO ");
        bool first = true;
        for (std::size_t i = 0; i < column_count<Table>; ++i) {
            if (is_primary_key<Table>(i) || is_generated<Table>(i)) continue;
            out.text(first ? "UPDATE SET " : ", ");
            first = false;
            out.identifier(column_names<Table>[i]);
            out.text(" = excluded.");
            out.identifier(column_names<Table>[i]);
        }
        if (first) out.text("NOTHING");
    }
};

template <class Row, ConflictAction Action, class Target = ConflictColumns<>>
struct OnConflict {
    using source = void;
    using form = ConflictForm<Row, Action, Target>;
    static constexpr ConflictAction action = Action;

    template <class S>
    static constexpr void check()
    {
        Target::template check<S, Row>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

// The insert, until it is said what happens.
template <class Statement, class Target>
class ConflictTarget {
public:
    constexpr explicit ConflictTarget(Statement statement) : statement_(std::move(statement)) {}

    /// The row is passed over. The result is as `insert_or_ignore`'s.
    [[nodiscard]] constexpr auto do_nothing() const& { return add<ConflictAction::nothing>(statement_); }
    [[nodiscard]] constexpr auto do_nothing() &&
    {
        return add<ConflictAction::nothing>(std::move(statement_));
    }

    /// The row in the way is changed: `do_update(col<&Setting::value> = excluded(col<&Setting::value>))`. On the
    /// right, a column is what the row in the way has, `excluded(column)` what was to be inserted. `.where(...)`
    /// behind it says which rows are changed; others stay as they are. The result is the row's key where it has
    /// an id, an optional with `where`.
    template <class... A>
    [[nodiscard]] constexpr auto do_update(A&&... assignments) const&
    {
        return add_set(add<ConflictAction::update>(statement_), std::forward<A>(assignments)...);
    }
    template <class... A>
    [[nodiscard]] constexpr auto do_update(A&&... assignments) &&
    {
        return add_set(add<ConflictAction::update>(std::move(statement_)), std::forward<A>(assignments)...);
    }

private:
    template <ConflictAction Action, class S>
    static constexpr auto add(S&& statement)
    {
        static_assert(Action == ConflictAction::nothing || !Target::is_any,
                      "tenantry: do_update() needs to know of which key: on_conflict(col<&Setting::key>)");
        return with_clause(std::forward<S>(statement),
                           OnConflict<typename Statement::row_type, Action, Target>{});
    }

    Statement statement_;
};

template <class Target, class Statement>
[[nodiscard]] constexpr auto start_conflict(Statement&& statement)
{
    using Plain = std::remove_cvref_t<Statement>;
    static_assert(!Plain::template has<Position::conflict>, "tenantry: on_conflict() is there already");
    static_assert(
        Plain::takes_on_conflict,
        "tenantry: on_conflict() belongs to insert(): insert_or_ignore and insert_or_replace have said "
        "what happens");
    return ConflictTarget<Plain, Target>(std::forward<Statement>(statement));
}

template <class Statement, FixedString Index>
[[nodiscard]] constexpr auto make_conflict_target(Statement&& statement, NameTag<Index>)
{
    return start_conflict<ConflictIndex<Index>>(std::forward<Statement>(statement));
}

template <class Statement, class... C>
[[nodiscard]] constexpr auto make_conflict_target(Statement&& statement, const C&...)
{
    using Plain = std::remove_cvref_t<Statement>;
    constexpr bool are_columns = (is_column<C> && ...);
    static_assert(are_columns, "tenantry: on_conflict() takes columns: on_conflict(col<&Setting::key>)");
    if constexpr (!are_columns) {
        return start_conflict<ConflictColumns<>>(std::forward<Statement>(statement));
    } else {
        constexpr bool own = (std::same_as<row_of<C::member>, typename Plain::row_type> && ...);
        static_assert(own, "tenantry: on_conflict() names a column of another table");
        if constexpr (own)
            return start_conflict<ConflictColumns<C::member...>>(std::forward<Statement>(statement));
        else
            return start_conflict<ConflictColumns<>>(std::forward<Statement>(statement));
    }
}

template <class Statement>
struct CanOnConflict {
    /// What becomes of a row that is in the way, having the same values in these columns, which are the table's
    /// primary key or declared unique: `.do_nothing()`, or `.do_update(...)`. Without columns, in any key:
    /// `.on_conflict().do_nothing()`. What violates another constraint is an error as ever.
    ///
    /// A `UniqueIndex` of the table is said by its name, `on_conflict("one_open"_n)`: one that is partial, of expressions
    /// or of another collation. A row is in the way if the index has its entry already.
    template <class... C>
    [[nodiscard]] constexpr auto on_conflict(const C&... columns) const&
    {
        return make_conflict_target(static_cast<const Statement&>(*this), columns...);
    }
    template <class... C>
    [[nodiscard]] constexpr auto on_conflict(const C&... columns) &&
    {
        return make_conflict_target(static_cast<Statement&&>(*this), columns...);
    }
};

} // namespace detail

} // namespace tenantry

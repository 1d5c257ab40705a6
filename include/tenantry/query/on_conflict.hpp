// ON CONFLICT: what becomes of a row that is there already (https://sqlite.org/lang_upsert.html).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/expr/excluded.hpp>
#include <tenantry/query/clause.hpp>
#include <tenantry/query/set.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

// What happens then.
enum class ConflictAction { nothing, update, update_others };

template <class Row, ConflictAction Action, auto... Members>
struct ConflictForm {
    static constexpr Position position = Position::conflict;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, ExcludedRow<Row>>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" ON CONFLICT");
        if constexpr (sizeof...(Members) > 0) {
            bool first = true;
            ((out.text(first ? " (" : ", "), first = false, out.template name<Members>()), ...);
            out.text(")");
        }
        out.text(Action == ConflictAction::nothing ? " DO NOTHING" : " DO UPDATE"); // SET follows as a clause
    }
};

// upsert(row): columns of the key keep what they have, all others take what was to be inserted.
template <class Row>
struct ConflictForm<Row, ConflictAction::update_others> {
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

template <class Row, ConflictAction Action, auto... Members>
struct OnConflict {
    using source = void;
    using form = ConflictForm<Row, Action, Members...>;
    static constexpr ConflictAction action = Action;

    template <class S>
    static constexpr void check()
    {
        if constexpr (sizeof...(Members) > 0 && has_table<S, Row>)
            static_assert(is_unique_key<table_of<S, Row>>(std::array{member_index<Members>...}),
                          "tenantry: on_conflict() names columns that are no unique key: neither the primary "
                          "key nor a Unique or UniqueIndex of the table");
    }
    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    [[nodiscard]] constexpr OnConflict owned() const { return {}; }
};

// The insert, until it is said what happens.
template <class Statement, auto... Members>
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
        static_assert(Action == ConflictAction::nothing || sizeof...(Members) > 0,
                      "tenantry: do_update() needs to know of which key: on_conflict(col<&Setting::key>)");
        return with_clause(std::forward<S>(statement),
                           OnConflict<typename Statement::row_type, Action, Members...>{});
    }

    Statement statement_;
};

template <class Statement, class... C>
[[nodiscard]] constexpr auto make_conflict_target(Statement&& statement, const C&...)
{
    using Plain = std::remove_cvref_t<Statement>;
    constexpr bool are_columns = (is_column<C> && ...);
    static_assert(are_columns, "tenantry: on_conflict() takes columns: on_conflict(col<&Setting::key>)");
    static_assert(!Plain::template has<Position::conflict>, "tenantry: on_conflict() is there already");
    static_assert(
        Plain::takes_on_conflict,
        "tenantry: on_conflict() belongs to insert(): insert_or_ignore and insert_or_replace have said "
        "what happens");
    if constexpr (!are_columns) {
        return ConflictTarget<Plain>(std::forward<Statement>(statement));
    } else {
        constexpr bool own = (std::same_as<row_of<C::member>, typename Plain::row_type> && ...);
        static_assert(own, "tenantry: on_conflict() names a column of another table");
        if constexpr (own)
            return ConflictTarget<Plain, C::member...>(std::forward<Statement>(statement));
        else
            return ConflictTarget<Plain>(std::forward<Statement>(statement));
    }
}

template <class Statement>
struct CanOnConflict {
    /// What becomes of a row that is in the way, having the same values in these columns, which are the table's
    /// primary key or declared unique: `.do_nothing()`, or `.do_update(...)`. Without columns, in any key:
    /// `.on_conflict().do_nothing()`. What violates another constraint is an error as ever.
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

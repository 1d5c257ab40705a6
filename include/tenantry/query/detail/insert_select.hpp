// VALUES that a query gives: insert<Archive>().columns(col<&Archive::module>).from(select(...))
#pragma once

#include <concepts>
#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/insert_row.hpp>
#include <tenantry/query/subquery.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

namespace detail {

// Before ON CONFLICT a bare SELECT would be misread as a join's ON (https://sqlite.org/lang_upsert.html#parsing_ambiguity).
template <bool BeforeConflict, class Query, auto... Members>
struct SelectValuesForm {
    using before_conflict = SelectValuesForm<true, Query, Members...>;
    static constexpr Position position = Position::subject;

    template <class Out>
    static constexpr void render(Out& out)
    {
        const char* before = " (";
        ((out.text(before), before = ", ", out.template name<Members>()), ...);
        out.text(BeforeConflict ? ") SELECT * FROM (" : ") ");
        Query::render(out);
        if (BeforeConflict) out.text(") WHERE true");
    }
};

template <class Form>
struct form_before_conflict {
    using type = Form;
};
template <class Form>
    requires requires { typename Form::before_conflict; }
struct form_before_conflict<Form> {
    using type = typename Form::before_conflict;
};

template <class Field, class Value>
constexpr void check_copied()
{
    static_assert(expression_mismatch<unwrapped<Field>, unwrapped<Value>>() == Mismatch::none,
                  "tenantry: a column is filled from a query that gives another type in its place");
    static_assert(
        sqlite::is_nullable<Field> || !sqlite::is_nullable<Value>,
        "tenantry: a column that is NOT NULL is filled from a query that may give NULL in its place: say "
        "coalesce(value, instead)");
}

template <auto... Members, class... Values>
constexpr void check_copies(types<Values...>)
{
    constexpr bool same_count = sizeof...(Members) == sizeof...(Values);
    static_assert(same_count, "tenantry: the query gives another number of columns than columns() names");
    if constexpr (same_count) (check_copied<field_of<Members>, Values>(), ...);
}

template <class Q>
concept GivesColumns = requires { typename Q::subject; } && Q::subject::is_flat;

template <class Row, class Query, auto... Members>
struct SelectValues {
    using row_type = Row;
    using source = Row;
    using form = SelectValuesForm<false, typename Query::form, Members...>;
    static constexpr bool is_query = true;

    Query query;

    template <class S>
    static constexpr void check()
    {
        check_inserted_columns<S, Row, false, Members...>();
        check_copies<Members...>(columns_of<Query>{});
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template nested<Query>();
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        query.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return SelectValues<Row, owned_t<Query>, Members...>{detail::own_part<Self>(self.query)};
    }
};

// The insert and its columns, until it is said where their values come from.
template <class Statement, auto... Members>
class InsertColumns {
public:
    constexpr explicit InsertColumns(Statement statement) : statement_(std::move(statement)) {}

    /// From the rows of a query, a select or a set operation of selects, by position: as many expressions or columns as there are columns here, of the same
    /// types. The result is the number of rows written.
    template <class Q>
    [[nodiscard]] constexpr auto from(Q&& query) const
    {
        using Query = std::remove_cvref_t<Q>;
        static_assert(GivesColumns<Query>,
                      "tenantry: rows are inserted from a query of columns: from(select(col<...>, ...))");
        static_assert(!Statement::template has<Position::subject>,
                      "tenantry: the insert has its values already");
        return with_clause(statement_, SelectValues<typename Statement::row_type, Query, Members...>{
                                           std::forward<Q>(query)});
    }

private:
    Statement statement_;
};

} // namespace detail

} // namespace tenantry

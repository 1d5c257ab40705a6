// `.from(table<Job>)`: FROM, the table or query that is read.
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/source.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/names_table.hpp>

namespace tenantry {

namespace detail {

template <class Source>
struct From : NamesTable<From<Source>, Source> {
    static constexpr Position position = Position::from;
    static constexpr std::string_view keyword = " FROM ";
};

// What subquery() makes.
template <class T>
concept AnySubquery = requires { typename std::remove_cvref_t<T>::tenantry_subquery; };

template <class Statement, class Of>
[[nodiscard]] constexpr auto add_from(Statement&& statement, Of&& of)
{
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::from>,
                  "tenantry: from() is there already");
    if constexpr (AnyTableTag<Of>) {
        using Source = typename std::remove_cvref_t<Of>::source;
        static_assert(RowType<source_row<Source>>,
                      "tenantry: from(table<Row>) takes a row, the struct of a table");
        return with_clause(std::forward<Statement>(statement), From<Source>{});
    } else if constexpr (AnySubquery<Of>) {
        return with_clause(std::forward<Statement>(statement), std::remove_cvref_t<Of>(std::forward<Of>(of)));
    } else {
        static_assert(is_refused<Of>,
                      "tenantry: from() takes a table, from(table<Row>), or a query with a name, "
                      "from(subquery<\"t\">(...))");
        return std::remove_cvref_t<Statement>(std::forward<Statement>(statement));
    }
}

template <class Statement>
struct CanFrom {
    /// The table to read; needed only where no column says so: `select(count()).from(table<Job>)`. Or a query to read
    /// from: `from(subquery<"t">(select(...).into(table<Struct>)))`.
    template <class Of>
    [[nodiscard]] constexpr auto from(Of&& of) const&
    {
        return add_from(static_cast<const Statement&>(*this), std::forward<Of>(of));
    }
    template <class Of>
    [[nodiscard]] constexpr auto from(Of&& of) &&
    {
        return add_from(static_cast<Statement&&>(*this), std::forward<Of>(of));
    }
};

} // namespace detail

} // namespace tenantry

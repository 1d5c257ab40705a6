// FROM
#pragma once

#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
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

template <class Source, class Statement>
[[nodiscard]] constexpr auto add_from(Statement&& statement)
{
    static_assert(RowType<source_row<Source>>, "tenantry: from<Row>() takes a row, the struct of a table");
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::from>,
                  "tenantry: from() is there already");
    return with_clause(std::forward<Statement>(statement), From<Source>{});
}

// What subquery() makes.
template <class T>
concept AnySubquery = requires { typename std::remove_cvref_t<T>::tenantry_subquery; };

template <class Statement>
struct CanFrom {
    /// The table to read; needed only where no column says so: `select(count()).from<Job>()`.
    template <class Source>
    [[nodiscard]] constexpr auto from() const&
    {
        return add_from<Source>(static_cast<const Statement&>(*this));
    }
    template <class Source>
    [[nodiscard]] constexpr auto from() &&
    {
        return add_from<Source>(static_cast<Statement&&>(*this));
    }

    /// A query to read from: `from(subquery<"t">(select(...).into<Struct>()))`.
    template <AnySubquery Of>
    [[nodiscard]] constexpr auto from(Of&& of) const
    {
        static_assert(!Statement::template has<Position::from>, "tenantry: from() is there already");
        return with_clause(static_cast<const Statement&>(*this),
                           std::remove_cvref_t<Of>(std::forward<Of>(of)));
    }
};

} // namespace detail

} // namespace tenantry

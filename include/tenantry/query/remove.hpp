// `remove<Job>(key)`, `remove(row)`, `remove<Job>().where(...)`: DELETE.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/lifetimebound.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/query/detail/all_rows.hpp>
#include <tenantry/query/detail/by_key.hpp>
#include <tenantry/query/detail/change_statement.hpp>
#include <tenantry/query/detail/changed_row.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/detail/given_rows.hpp>
#include <tenantry/query/detail/names_table.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/returning.hpp>
#include <tenantry/query/where.hpp>

namespace tenantry {

namespace detail {

template <class Row>
struct RemoveFrom : NamesTable<RemoveFrom<Row>, Row> {
    static constexpr Position position = Position::keyword;
    static constexpr std::string_view keyword = "DELETE FROM ";
};

} // namespace detail

/// A DELETE, made by `remove`.
template <class... Clauses>
class RemoveQuery : public detail::ChangeStatement<Clauses...>,
                    public detail::CanWith<RemoveQuery<Clauses...>>,
                    public detail::CanWhere<RemoveQuery<Clauses...>>,
                    public detail::CanAllRows<RemoveQuery<Clauses...>>,
                    public detail::CanReturning<RemoveQuery<Clauses...>> {
    using Base = detail::ChangeStatement<Clauses...>;

public:
    using form = detail::StatementForm<typename Clauses::form...>;

    constexpr explicit RemoveQuery(detail::Pack<Clauses...>&& given) : Base(std::move(given)) {}

    template <class S>
    static constexpr void check()
    {
        static_assert(
            Base::template has<detail::Position::where>,
            "tenantry: a remove without where() empties the whole table: say .all_rows() if you mean it");
        (detail::check_clause<S, Clauses>(), ...);
    }

    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return detail::own_clauses(std::forward<Self>(self));
    }
};

namespace detail {

template <class G>
[[nodiscard]] constexpr auto remove_given(G&& row)
{
    static_assert(RowsGiven<G> || is_row_given<G>,
                  "tenantry: remove(row) takes an object of a struct that is a table of the schema, or a "
                  "range of them");
    return change_given<RemoveQuery, RemoveFrom, WhereRowPart>(std::forward<G>(row));
}

} // namespace detail

/// Deletes chosen rows: `remove<Job>().where(...)`. Without `where` it does not compile; `.all_rows()` says that
/// the whole table is meant. The result is the number of rows deleted, without those that went with them, or the
/// rows as they were with `.returning(...)`.
template <class Row>
[[nodiscard]] constexpr auto remove()
{
    static_assert(RowType<Row>, "tenantry: remove<Row>() takes a row, the struct of a table");
    return detail::make_change<RemoveQuery, detail::RemoveFrom<Row>>();
}

/// Deletes the row with this primary key: `remove<Job>(key)`. A key of several columns is given by their values in
/// the order of the declaration; ids by keys, as everywhere. The result is 1, or 0 if there is no such row.
template <class Row, class First, class... Rest>
[[nodiscard]] constexpr auto remove(First&& first, Rest&&... rest)
{
    static_assert(RowType<Row>, "tenantry: remove<Row>(key) takes a row, the struct of a table");
    return detail::make_change<RemoveQuery, detail::RemoveFrom<Row>>(
        detail::by_key<Row>(std::forward<First>(first), std::forward<Rest>(rest)...));
}

/// Deletes the row with the primary key of this one. The result is 1, or 0 if there is none. A row that has a name
/// is not copied, as with `insert`. Errors: invalid_argument for an id that is unset, wrong_tenant for
/// an id or a record of another tenant.
///
/// A range of rows is deleted as one: all of them, or after an error none. It is one prepared statement, run once a row,
/// and a savepoint where others would keep what came before the error. Those that are not there are not counted.
template <std::nullptr_t = nullptr, class G> // no remove<Row>(key)
[[nodiscard]] constexpr auto remove(const G& row TENANTRY_LIFETIMEBOUND)
{
    return detail::remove_given(row);
}
template <class G>
    requires(!std::is_lvalue_reference_v<G>)
[[nodiscard]] constexpr auto remove(G&& row)
{
    return detail::remove_given(std::forward<G>(row));
}

} // namespace tenantry

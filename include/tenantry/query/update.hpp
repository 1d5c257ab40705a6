// `update<Job>(key).set(...)`, `update(row)`, `update<Job>().set(...).where(...)`: UPDATE.
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
#include <tenantry/query/from.hpp>
#include <tenantry/query/join.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/returning.hpp>
#include <tenantry/query/set.hpp>
#include <tenantry/query/update_from.hpp>
#include <tenantry/query/where.hpp>

namespace tenantry {

namespace detail {

template <class Row>
struct UpdateTable : NamesTable<UpdateTable<Row>, Row> {
    static constexpr Position position = Position::keyword;
    static constexpr std::string_view keyword = "UPDATE ";
};

} // namespace detail

/// An UPDATE, made by `update`.
template <class... Clauses>
class UpdateQuery : public detail::ChangeStatement<Clauses...>,
                    public detail::CanSet<UpdateQuery<Clauses...>>,
                    public detail::CanFrom<UpdateQuery<Clauses...>>,
                    public detail::CanJoin<UpdateQuery<Clauses...>>,
                    public detail::CanWith<UpdateQuery<Clauses...>>,
                    public detail::CanWhere<UpdateQuery<Clauses...>>,
                    public detail::CanAllRows<UpdateQuery<Clauses...>>,
                    public detail::CanReturning<UpdateQuery<Clauses...>> {
    using Base = detail::ChangeStatement<Clauses...>;

    using Parts =
        detail::UpdateParts<detail::reads_one_source<Clauses...>, typename Base::row_type, Clauses...>;

public:
    using form = typename Parts::form;

    constexpr explicit UpdateQuery(detail::Pack<Clauses...>&& given) : Base(std::move(given)) {}

    template <class S>
    static constexpr void check()
    {
        static_assert(Base::template has<detail::Position::assignments>,
                      "tenantry: an update says what is to become of the rows: update<Row>().set(...)");
        static_assert(
            Base::template has<detail::Position::where>,
            "tenantry: an update without where() changes the whole table: say .all_rows() if you mean it");
        Parts::template check<S>();
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
[[nodiscard]] constexpr auto update_given(G&& row)
{
    static_assert(RowsGiven<G> || is_row_given<G>,
                  "tenantry: update(row) takes an object of a struct that is a table of the schema, or a "
                  "range of them");
    return change_given<UpdateQuery, UpdateTable, SetRowPart>(std::forward<G>(row));
}

} // namespace detail

/// Changes chosen rows: `update<Job>().set(col<&Job::status> = JobStatus::done).where(...)`. Without `where` it
/// does not compile; `.all_rows()` says that the whole table is meant. The result is the number of rows changed,
/// or the rows themselves with `.returning(...)`.
///
/// Other tables are read with `.from(table<User>)` and joins to it: `where` says which of their rows belong to which row that
/// is changed. Where several belong to one, it is changed once, and SQLite takes any of them.
template <class Row>
[[nodiscard]] constexpr auto update()
{
    static_assert(RowType<Row>, "tenantry: update<Row>() takes a row, the struct of a table");
    return detail::make_change<UpdateQuery, detail::UpdateTable<Row>>();
}

/// Changes the row with this primary key: `update<Job>(key).set(...)`. A key of several columns is given by their
/// values in the order of the declaration; ids by keys, as everywhere. The result is 1, or 0 if there is no such row.
template <class Row, class First, class... Rest>
[[nodiscard]] constexpr auto update(First&& first, Rest&&... rest)
{
    static_assert(RowType<Row>, "tenantry: update<Row>(key) takes a row, the struct of a table");
    return detail::make_change<UpdateQuery, detail::UpdateTable<Row>>(
        detail::by_key<Row>(std::forward<First>(first), std::forward<Rest>(rest)...));
}

/// Writes every column of the row with this primary key, but those that the database computes. The result is the
/// number of rows changed: 0 if there is none. A row that has a name is not copied, as with `insert`.
/// Errors: invalid_argument for an id that is unset, wrong_tenant for an id or a record of another tenant.
///
/// A range of rows is written back as one: all of them, or after an error none. It is one prepared statement, run once a
/// row, and a savepoint where others would keep what came before the error. Those that are not there are not counted.
template <std::nullptr_t = nullptr, class G> // no update<Row>(key)
[[nodiscard]] constexpr auto update(const G& row TENANTRY_LIFETIMEBOUND)
{
    return detail::update_given(row);
}
template <class G>
    requires(!std::is_lvalue_reference_v<G>)
[[nodiscard]] constexpr auto update(G&& row)
{
    return detail::update_given(std::forward<G>(row));
}

} // namespace tenantry

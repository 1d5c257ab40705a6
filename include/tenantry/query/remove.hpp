// DELETE
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/query/detail/all_rows.hpp>
#include <tenantry/query/detail/by_key.hpp>
#include <tenantry/query/detail/changed_row.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/detail/given_rows.hpp>
#include <tenantry/query/named_query.hpp>
#include <tenantry/query/returning.hpp>
#include <tenantry/query/where.hpp>

namespace tenantry {

namespace detail {

template <class Row>
struct RemoveFrom {
    using source = Row;
    using form = RemoveFrom;
    using introduced = Row;
    static constexpr Position position = Position::keyword;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, Row>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("DELETE FROM ");
        out.template from<Row>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Row>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    [[nodiscard]] constexpr RemoveFrom owned() const { return {}; }
};

} // namespace detail

/// A DELETE, made by `remove`.
template <class... Clauses>
class RemoveQuery : public detail::ClauseList<Clauses...>,
                    public detail::change_result<Clauses...>,
                    public detail::CanWith<RemoveQuery<Clauses...>>,
                    public detail::CanWhere<RemoveQuery<Clauses...>>,
                    public detail::CanAllRows<RemoveQuery<Clauses...>>,
                    public detail::CanReturning<RemoveQuery<Clauses...>> {
    using List = detail::ClauseList<Clauses...>;

public:
    using source = detail::first_type_t<typename Clauses::source...>;
    using row_type = source;
    using traits = detail::ChangeTraits<Clauses...>;
    using form = detail::StatementForm<typename Clauses::form...>;

    static constexpr bool reads = false;
    static constexpr bool writes = true;
    static constexpr bool owns_row = (detail::clause_owns_row<Clauses> || ...);

    constexpr explicit RemoveQuery(detail::Pack<Clauses...>&& given) : List(std::move(given)) {}

    template <class S>
    static constexpr void check()
    {
        static_assert(
            List::template has<detail::Position::where>,
            "tenantry: a remove without where() empties the whole table: say .all_rows() if you mean it");
        (detail::check_clause<S, Clauses>(), ...);
    }

    // The clause that holds the rows, of a remove of many.
    [[nodiscard]] constexpr const auto& values() const
        requires traits::is_many
    {
        return detail::pack_find<typename traits::rows>(this->clauses);
    }

    [[nodiscard]] constexpr auto owned() const& { return detail::own_clauses(*this); }
    [[nodiscard]] constexpr auto owned() && { return detail::own_clauses(std::move(*this)); }
};

namespace detail {

template <class Row, class... More>
[[nodiscard]] constexpr auto make_remove(More&&... more)
{
    return RemoveQuery<RemoveFrom<Row>, More...>(
        Pack<RemoveFrom<Row>, More...>{{RemoveFrom<Row>{}}, {std::forward<More>(more)}...});
}

} // namespace detail

/// Deletes chosen rows: `remove<Job>().where(...)`. Without `where` it does not compile; `.all_rows()` says that
/// the whole table is meant. The result is the number of rows deleted, without those that went with them, or the
/// rows as they were with `.returning(...)`.
template <class Row>
[[nodiscard]] constexpr auto remove()
{
    static_assert(RowType<Row>, "tenantry: remove<Row>() takes a row, the struct of a table");
    return detail::make_remove<Row>();
}

/// Deletes the row with this primary key: `remove<Job>(key)`. A key of several columns is given by their values in
/// the order of the declaration; ids by keys, as everywhere. The result is 1, or 0 if there is no such row.
template <class Row, class First, class... Rest>
[[nodiscard]] constexpr auto remove(First&& first, Rest&&... rest)
{
    static_assert(RowType<Row>, "tenantry: remove<Row>(key) takes a row, the struct of a table");
    return detail::make_remove<Row>(
        detail::by_key<Row>(std::forward<First>(first), std::forward<Rest>(rest)...));
}

/// Deletes the row with the primary key of this one. The result is 1, or 0 if there is none. A row that has a name
/// is borrowed and must outlive the query. Errors: invalid_argument for an id that is unset, wrong_tenant for
/// an id or a record of another tenant.
///
/// A range of rows is deleted as one: all of them, or after an error none. It is one prepared statement, run once a row,
/// and a savepoint where others would keep what came before the error. Those that are not there are not counted.
template <class G>
[[nodiscard]] constexpr auto remove(G&& row)
{
    if constexpr (detail::RowsGiven<G>) {
        using Storage = detail::rows_storage_t<G>;
        return detail::make_remove<detail::declared_row_t<typename Storage::given>>(
            detail::WhereRows<Storage>{Storage(std::forward<G>(row))});
    } else {
        static_assert(detail::is_row_given<G>,
                      "tenantry: remove(row) takes an object of a struct that is a table of the schema, or a "
                      "range of them");
        using Storage = detail::row_storage_t<G>;
        return detail::make_remove<detail::declared_row_t<G>>(
            detail::WhereRow<Storage>{Storage(std::forward<G>(row))});
    }
}

} // namespace tenantry

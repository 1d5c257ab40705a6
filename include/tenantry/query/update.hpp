// UPDATE
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <type_traits>
#include <utility>

#include <tenantry/core/reflect.hpp>
#include <tenantry/query/all_rows.hpp>
#include <tenantry/query/changed_row.hpp>
#include <tenantry/query/clause.hpp>
#include <tenantry/query/fields.hpp>
#include <tenantry/query/set.hpp>
#include <tenantry/query/where.hpp>

namespace tenantry {

namespace detail {

template <class Row>
struct UpdateTable {
    using source = Row;
    using form = UpdateTable;
    using introduced = Row;
    static constexpr Position position = Position::keyword;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, Row>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("UPDATE ");
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
    [[nodiscard]] constexpr UpdateTable owned() const { return {}; }
};

template <class Row>
struct UpdateRowForm {
    static constexpr std::size_t sources = 1;
    template <class Other>
    static constexpr bool names_table = std::same_as<Other, Row>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        using Table = table_of<typename Out::schema, Row>;
        out.text("UPDATE ");
        out.template table<Row>();
        bool first = true;
        for (std::size_t i = 0; i < column_count<Table>; ++i) {
            if (is_primary_key<Table>(i)) continue;
            out.text(first ? " SET " : ", ");
            first = false;
            out.identifier(column_names<Table>[i]);
            out.text(" = ?");
        }
        render_key_condition<Table>(out);
    }
};

} // namespace detail

/// An UPDATE of chosen rows, made by `update<Row>()`.
template <class... Clauses>
class UpdateQuery : public detail::ClauseList<Clauses...>,
                    public detail::CanSet<UpdateQuery<Clauses...>>,
                    public detail::CanWhere<UpdateQuery<Clauses...>>,
                    public detail::CanAllRows<UpdateQuery<Clauses...>> {
    using List = detail::ClauseList<Clauses...>;

public:
    using source = detail::first_type_t<typename Clauses::source...>;
    using form = detail::StatementForm<typename Clauses::form...>;
    template <class Rows>
    using result = std::int64_t;

    static constexpr bool reads = false;
    static constexpr bool writes = true;

    constexpr explicit UpdateQuery(detail::Pack<Clauses...>&& given) : List(std::move(given)) {}

    template <class S>
    static constexpr void check()
    {
        static_assert(List::template has<detail::Position::assignments>,
                      "tenantry: an update says what is to become of the rows: update<Row>().set(...)");
        static_assert(
            List::template has<detail::Position::where>,
            "tenantry: an update without where() changes the whole table: say .all_rows() if you mean it");
    }

    [[nodiscard]] constexpr auto owned() const& { return detail::own_clauses(*this); }
    [[nodiscard]] constexpr auto owned() && { return detail::own_clauses(std::move(*this)); }
};

/// An UPDATE of one row by its primary key, made by `update(row)`.
template <class Storage>
class UpdateRowQuery {
public:
    using row_type = detail::declared_row_t<typename Storage::given>;
    using given = typename Storage::given;
    using source = row_type;
    using form = detail::UpdateRowForm<row_type>;
    template <class Rows>
    using result = std::int64_t;

    static constexpr bool reads = false;
    static constexpr bool writes = true;
    static constexpr bool owns_row = Storage::is_owned;

    constexpr explicit UpdateRowQuery(Storage row) : row_(std::move(row)) {}

    template <class S>
    static constexpr void check()
    {
        using Table = table_of<S, row_type>;
        static_assert(primary_key<Table>.size() < column_count<Table>,
                      "tenantry: update(row) changes what is not in the primary key, and here everything is");
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<row_type>();
        visitor.template row<given>();
    }

    template <class Parameters>
    void bind(Parameters& to) const
    {
        using Table = table_of<typename Parameters::schema, row_type>;
        std::size_t next = 0;
        detail::each_field(row_.get(), [&](const auto& field) {
            if (!is_primary_key<Table>(next++)) to.add(field);
        });
        detail::bind_key<Table>(to, row_.get());
    }

    [[nodiscard]] constexpr auto owned() const&
    {
        return UpdateRowQuery<detail::OwnedRow<given>>(detail::OwnedRow<given>(row_.whole()));
    }
    [[nodiscard]] constexpr auto owned() &&
    {
        return UpdateRowQuery<detail::OwnedRow<given>>(detail::OwnedRow<given>(std::move(row_).whole()));
    }

private:
    Storage row_;
};

/// Changes chosen rows: `update<Job>().set(col<&Job::status> = JobStatus::done).where(...)`. Without `where` it
/// does not compile; `.all_rows()` says that the whole table is meant. The result is the number of rows changed.
template <class Row>
[[nodiscard]] constexpr auto update()
{
    static_assert(RowType<Row>, "tenantry: update<Row>() takes a row, the struct of a table");
    return UpdateQuery<detail::UpdateTable<Row>>(detail::Pack<detail::UpdateTable<Row>>{});
}

/// Writes every column of the row with this primary key. The result is the number of rows changed: 0 if there
/// is none. A row that has a name is borrowed and must outlive the query. Errors: invalid_argument for an id
/// that is unset, wrong_tenant for one of another tenant.
template <class G>
[[nodiscard]] constexpr auto update(G&& row)
{
    static_assert(detail::is_row_given<G>,
                  "tenantry: update(row) takes an object of a struct that is a table of the schema");
    using Storage = detail::row_storage_t<G>;
    return UpdateRowQuery<Storage>(Storage(std::forward<G>(row)));
}

} // namespace tenantry

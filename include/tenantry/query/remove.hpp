// DELETE
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

template <class Row>
struct RemoveRowForm {
    static constexpr std::size_t sources = 1;
    template <class Other>
    static constexpr bool names_table = std::same_as<Other, Row>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text("DELETE FROM ");
        out.template table<Row>();
        render_key_condition<table_of<typename Out::schema, Row>>(out);
    }
};

} // namespace detail

/// A DELETE of chosen rows, made by `remove<Row>()`.
template <class... Clauses>
class RemoveQuery : public detail::ClauseList<Clauses...>,
                    public detail::CanWhere<RemoveQuery<Clauses...>>,
                    public detail::CanAllRows<RemoveQuery<Clauses...>> {
    using List = detail::ClauseList<Clauses...>;

public:
    using source = detail::first_type_t<typename Clauses::source...>;
    using form = detail::StatementForm<typename Clauses::form...>;
    template <class Rows>
    using result = std::int64_t;

    static constexpr bool reads = false;
    static constexpr bool writes = true;

    constexpr explicit RemoveQuery(detail::Pack<Clauses...>&& given) : List(std::move(given)) {}

    template <class S>
    static constexpr void check()
    {
        static_assert(
            List::template has<detail::Position::where>,
            "tenantry: a remove without where() empties the whole table: say .all_rows() if you mean it");
    }

    [[nodiscard]] constexpr auto owned() const& { return detail::own_clauses(*this); }
    [[nodiscard]] constexpr auto owned() && { return detail::own_clauses(std::move(*this)); }
};

/// A DELETE of one row by its primary key, made by `remove(row)`.
template <class Storage>
class RemoveRowQuery {
public:
    using row_type = detail::declared_row_t<typename Storage::given>;
    using given = typename Storage::given;
    using source = row_type;
    using form = detail::RemoveRowForm<row_type>;
    template <class Rows>
    using result = std::int64_t;

    static constexpr bool reads = false;
    static constexpr bool writes = true;
    static constexpr bool owns_row = Storage::is_owned;

    constexpr explicit RemoveRowQuery(Storage row) : row_(std::move(row)) {}

    template <class S>
    static constexpr void check()
    {}

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<row_type>();
        visitor.template row<given>();
    }

    template <class Parameters>
    void bind(Parameters& to) const
    {
        detail::bind_key<table_of<typename Parameters::schema, row_type>>(to, row_.get());
    }

    [[nodiscard]] constexpr auto owned() const&
    {
        return RemoveRowQuery<detail::OwnedRow<given>>(detail::OwnedRow<given>(row_.whole()));
    }
    [[nodiscard]] constexpr auto owned() &&
    {
        return RemoveRowQuery<detail::OwnedRow<given>>(detail::OwnedRow<given>(std::move(row_).whole()));
    }

private:
    Storage row_;
};

/// Deletes chosen rows: `remove<Job>().where(...)`. Without `where` it does not compile; `.all_rows()` says that
/// the whole table is meant. The result is the number of rows deleted, without those that went with them.
template <class Row>
[[nodiscard]] constexpr auto remove()
{
    static_assert(RowType<Row>, "tenantry: remove<Row>() takes a row, the struct of a table");
    return RemoveQuery<detail::RemoveFrom<Row>>(detail::Pack<detail::RemoveFrom<Row>>{});
}

/// Deletes the row with this primary key. The result is 1, or 0 if there is none. A row that has a name is
/// borrowed and must outlive the query. Errors: invalid_argument for an id that is unset, wrong_tenant for
/// one of another tenant.
template <class G>
[[nodiscard]] constexpr auto remove(G&& row)
{
    static_assert(detail::is_row_given<G>,
                  "tenantry: remove(row) takes an object of a struct that is a table of the schema");
    using Storage = detail::row_storage_t<G>;
    return RemoveRowQuery<Storage>(Storage(std::forward<G>(row)));
}

} // namespace tenantry

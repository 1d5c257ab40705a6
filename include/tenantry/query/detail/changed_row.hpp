// A row, or each of a range of rows, found by the primary key that it holds: update(row) and remove(row).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/fields.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/detail/given_rows.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry::detail {

// ` WHERE "key" = ? AND "part" = ?`
template <class Table, class Out>
constexpr void render_key_condition(Out& out)
{
    bool first = true;
    for (const std::size_t i : primary_key<Table>) {
        out.text(first ? " WHERE " : " AND ");
        first = false;
        out.identifier(column_names<Table>[i]);
        out.text(" = ?");
    }
}

[[gnu::cold, gnu::noinline]] inline Error unset_id(std::string_view table)
{
    std::string text("the row of table '");
    text.append(table).append("' has no id yet: it was neither read nor inserted");
    return Error(errc::invalid_argument, std::move(text));
}

// The values of a row's key, in the key's order.
template <class Table, class Parameters, class Row, std::size_t... K>
void bind_key(Parameters& to, const Row& row, std::index_sequence<K...>)
{
    const auto bind_one = [&]<std::size_t I>(std::integral_constant<std::size_t, I>) {
        const auto& field = get_field<I>(row);
        if constexpr (is_id_of<field_type<Row, I>, Row>) {
            if (!field.has_value()) [[unlikely]]
                to.refuse(unset_id(Table::name));
        }
        to.add(field);
    };
    (bind_one(std::integral_constant<std::size_t, primary_key<Table>[K]> {}), ...);
}

template <class Table, class Parameters, class Row>
void bind_key(Parameters& to, const Row& row)
{
    bind_key<Table>(to, row, std::make_index_sequence<primary_key<Table>.size()>{});
}

template <class Row>
struct WhereRowForm {
    static constexpr Position position = Position::where;

    template <class Out>
    static constexpr void render(Out& out)
    {
        render_key_condition<table_of<typename Out::schema, Row>>(out);
    }
};

// remove(row)
template <class Row>
struct WhereRowPart {
    using form = WhereRowForm<Row>;

    template <class Parameters>
    static void bind_row(Parameters& to, const Row& row)
    {
        bind_key<table_of<typename Parameters::schema, Row>>(to, row);
    }
};

// Whether update(row) writes a column.
template <class Table>
[[nodiscard]] constexpr bool is_rewritten(std::size_t i) noexcept
{
    return !is_primary_key<Table>(i) && !is_generated<Table>(i);
}

template <class Row>
struct SetRowForm {
    static constexpr Position position = Position::assignments;
    template <Position At>
    static constexpr bool takes = At == Position::where;

    template <class Out>
    static constexpr void render(Out& out)
    {
        using Table = table_of<typename Out::schema, Row>;
        bool first = true;
        for (std::size_t i = 0; i < column_count<Table>; ++i) {
            if (!is_rewritten<Table>(i)) continue;
            out.text(first ? " SET " : ", ");
            first = false;
            out.identifier(column_names<Table>[i]);
            out.text(" = ?");
        }
        render_key_condition<Table>(out);
    }
};

// update(row): SET and WHERE in one, since both are made of the row.
template <class Row>
struct SetRowPart {
    using form = SetRowForm<Row>;

    template <class S>
    static constexpr void check()
    {
        using Table = table_of<S, Row>;
        constexpr bool writes_something = [] {
            for (std::size_t i = 0; i < column_count<Table>; ++i)
                if (is_rewritten<Table>(i)) return true;
            return false;
        }();
        static_assert(writes_something,
                      "tenantry: update(row) changes what is not in the primary key, and here everything is");
    }
    template <class Parameters>
    static void bind_row(Parameters& to, const Row& row)
    {
        using Table = table_of<typename Parameters::schema, Row>;
        std::size_t next = 0;
        each_field(row, [&](const auto& field) {
            if (is_rewritten<Table>(next++)) to.add(field);
        });
        bind_key<Table>(to, row);
    }
};

// The part of a statement that is made of one row.
template <template <class> class Part, class Storage>
struct OfRow : Part<declared_row_t<typename Storage::given>> {
    using row_type = declared_row_t<typename Storage::given>;
    using source = row_type;
    static constexpr bool owns_row = storage_owns_row<Storage>;

    Storage row;

    constexpr explicit OfRow(Storage given) : row(std::move(given)) {}

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template row<typename Storage::given>();
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        refuse_strange_record(to, row.whole());
        OfRow::bind_row(to, row.get());
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return OfRow<Part, OwnedRow<typename Storage::given>>(own_row(std::forward<Self>(self).row));
    }
};

// The same of many rows: the statement of one row, run for each.
template <template <class> class Part, class Storage>
struct OfRows : Part<declared_row_t<typename Storage::given>> {
    using row_type = declared_row_t<typename Storage::given>;
    using source = row_type;
    static constexpr bool owns_row = Storage::is_owned;
    static constexpr bool many = true;

    Storage rows;

    constexpr explicit OfRows(Storage given) : rows(std::move(given)) {}

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template row<typename Storage::given>();
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        OfRows::bind_row(to, to.row());
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        using Owned = decltype(std::forward<Self>(self).rows.owned());
        return OfRows<Part, Owned>(std::forward<Self>(self).rows.owned());
    }
};

} // namespace tenantry::detail

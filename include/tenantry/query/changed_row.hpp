// One row, found by its primary key: update(row) and remove(row).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/fields.hpp>
#include <tenantry/query/given_row.hpp>
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

} // namespace tenantry::detail

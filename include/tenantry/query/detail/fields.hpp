// The fields of a row, one after the other, for code that needs no position at compile time.
#pragma once

#include <cstddef>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>

namespace tenantry::detail {

// function(field) for each in order. One instantiation of a generic function a type of field, not a field.
template <class Row, class Function>
constexpr void each_field(Row& row, Function&& function)
{
    auto fields = tie_fields(row);
    [&]<std::size_t... I>(std::index_sequence<I...>) {
        (function(tied::get<I>(fields)), ...);
    }(std::make_index_sequence<field_count<Row>>{});
}

} // namespace tenantry::detail

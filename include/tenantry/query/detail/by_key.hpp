// One row, found by the value of its primary key: update<Job>(key) and remove<Job>(key).
#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/mismatch.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/detail/bare_value.hpp>
#include <tenantry/query/detail/changed_row.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry::detail {

template <class Row>
struct ByKeyForm {
    static constexpr Position position = Position::where;

    template <class Out>
    static constexpr void render(Out& out)
    {
        render_key_condition<table_of<typename Out::schema, Row>>(out);
    }
};

// Values are parameters, in the order of the key's columns. Which those are the schema says.
template <class Row, class... Values>
struct ByKey {
    using source = void;
    using form = ByKeyForm<Row>;

    Pack<Values...> values;

    template <class S>
    static constexpr void check()
    {
        if constexpr (has_table<S, Row>) {
            constexpr bool complete = primary_key<table_of<S, Row>>.size() == sizeof...(Values);
            static_assert(complete, "tenantry: a key has a value for each column of the table's primary key");
            if constexpr (complete) check_values<table_of<S, Row>>(std::index_sequence_for<Values...>{});
        }
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        (Values::visit(visitor), ...);
    }
    template <class Parameters>
    void bind(Parameters& to) const
    {
        using Table = table_of<typename Parameters::schema, Row>;
        values.apply([&](const Values&... value) {
            bind_values<Table>(to, std::index_sequence_for<Values...>{}, value...);
        });
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return ByKey<Row, owned_t<Values>...>{detail::own_part<Self>(self.values)};
    }

private:
    template <class Table, std::size_t K>
    using key_field = field_type<Row, primary_key<Table>[K]>;

    template <class Table, std::size_t... K>
    static constexpr void check_values(std::index_sequence<K...>)
    {
        (refuse_comparison<key_mismatch<key_field<Table, K>, typename Values::value_type>(),
                           key_field<Table, K>, typename Values::value_type>(),
         ...);
    }

    // Classes are not converted: what they became would be gone before the statement runs.
    template <class Field, class Value>
    static consteval Mismatch key_mismatch()
    {
        constexpr Mismatch why = value_mismatch<Field, Value>();
        constexpr bool is_plain = std::is_same_v<Field, Value> || is_text<Field> || is_blob<Field> ||
                                  is_number<Field> || is_time<Field> || IdType<Field>;
        return why == Mismatch::none && !is_plain ? Mismatch::other_type : why;
    }

    template <class Table, class Parameters, std::size_t... K>
    static void bind_values(Parameters& to, std::index_sequence<K...>, const Values&... value)
    {
        (bind_value<key_field<Table, K>>(to, value.value), ...);
    }

    template <class Field, class Parameters, class Value>
    static void bind_value(Parameters& to, const Value& value)
    {
        if constexpr (is_time<Field> || std::is_floating_point_v<Field>)
            to.add(static_cast<Field>(value)); // bound as a number
        else
            to.add(value);
    }
};

template <class Row, class... V>
[[nodiscard]] constexpr auto by_key(V&&... values)
{
    constexpr bool sound = (is_bare_value<V> && ...);
    static_assert(sound,
                  "tenantry: a key is given by its values: update<Job>(key), remove<Setting>(\"name\")");
    if constexpr (sound)
        return ByKey<Row, bare_parameter_t<V>...>{{{bare_parameter(std::forward<V>(values))}...}};
    else
        return ByKey<Row>{};
}

} // namespace tenantry::detail

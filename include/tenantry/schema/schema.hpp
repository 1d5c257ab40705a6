// `struct Slot : Schema<Table<...>, Table<...>> {};`: the declared form of one tenant's database.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/table.hpp>

namespace tenantry {

namespace detail {

// What can stand in a schema: it lists the objects of the database that it makes. It may have
// - `row_type`, `options`, `name`: then its row can be read as a table's; `tenantry_read_only`: and not written
// - `part_rules()`: static_asserts of its own
// - `schema_rules<Index>()`: more of them, once all rows of the schema are known
template <class Object>
concept SchemaPart = requires { typename Object::tenantry_objects; };

template <class Object>
concept WithRow = requires { typename Object::row_type; };

// ---- from a row to its table: by overload resolution, not by a search

template <class Row, class Part>
struct RowEntry {};

template <class Part>
struct PartEntry {};
template <WithRow Part>
struct PartEntry<Part> : RowEntry<typename Part::row_type, Part> {};

template <class... Parts>
struct RowIndex : PartEntry<Parts>... {};

template <class Row, class Part>
std::type_identity<Part> find_row(const RowEntry<Row, Part>*);

template <class Index, class Row>
concept FindsRow = requires { detail::find_row<Row>(static_cast<const Index*>(nullptr)); };

// ---- the rules

template <class List>
struct object_names;
template <class... Objects>
struct object_names<TypeList<Objects...>> {
    static constexpr std::array<std::string_view, sizeof...(Objects)> value{Objects::name...};
};

template <class Part>
consteval bool check_part() noexcept
{
    if constexpr (!SchemaPart<Part>) {
        static_assert(SchemaPart<Part>, "tenantry: a schema is a list of tables and other schema objects");
        return false;
    } else if constexpr (requires { check_table<Part>::run(); }) {
        return check_table<Part>::run();
    } else if constexpr (requires { Part::part_rules(); }) {
        return Part::part_rules();
    } else {
        return true;
    }
}

template <class Index, class Part>
consteval bool check_row_once() noexcept
{
    if constexpr (WithRow<Part>) {
        constexpr bool once = FindsRow<Index, typename Part::row_type>;
        static_assert(
            once,
            "tenantry: one row type is in two tables of a schema; give each table a row type of its own");
        return once;
    } else {
        return true;
    }
}

template <class Index, class Field>
consteval bool check_reference() noexcept
{
    if constexpr (Reference<Field>::is_reference) {
        using Other = typename Reference<Field>::row;
        if constexpr (!FindsRow<Index, Other>) {
            static_assert(FindsRow<Index, Other>,
                          "tenantry: an Id<Other> refers to a row that is not a table of this schema");
            return false;
        } else if constexpr (!has_id<Other>) {
            static_assert(
                has_id<Other>,
                "tenantry: an Id<Other> refers to a row without an id of its own, a member Id<Other>");
            return false;
        } else {
            constexpr bool same = std::is_same_v<typename Reference<Field>::value, id_value_t<Other>>;
            static_assert(same, "tenantry: an Id<Other, Value> has another Value than Other's own id");
            return same;
        }
    } else {
        return true;
    }
}

template <class Index, class Row, std::size_t... I>
consteval bool check_references(std::index_sequence<I...>) noexcept
{
    return (check_reference<Index, field_type<Row, I>>() && ...);
}

template <class Index, class Option>
consteval bool check_option_references() noexcept
{
    if constexpr (requires { Option::template schema_rules<Index>(); })
        return Option::template schema_rules<Index>();
    else
        return true;
}

template <class Index, class... Options>
consteval bool check_options_references(TypeList<Options...>) noexcept
{
    return (check_option_references<Index, Options>() && ...);
}

template <class Index, class Part>
consteval bool check_part_references() noexcept
{
    if constexpr (requires { Part::template schema_rules<Index>(); })
        return Part::template schema_rules<Index>();
    else if constexpr (WithRow<Part>)
        return check_references<Index, typename Part::row_type>(
                   std::make_index_sequence<field_count<typename Part::row_type>>{}) &&
               check_options_references<Index>(typename Part::options{});
    else
        return true;
}

template <class... Parts>
consteval bool check_schema() noexcept
{
    if constexpr ((check_part<Parts>() && ...)) {
        using Objects = typename concat_lists<typename Parts::tenantry_objects...>::type;
        constexpr bool distinct = !has_twice(object_names<Objects>::value);
        static_assert(
            distinct,
            "tenantry: two objects of a schema have one name (SQLite ignores case; tables, indexes, "
            "views and triggers share their names)");
        if constexpr (distinct) {
            using Index = RowIndex<Parts...>;
            if constexpr ((check_row_once<Index, Parts>() && ...))
                return (check_part_references<Index, Parts>() && ...);
        }
    }
    return false;
}

// The rules speak for themselves: one text each, where it is broken.
template <class... Parts>
consteval bool rules_were_asked() noexcept
{
    static_cast<void>(check_schema<Parts...>());
    return true;
}

} // namespace detail

/// A list of schema objects. A schema is a struct of its own that derives from it, so that its name in messages is
/// short and two alike are two.
///
/// It may give itself a name, `static constexpr std::string_view schema_name = "shop";`, of at most 63 of `a-z`, `A-Z`, `0-9`, `_`,
/// `-` and `.`. A fleet's root keeps it, and is not opened with a schema that has another one.
template <class... Parts>
struct Schema {
    static_assert(detail::rules_were_asked<Parts...>());
};

namespace detail {

constexpr bool is_schema_name(std::string_view name) noexcept
{
    constexpr std::size_t longest = 63;
    for (const char c : name)
        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
              c == '-' || c == '.'))
            return false;
    return !name.empty() && name.size() <= longest;
}

/// The name that a schema has given itself; empty where it has none.
template <class S>
consteval std::string_view schema_name() noexcept
{
    if constexpr (requires { S::schema_name; }) {
        constexpr std::string_view name = S::schema_name;
        static_assert(is_schema_name(name),
                      "tenantry: schema_name has from 1 to 63 of a-z, A-Z, 0-9, '_', '-' and '.'");
        return name;
    } else {
        return {};
    }
}

} // namespace detail

} // namespace tenantry

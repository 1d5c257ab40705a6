// `Table<"audit_log", AuditLog, Index<...>>`: a row type, the name of its table, and what the row cannot say.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/detail/row_rules.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

namespace detail {

// The schema object of a table itself. Rendering is in ddl.hpp, for those who need it.
template <class Table>
struct CreateTable {
    static constexpr std::string_view type = "table";
    static constexpr std::string_view name = Table::name;
    static constexpr std::string_view table = Table::name;
    using tenantry_table = Table;

    template <class S>
    static constexpr void render(TextSink& out) noexcept;
};

template <class Option, class Table>
struct option_objects {
    using type = TypeList<>;
};
template <class Option, class Table>
    requires requires { typename Option::template tenantry_objects<Table>; }
struct option_objects<Option, Table> {
    using type = typename Option::template tenantry_objects<Table>;
};

template <class Option>
inline constexpr bool is_primary_key_option = requires { Option::tenantry_primary_key; };

} // namespace detail

/// A table of a schema. Its columns are the fields of `Row`, in their order and by their names, each of the
/// storage its codec says, NOT NULL unless the field is optional. A member `Id<Row>` is the primary key, members
/// `Id<Other>` and `std::optional<Id<Other>>` refer to Other's table in the same schema. Tables are STRICT.
///
/// Options say the rest: `PrimaryKey`, `Autoincrement`, `WithoutRowid`, `NotStrict`; of columns `ColumnName`, `Default`,
/// `Generated`, `Collate`; of rows `Unique`, `Check`, `Index`, `UniqueIndex`; of references `OnDelete`, `OnUpdate`,
/// `Deferred`, `ForeignKey`.
template <FixedString Name, class Row, class... Options>
struct Table {
    using row_type = Row;
    using options = detail::TypeList<Options...>;
    /// Its name in the database.
    static constexpr std::string_view name = Name.view();

    // The schema objects it makes: itself and what its options add.
    using tenantry_objects =
        typename detail::concat_lists<detail::TypeList<detail::CreateTable<Table>>,
                                      typename detail::option_objects<Options, Table>::type...>::type;
};

namespace detail {

// ---- the primary key

template <class... Options>
struct primary_key_option {
    using type = void;
};
template <class First, class... Rest>
struct primary_key_option<First, Rest...>
    : std::conditional_t<is_primary_key_option<First>, std::type_identity<First>,
                         primary_key_option<Rest...>> {};

template <class Table, class List>
struct primary_key_of;
template <class Table, class... Options>
struct primary_key_of<Table, TypeList<Options...>> {
    using option = typename primary_key_option<Options...>::type;

    static constexpr auto indices() noexcept
    {
        if constexpr (!std::is_void_v<option>)
            return option::tenantry_members::indices();
        else if constexpr (has_id<typename Table::row_type>)
            return std::array<std::size_t, 1>{id_index<typename Table::row_type>};
        else
            return std::array<std::size_t, 0>{};
    }
};

// ---- the rules

template <class Row, std::size_t... I>
consteval std::size_t count_ids(std::index_sequence<I...>) noexcept
{
    return (std::size_t{is_id_of<field_type<Row, I>, Row>} + ... + 0);
}

constexpr char lower(char c) noexcept
{
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}

// SQLite compares names without regard to ASCII case.
constexpr bool same_name(std::string_view a, std::string_view b) noexcept
{
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (lower(a[i]) != lower(b[i])) return false;
    return true;
}

template <std::size_t N>
constexpr bool has_twice(const std::array<std::string_view, N>& names) noexcept
{
    // Hashes first: compilers allow so many steps, and a hundred long names that begin alike took more.
    std::array<std::uint32_t, N> hashes{};
    for (std::size_t i = 0; i < N; ++i)
        for (const char c : names[i])
            hashes[i] = (hashes[i] ^ static_cast<unsigned char>(lower(c))) * 16777619u;
    for (std::size_t i = 0; i < N; ++i)
        for (std::size_t j = i + 1; j < N; ++j)
            if (hashes[i] == hashes[j] && same_name(names[i], names[j])) return true;
    return false;
}

constexpr bool is_object_name(std::string_view name) noexcept
{
    return !name.empty() && !(name.size() >= 7 && same_name(name.substr(0, 7), "sqlite_")) &&
           name.find('\0') == std::string_view::npos;
}

template <class Table, class Option>
consteval bool check_option() noexcept
{
    using Row = typename Table::row_type;
    if constexpr (!TableOption<Option>) {
        static_assert(TableOption<Option>, "tenantry: this is not an option of a table");
        return false;
    } else if constexpr (!Option::tenantry_members::are_fields) {
        static_assert(
            Option::tenantry_members::are_fields,
            "tenantry: a table's option names columns by pointers to data members, like &Row::field");
        return false;
    } else if constexpr (!Option::tenantry_members::template all_of<Row>) {
        static_assert(Option::tenantry_members::template all_of<Row>,
                      "tenantry: a table's option names a member of another row");
        return false;
    } else {
        if constexpr (requires { Option::template rules<Table>(); }) Option::template rules<Table>();
        return true;
    }
}

template <class Table, class... Options>
consteval bool check_primary_key() noexcept
{
    using Row = typename Table::row_type;
    constexpr std::size_t ids = count_ids<Row>(std::make_index_sequence<field_count<Row>>{});
    constexpr std::size_t keys = (std::size_t{is_primary_key_option<Options>} + ... + 0);
    static_assert(keys <= 1, "tenantry: a table has one PrimaryKey");
    if constexpr (keys > 1) {
        return false;
    } else if constexpr (keys == 0) {
        static_assert(ids != 0,
                      "tenantry: this table has no primary key; give the row a member Id<Row> or the table a "
                      "PrimaryKey<&Row::field>");
        static_assert(ids <= 1,
                      "tenantry: this row has several members Id<Row>; say which is the PrimaryKey");
        return ids == 1;
    } else {
        constexpr auto key = primary_key_of<Table, TypeList<Options...>>::indices();
        constexpr bool agrees = [&] {
            if constexpr (ids == 0)
                return true;
            else
                return key.size() == 1 && is_id_of<field_type<Row, key[0]>, Row>;
        }();
        static_assert(
            agrees,
            "tenantry: this row has a member Id<Row>, which is the primary key: PrimaryKey<> cannot name "
            "another column; use Unique<>");
        return agrees;
    }
}

template <class Table>
struct check_table;

template <FixedString Name, class Row, class... Options>
struct check_table<Table<Name, Row, Options...>> {
    using Checked = Table<Name, Row, Options...>;

    static consteval bool run() noexcept
    {
        if constexpr (!is_sound_row<Row>) {
            return false;
        } else {
            static_assert(is_object_name(Name.view()),
                          "tenantry: a table's name is not empty and does not begin with sqlite_");
            if constexpr ((check_option<Checked, Options>() && ...)) {
                static_assert(!has_twice(column_names<Checked>),
                              "tenantry: two columns of a table have one name (SQLite ignores case)");
                return check_primary_key<Checked, Options...>();
            } else {
                return false;
            }
        }
    }
};

} // namespace detail

} // namespace tenantry

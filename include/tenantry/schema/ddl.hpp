// The SQL that makes a declared schema, put together at compile time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

namespace detail {

// What a field's type says of its column: one for each type, not for each column.
struct ColumnShape {
    sqlite::Storage storage;
    bool not_null;
    void (*check)(TextSink&, std::string_view quoted); // nullptr: none
    void (*meaning)(TextSink&);                        // nullptr: none
    sqlite::ValueLimits limits;
    std::string_view referenced_table; // empty: none
    std::string_view referenced_column;
};

template <class Field>
constexpr void render_check(TextSink& out, std::string_view quoted)
{
    sqlite::Codec<Field>::check(out, quoted);
}

template <class Field>
constexpr void render_meaning(TextSink& out)
{
    sqlite::Codec<Field>::meaning(out);
}

template <class S, class Field>
inline constexpr ColumnShape column_shape = [] {
    ColumnShape shape{sqlite::Codec<Field>::storage,
                      !sqlite::is_nullable<Field>,
                      nullptr,
                      nullptr,
                      sqlite::value_limits<Field>,
                      {},
                      {}};
    if constexpr (requires(TextSink& out) { sqlite::Codec<Field>::meaning(out); })
        shape.meaning = &render_meaning<Field>;
    if constexpr (requires(TextSink& out) { sqlite::Codec<Field>::check(out, std::string_view()); })
        shape.check = &render_check<Field>;
    if constexpr (Reference<Field>::is_reference) {
        using Other = table_of<S, typename Reference<Field>::row>;
        shape.referenced_table = Other::name;
        shape.referenced_column = column_name<Other, id_column<Other>>;
    }
    return shape;
}();

template <class S, class Table, std::size_t... I>
consteval std::array<ColumnShape, sizeof...(I)> make_column_shapes(std::index_sequence<I...>) noexcept
{
    std::array<ColumnShape, sizeof...(I)> shapes{column_shape<S, column_type<Table, I>>...};
    if constexpr (has_id_key<Table>) {
        // The primary key refers to nothing; an integer one is the rowid, which SQLite assigns where it is NULL
        // (https://sqlite.org/lang_createtable.html#rowid).
        ColumnShape& key = shapes[id_column<Table>];
        key.referenced_table = {};
        if (key.storage == sqlite::Storage::integer) key.not_null = false;
    }
    return shapes;
}

template <class S, class Table>
inline constexpr auto column_shapes =
    make_column_shapes<S, Table>(std::make_index_sequence<column_count<Table>>{});

// ANY is a type of STRICT tables; in others it is no type at all that leaves values as they are.
template <class S, class Table>
constexpr std::string_view type_text(sqlite::Storage storage) noexcept
{
    if (storage == sqlite::Storage::null && !is_strict<S, Table>) return {};
    return sqlite::storage_name(storage);
}

template <class Option>
constexpr void take_column_type([[maybe_unused]] std::string_view& type,
                                [[maybe_unused]] std::size_t i) noexcept
{
    if constexpr (requires { Option::tenantry_column_type; })
        if (Option::tenantry_members::contains(i)) type = Option::tenantry_column_type;
}

template <class... Options>
consteval bool any_column_type(TypeList<Options...>) noexcept
{
    return (requires { Options::tenantry_column_type; } || ...);
}

// The type of the table's column I: its storage's, unless a `ColumnType` says otherwise.
template <class S, class Table, class... Options>
constexpr std::string_view find_column_type(std::size_t i, TypeList<Options...>) noexcept
{
    std::string_view type = type_text<S, Table>(column_shapes<S, Table>[i].storage);
    (take_column_type<Options>(type, i), ...);
    return type;
}
template <class S, class Table>
constexpr std::string_view column_type_text(std::size_t i) noexcept
{
    return find_column_type<S, Table>(i, typename Table::options{});
}

template <class S, class Table>
inline constexpr auto column_infos = [] {
    std::array<ColumnInfo, column_count<Table>> infos{};
    for (std::size_t i = 0; i < infos.size(); ++i)
        infos[i] = {column_names<Table>[i], column_type_text<S, Table>(i),
                    column_shapes<S, Table>[i].not_null, column_shapes<S, Table>[i].limits};
    return infos;
}();

// ---- the hooks of a table's options

template <class S, class Table, class Option>
constexpr void render_column_option(TextSink& out, std::size_t i)
{
    if constexpr (requires { Option::template column<S, Table>(out, i); })
        Option::template column<S, Table>(out, i);
}

template <class S, class Table, class Option>
constexpr void render_reference_option(TextSink& out, std::size_t i)
{
    if constexpr (requires { Option::template reference<S, Table>(out, i); })
        Option::template reference<S, Table>(out, i);
}

template <class S, class Table, class Option>
constexpr void render_deferral_option(TextSink& out, std::size_t i)
{
    if constexpr (requires { Option::template deferral<S, Table>(out, i); })
        Option::template deferral<S, Table>(out, i);
}

template <class S, class Table, class Option>
constexpr void render_constraint_option(TextSink& out)
{
    if constexpr (requires { Option::template constraint<S, Table>(out); }) {
        out.text(",\n    ");
        Option::template constraint<S, Table>(out);
    }
}

template <class S, class Table, class... Options>
constexpr void render_table(TextSink& out, TypeList<Options...>)
{
    static_assert(
        !is_strict<S, Table> || !any_column_type(TypeList<Options...>{}),
        "tenantry: ColumnType<> is for tables that are NotStrict: a STRICT one has no types of other names");
    out.text("CREATE TABLE ");
    out.identifier(Table::name);
    out.text(" (");
    for (std::size_t i = 0; i < column_count<Table>; ++i) {
        const ColumnShape& shape = column_shapes<S, Table>[i];
        const std::string_view name = column_names<Table>[i];
        out.text(i == 0 ? "\n    " : ",\n    ");
        out.identifier(name);
        if (const std::string_view type = column_type_text<S, Table>(i); !type.empty()) {
            out.put(' ');
            out.text(type);
            // What its numbers mean is kept with them: migrations compare it.
            if (shape.meaning != nullptr) {
                out.text(" /* tenantry: ");
                shape.meaning(out);
                out.text(" */");
            }
        }
        if (shape.not_null) out.text(" NOT NULL");
        if (primary_key<Table>.size() == 1 && is_primary_key<Table>(i))
            out.text(is_autoincrement<Table> ? " PRIMARY KEY AUTOINCREMENT" : " PRIMARY KEY");
        (render_column_option<S, Table, Options>(out, i), ...);
        if (shape.check != nullptr) {
            std::array<char, 256> quoted{};
            TextSink quote(quoted.data());
            quote.identifier(name);
            out.text(" CHECK (");
            shape.check(out, {quoted.data(), quote.size()});
            out.put(')');
        }
        if (!shape.referenced_table.empty()) {
            out.text(" REFERENCES ");
            out.identifier(shape.referenced_table);
            out.text(" (");
            out.identifier(shape.referenced_column);
            out.put(')');
            (render_reference_option<S, Table, Options>(out, i), ...);
            (render_deferral_option<S, Table, Options>(out, i), ...);
        }
    }
    (render_constraint_option<S, Table, Options>(out), ...);
    out.text("\n)");
    if constexpr (is_strict<S, Table>) out.text(" STRICT");
    if constexpr (is_without_rowid<Table>)
        out.text(is_strict<S, Table> ? ", WITHOUT ROWID" : " WITHOUT ROWID");
}

template <class Table>
template <class S>
constexpr void CreateTable<Table>::render(TextSink& out) noexcept
{
    render_table<S, Table>(out, typename Table::options{});
}

// ---- the objects

template <class S, class Object>
struct ObjectText {
    static constexpr void render(TextSink& out) { Object::template render<S>(out); }
};

// What it is on: a trigger knows it only in a schema.
template <class S, class Object>
constexpr std::string_view object_table() noexcept
{
    if constexpr (requires { Object::template table_in<S>(); })
        return Object::template table_in<S>();
    else
        return Object::table;
}

template <class S, class Object>
inline constexpr SchemaObject schema_object = [] {
    SchemaObject object{
        Object::type, Object::name, object_table<S, Object>(), static_text<ObjectText<S, Object>>, {}};
    if constexpr (requires { typename Object::tenantry_table; })
        object.columns = column_infos<S, typename Object::tenantry_table>;
    return object;
}();

template <class S, class Object>
consteval bool object_needs_trust() noexcept
{
    if constexpr (requires { Object::template needs_trust<S>(); })
        return Object::template needs_trust<S>();
    else
        return false;
}

template <class... Options>
consteval bool options_leave_part(TypeList<Options...>) noexcept
{
    return (requires { Options::tenantry_leaves_part; } || ...);
}

// Plain tables leave nothing, and pay for nothing.
template <class Object>
consteval bool failures_leave_part() noexcept
{
    if constexpr (requires { typename Object::tenantry_table; })
        return options_leave_part(typename Object::tenantry_table::options{});
    else
        return Object::type == "trigger";
}

template <class Object>
consteval bool object_rolls_back() noexcept
{
    if constexpr (requires { Object::tenantry_rolls_back; })
        return Object::tenantry_rolls_back;
    else
        return false;
}

// FNV-1a, 64 bits (http://www.isthe.com/chongo/tech/comp/fnv/)
constexpr std::uint64_t hash_text(std::string_view text, std::uint64_t hash = 0xcbf29ce484222325u) noexcept
{
    for (const char c : text) {
        hash ^= static_cast<unsigned char>(c);
        hash *= 0x100000001b3u;
    }
    return hash;
}

// What the columns' types can hold stands in no SQL.
constexpr std::uint64_t hash_limits(std::span<const ColumnInfo> columns, std::uint64_t hash) noexcept
{
    for (const ColumnInfo& column : columns) {
        if (!column.limits.any()) continue;
        std::array<char, 64> text{};
        TextSink out(text.data());
        out.integer(column.limits.least);
        out.text(column.limits.single ? " float " : " ");
        out.integer(column.limits.most);
        hash = hash_text({text.data(), out.size()}, hash_text(column.name, hash));
    }
    return hash;
}

// One evaluation an object, so that a large schema stays within the compilers' limits.
template <class S, class Object>
inline constexpr std::uint64_t object_hash =
    hash_limits(schema_object<S, Object>.columns, hash_text(static_text<ObjectText<S, Object>>));

constexpr std::int32_t make_fingerprint(std::uint64_t hash) noexcept
{
    const auto folded = static_cast<std::int32_t>((hash ^ (hash >> 32)) & 0x7fffffffu);
    return folded == 0 ? 1 : folded;
}

template <class S, class List>
struct SchemaText;

template <class S, class... Objects>
struct SchemaText<S, TypeList<Objects...>> {
    // Triggers come last: what they are on may be declared behind them.
    static constexpr std::array<SchemaObject, sizeof...(Objects)> objects = [] {
        const std::array<SchemaObject, sizeof...(Objects)> declared{schema_object<S, Objects>...};
        std::array<SchemaObject, sizeof...(Objects)> ordered{};
        std::size_t n = 0;
        for (const bool triggers : {false, true})
            for (const SchemaObject& object : declared)
                if ((object.type == "trigger") == triggers) ordered[n++] = object;
        return ordered;
    }();

    static constexpr std::int32_t fingerprint = [] {
        std::uint64_t hash = 0xcbf29ce484222325u;
        ((hash = (hash ^ object_hash<S, Objects>)*0x100000001b3u), ...);
        return make_fingerprint(hash);
    }();

    static constexpr SchemaInfo info{objects, fingerprint, (object_needs_trust<S, Objects>() || ...),
                                     (failures_leave_part<Objects>() || ...),
                                     (object_rolls_back<Objects>() || ...)};
};

template <class List>
struct part_objects;
template <class... Parts>
struct part_objects<TypeList<Parts...>> {
    using type = typename concat_lists<typename Parts::tenantry_objects...>::type;
};

} // namespace detail

/// A declared schema as plain data: the objects in the order of the declaration, each table followed by its indexes.
/// All of it is made at compile time and has static storage.
template <SchemaType S>
[[nodiscard]] constexpr const SchemaInfo& schema_info() noexcept
{
    return detail::SchemaText<S, typename detail::part_objects<detail::parts_of<S>>::type>::info;
}

} // namespace tenantry

// `Index<"idx_queue_status", &Job::status, Descending<&Job::created_at>>` and `UniqueIndex<...>`.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/core/fixed_string.hpp>
#include <tenantry/expr/text.hpp>
#include <tenantry/schema/column.hpp>
#include <tenantry/schema/option.hpp>

namespace tenantry {

namespace detail {

template <auto Field>
struct DescendingPart {
    static constexpr auto field = Field;
    static constexpr std::string_view suffix = " DESC";
};

// A part of an index: a column, or a column and how it is kept.
template <auto Part>
struct IndexPart {
    static constexpr auto field = Part;
    static constexpr std::string_view suffix{};
};
template <auto Part>
    requires std::is_class_v<decltype(Part)>
struct IndexPart<Part> : std::remove_cv_t<decltype(Part)> {};

} // namespace detail

/// A column of an index, kept in descending order.
template <auto Field>
inline constexpr detail::DescendingPart<Field> Descending{};

namespace detail {

// The schema object it makes.
template <class Table, bool IsUnique, FixedString Name, auto... Parts>
struct CreateIndex {
    static constexpr std::string_view type = "index";
    static constexpr std::string_view name = Name.view();
    static constexpr std::string_view table = Table::name;

    template <class S>
    static constexpr void render(TextSink& out) noexcept
    {
        out.text(IsUnique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
        out.identifier(name);
        out.text(" ON ");
        out.identifier(table);
        const char* before = " (";
        (render_part<IndexPart<Parts>>(out, before), ...);
        out.put(')');
    }

private:
    template <class Part>
    static constexpr void render_part(TextSink& out, const char*& before) noexcept
    {
        out.text(before);
        before = ", ";
        out.identifier(column_names<Table>[member_index<Part::field>]);
        out.text(Part::suffix);
    }
};

template <bool IsUnique, FixedString Name, auto... Parts>
struct IndexOption {
    using tenantry_members = Members<IndexPart<Parts>::field...>;
    static constexpr bool tenantry_unique = IsUnique;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(sizeof...(Parts) > 0, "tenantry: an index names at least one column");
    }

    template <class Table>
    using tenantry_objects = TypeList<CreateIndex<Table, IsUnique, Name, Parts...>>;
};

} // namespace detail

/// An index beside the table. A part is `&Row::field` or `Descending<&Row::field>`.
template <FixedString Name, auto... Parts>
struct Index : detail::IndexOption<false, Name, Parts...> {};

/// An index no two of whose entries are equal.
template <FixedString Name, auto... Parts>
struct UniqueIndex : detail::IndexOption<true, Name, Parts...> {};

} // namespace tenantry

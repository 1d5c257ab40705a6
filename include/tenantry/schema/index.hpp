// `Index<"idx_queue_status", &Job::status, Descending<&Job::created_at>>` and `UniqueIndex<...>`.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/declared_expression.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

namespace detail {

// A part of an index. It has
// - `members`: the columns it names itself
// - `is_plain`: whether it is nothing but a column, in whatever order
// - `is_condition`: whether it is no part of the order but the WHERE
// - `rules<Row>()`, `render<S, Table>(out)`
template <auto Part>
struct IndexPart {
    using members = Members<Part>;
    static constexpr bool is_plain = true;
    static constexpr bool is_condition = false;

    template <class Row>
    static consteval void rules() noexcept
    {}
    template <class S, class Table>
    static constexpr void render(TextSink& out) noexcept
    {
        out.identifier(column_names<Table>[member_index<Part>]);
    }
};
template <auto Part>
    requires std::is_class_v<decltype(Part)>
struct IndexPart<Part> : std::remove_cv_t<decltype(Part)> {};

template <auto Part>
struct DescendingPart {
    using members = typename IndexPart<Part>::members;
    static constexpr bool is_plain = IndexPart<Part>::is_plain;
    static constexpr bool is_condition = false;

    template <class Row>
    static consteval void rules() noexcept
    {
        static_assert(!IndexPart<Part>::is_condition, "tenantry: Descending<> takes a column or an Expr<>");
        IndexPart<Part>::template rules<Row>();
    }
    template <class S, class Table>
    static constexpr void render(TextSink& out)
    {
        IndexPart<Part>::template render<S, Table>(out);
        out.text(" DESC");
    }
};

template <auto Part, FixedString Collation>
struct CollatedPart {
    using members = typename IndexPart<Part>::members;
    static constexpr bool is_plain = false;
    static constexpr bool is_condition = false;

    template <class Row>
    static consteval void rules() noexcept
    {
        static_assert(!Collation.view().empty(), "tenantry: a collation has a name");
        static_assert(is_text_part(),
                      "tenantry: Collated<> takes a column of text or an Expr<>; Descending<> goes round it");
        IndexPart<Part>::template rules<Row>();
    }
    template <class S, class Table>
    static constexpr void render(TextSink& out)
    {
        constexpr bool wrapped = members::size == 0;
        if (wrapped) out.put('(');
        IndexPart<Part>::template render<S, Table>(out);
        if (wrapped) out.put(')');
        out.text(" COLLATE ");
        out.identifier(Collation.view());
    }

private:
    static consteval bool is_text_part() noexcept
    {
        if constexpr (FieldPointer<Part>)
            return sqlite::Codec<field_of<Part>>::storage == sqlite::Storage::text;
        else
            return is_expression_part<std::remove_cv_t<decltype(Part)>>;
    }
};

template <const auto& Condition>
struct WherePart {
    using members = Members<>;
    static constexpr bool is_plain = false;
    static constexpr bool is_condition = true;

    template <class Row>
    static consteval void rules() noexcept
    {
        static_cast<void>(check_declared_condition<Condition, Row>());
    }
    template <class S, class Table>
    static constexpr void render(TextSink& out)
    {
        out.text(" WHERE ");
        render_expression<S, Condition>(out);
    }
};

template <class... Lists>
struct join_members {
    using type = Members<>;
};
template <auto... A>
struct join_members<Members<A...>> {
    using type = Members<A...>;
};
template <auto... A, auto... B, class... Rest>
struct join_members<Members<A...>, Members<B...>, Rest...> : join_members<Members<A..., B...>, Rest...> {};

} // namespace detail

/// A part of an index, kept in descending order: a column, an `Expr<>`, a `Collated<>`.
template <auto Part>
inline constexpr detail::DescendingPart<Part> Descending{};

/// A column of text or an `Expr<>`, sorted by another collation than the column's own.
template <auto Part, FixedString Collation>
inline constexpr detail::CollatedPart<Part, Collation> Collated{};

/// Makes an index partial (https://sqlite.org/partialindex.html): only rows for which the condition holds are in it, and
/// only queries whose where() implies the condition use it. A constant,
/// `inline constexpr auto pending = col<&Job::status> == JobStatus::pending;`.
template <const auto& Condition>
inline constexpr detail::WherePart<Condition> Where{};

namespace detail {

// The schema object it makes.
template <class Table, bool IsUnique, FixedString Name, auto... Parts>
struct CreateIndex {
    static constexpr std::string_view type = "index";
    static constexpr std::string_view name = Name.view();
    static constexpr std::string_view table = Table::name;

    template <class S>
    static constexpr void render(TextSink& out)
    {
        out.text(IsUnique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ");
        out.identifier(name);
        out.text(" ON ");
        out.identifier(table);
        render_entries<S>(out);
    }

    // its parts, and for which rows there are entries
    template <class S>
    static constexpr void render_entries(TextSink& out)
    {
        const char* before = " (";
        (render_part<S, IndexPart<Parts>>(out, before), ...);
        out.put(')');
        (render_condition<S, IndexPart<Parts>>(out), ...);
    }

private:
    template <class S, class Part>
    static constexpr void render_part(TextSink& out, const char*& before)
    {
        if constexpr (!Part::is_condition) {
            out.text(before);
            before = ", ";
            Part::template render<S, Table>(out);
        }
    }
    template <class S, class Part>
    static constexpr void render_condition(TextSink& out)
    {
        if constexpr (Part::is_condition) Part::template render<S, Table>(out);
    }
};

template <bool IsUnique, FixedString Name, auto... Parts>
struct IndexOption {
    using tenantry_members = typename join_members<Members<>, typename IndexPart<Parts>::members...>::type;
    // Says that its columns are a key: where it holds of all rows, and they are compared as columns are.
    static constexpr bool tenantry_unique = IsUnique && (IndexPart<Parts>::is_plain && ...);

    template <class Table>
    static consteval void rules() noexcept
    {
        constexpr std::size_t conditions = (std::size_t{IndexPart<Parts>::is_condition} + ... + 0);
        static_assert(sizeof...(Parts) > conditions, "tenantry: an index names at least one column");
        static_assert(conditions <= 1, "tenantry: an index has one Where<>: join conditions with &&");
        (IndexPart<Parts>::template rules<typename Table::row_type>(), ...);
    }

    // A unique one by its name, for on_conflict().
    static constexpr std::string_view tenantry_unique_index = IsUnique ? Name.view() : std::string_view();
    template <class S, class Table>
    static constexpr void render_entries(TextSink& out)
    {
        CreateIndex<Table, IsUnique, Name, Parts...>::template render_entries<S>(out);
    }

    template <class Table>
    using tenantry_objects = TypeList<CreateIndex<Table, IsUnique, Name, Parts...>>;
};

} // namespace detail

/// An index beside the table. A part is `&Row::field`, `Expr<constant>`, one of them in `Collated<...>` and in
/// `Descending<...>`; `Where<condition>` makes it partial.
template <FixedString Name, auto... Parts>
struct Index : detail::IndexOption<false, Name, Parts...> {};

/// An index no two of whose entries are equal.
template <FixedString Name, auto... Parts>
struct UniqueIndex : detail::IndexOption<true, Name, Parts...> {};

} // namespace tenantry

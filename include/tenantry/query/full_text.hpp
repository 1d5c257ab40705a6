// `FullText<"job_text", JobText, ContentOf<Job>>`: a full-text index (https://sqlite.org/fts5.html).
#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/generated_from.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/detail/row_rules.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// The texts are those of another table: its columns of the same names. They are not kept twice, and triggers keep the
/// index in step with every insert, update and remove.
template <class Row>
struct ContentOf {
    using tenantry_content = Row;
};

/// How texts are split into words, for SQLite to read: "unicode61 remove_diacritics 2", "porter", "trigram"
/// (https://sqlite.org/fts5.html#tokenizers).
template <FixedString Text>
struct Tokenize {
    static constexpr std::string_view tenantry_tokenize = Text.view();
};

/// Makes searches for the first letters of words fast, of words of these numbers of letters.
template <int... Letters>
struct Prefixes {
    static_assert(sizeof...(Letters) > 0 && ((Letters > 0 && Letters < 100) && ...),
                  "tenantry: Prefixes<> takes numbers of letters from 1 to 99");
    static constexpr std::array<int, sizeof...(Letters)> tenantry_prefixes{Letters...};
};

/// Columns that are kept beside the texts and not searched.
template <auto... Fields>
struct Unindexed {
    using tenantry_unindexed = detail::Members<Fields...>;
};

namespace detail {

template <class T>
concept FullTextOption = requires { typename T::tenantry_content; } || requires { T::tenantry_tokenize; } ||
                         requires { T::tenantry_prefixes; } || requires { typename T::tenantry_unindexed; };

template <class Option>
struct content_option {
    using type = void;
};
template <class Option>
    requires requires { typename Option::tenantry_content; }
struct content_option<Option> {
    using type = typename Option::tenantry_content;
};

// The row whose texts are indexed, or void.
template <class... Options>
using content_row = first_type_t<typename content_option<Options>::type...>;

// Field I is the rowid: an id of the row's own or of the row whose texts are indexed.
template <class Row, class Content, std::size_t I>
consteval bool is_rowid_field() noexcept
{
    using Meant = std::conditional_t<std::is_void_v<Content>, Row, Content>;
    return is_id_of<field_type<Row, I>, Meant>;
}

template <class Row, class Content, std::size_t... I>
consteval std::size_t find_rowid_field(std::index_sequence<I...>) noexcept
{
    std::size_t found = sizeof...(I);
    ((is_rowid_field<Row, Content, I>() ? void(found = I) : void()), ...);
    return found;
}

// The position of the rowid among a row's fields, or their number where there is none.
template <class Row, class Content>
inline constexpr std::size_t rowid_field =
    find_rowid_field<Row, Content>(std::make_index_sequence<field_count<Row>>{});

// As an option of a table: that field's column is called rowid.
template <std::size_t Field>
struct RowidName {
    struct tenantry_members {
        static constexpr bool contains(std::size_t i) noexcept { return i == Field; }
    };
    static constexpr std::string_view tenantry_column_name = "rowid";
};

template <class Row, class Content, std::size_t I>
consteval bool check_full_text_field() noexcept
{
    using Field = field_type<Row, I>;
    if constexpr (I == rowid_field<Row, Content>) {
        constexpr bool whole = std::integral<typename Field::value_type>;
        static_assert(whole, "tenantry: the id of a full-text row is an integer: it is the rowid");
        return whole;
    } else {
        constexpr bool text = sqlite::Codec<Field>::storage == sqlite::Storage::text;
        static_assert(text,
                      "tenantry: a full-text row has texts, and one Id<Row>, or Id<Other> of the row in "
                      "ContentOf<Other>");
        return text;
    }
}

template <class Row, class Content, std::size_t... I>
consteval bool check_full_text_fields(std::index_sequence<I...>) noexcept
{
    return (check_full_text_field<Row, Content, I>() && ...);
}

template <class Option, class Row>
consteval bool unindexed_fits() noexcept
{
    if constexpr (requires { typename Option::tenantry_unindexed; })
        return Option::tenantry_unindexed::template all_of<Row>;
    else
        return true;
}

template <class Option>
constexpr bool leaves_unindexed([[maybe_unused]] std::size_t i) noexcept
{
    if constexpr (requires { typename Option::tenantry_unindexed; })
        return Option::tenantry_unindexed::contains(i);
    else
        return false;
}

// Calls function(name of the column) for each column of texts.
template <class Table>
constexpr void each_text_column(const auto& function)
{
    for (std::size_t i = 0; i < column_count<Table>; ++i)
        if (i != Table::rowid_at) function(i, column_names<Table>[i]);
}

// The schema object of a full-text table.
template <class Table, class... Options>
struct CreateFullText {
    static constexpr std::string_view type = "table";
    static constexpr std::string_view name = Table::name;
    static constexpr std::string_view table = Table::name;

    template <class S>
    static constexpr void render(TextSink& out)
    {
        out.text("CREATE VIRTUAL TABLE ");
        out.identifier(name);
        if constexpr (std::is_void_v<typename Table::content>) render_optional(out);
        out.text(" USING fts5(");
        bool first = true;
        each_text_column<Table>([&]([[maybe_unused]] std::size_t i, std::string_view column) {
            if (!first) out.text(", ");
            first = false;
            out.identifier(column);
            if ((leaves_unindexed<Options>(i) || ...)) out.text(" UNINDEXED");
        });
        if constexpr (!std::is_void_v<typename Table::content>) {
            using Content = table_of<S, typename Table::content>;
            out.text(", content=");
            out.literal(Content::name);
            out.text(", content_rowid=");
            out.literal(column_names<Content>[id_column<Content>]);
        }
        (render_option<Options>(out), ...);
        out.put(')');
    }

private:
    // FTS5 takes NULL in every column: which may hold it is kept in a comment, and migrations compare it.
    static constexpr void render_optional(TextSink& out)
    {
        constexpr auto optional = []<std::size_t... I>(std::index_sequence<I...>) {
            return std::array<bool, sizeof...(I)>{sqlite::is_nullable<column_type<Table, I>>...};
        }(std::make_index_sequence<column_count<Table>>{});
        bool any = false;
        each_text_column<Table>([&](std::size_t i, std::string_view column) {
            if (!optional[i]) return;
            out.text(any ? " " : " /* tenantry: optional ");
            any = true;
            out.text(column);
        });
        if (any) out.text(" */");
    }

    template <class Option>
    static constexpr void render_option(TextSink& out) noexcept
    {
        if constexpr (requires { Option::tenantry_tokenize; }) {
            out.text(", tokenize=");
            out.literal(Option::tenantry_tokenize);
        }
        if constexpr (requires { Option::tenantry_prefixes; }) {
            const char* before = ", prefix='";
            for (const int letters : Option::tenantry_prefixes) {
                out.text(before);
                out.integer(letters);
                before = " ";
            }
            out.put('\'');
        }
    }
};

enum class StepOf { insert, update, remove };

// A trigger that keeps the index in step (https://sqlite.org/fts5.html#external_content_tables).
template <class Table, FixedString Name, StepOf What>
struct CreateStepTrigger {
    static constexpr std::string_view type = "trigger";
    static constexpr std::string_view name = Name.view();

    template <class S>
    static constexpr std::string_view table_in() noexcept
    {
        return table_name<S, typename Table::content>;
    }

    template <class S>
    static constexpr void render(TextSink& out)
    {
        using Content = table_of<S, typename Table::content>;
        const std::string_view id = column_names<Content>[id_column<Content>];
        out.text("CREATE TRIGGER ");
        out.identifier(name);
        if constexpr (What == StepOf::update) {
            out.text(" AFTER UPDATE OF ");
            if constexpr (is_any_generated<Content>()) {
                render_written_columns<S, Content, chosen<Content>()>(out);
            } else {
                out.identifier(id);
                each_text_column<Table>([&](std::size_t, std::string_view column) {
                    out.text(", ");
                    out.identifier(column);
                });
            }
        } else {
            out.text(What == StepOf::insert ? " AFTER INSERT" : " AFTER DELETE");
        }
        out.text(" ON ");
        out.identifier(Content::name);
        out.text(" BEGIN");
        if constexpr (What != StepOf::insert) render_step(out, "old.", id, true);
        if constexpr (What != StepOf::remove) render_step(out, "new.", id, false);
        out.text("\nEND");
    }

    template <class S>
    static consteval bool needs_trust() noexcept
    {
        return true;
    }

private:
    // The id and the texts, among the columns of what is indexed.
    template <class Content>
    static consteval std::array<bool, column_count<Content>> chosen() noexcept
    {
        std::array<bool, column_count<Content>> all{};
        all[id_column<Content>] = true;
        for (std::size_t i = 0; i < all.size(); ++i)
            each_text_column<Table>([&](std::size_t, std::string_view column) {
                all[i] = all[i] || column == column_names<Content>[i];
            });
        return all;
    }
    template <class Content>
    static consteval bool is_any_generated() noexcept
    {
        constexpr auto all = chosen<Content>();
        for (std::size_t i = 0; i < all.size(); ++i)
            if (all[i] && is_generated<Content>(i)) return true;
        return false;
    }

    static constexpr void render_step(TextSink& out, std::string_view row, std::string_view id, bool removes)
    {
        out.text("\n    INSERT INTO ");
        out.identifier(Table::name);
        out.text(" (");
        if (removes) {
            out.identifier(Table::name);
            out.text(", ");
        }
        out.text("rowid");
        each_text_column<Table>([&](std::size_t, std::string_view column) {
            out.text(", ");
            out.identifier(column);
        });
        out.text(removes ? ") VALUES ('delete', " : ") VALUES (");
        out.text(row);
        out.identifier(id);
        each_text_column<Table>([&](std::size_t, std::string_view column) {
            out.text(", ");
            out.text(row);
            out.identifier(column);
        });
        out.text(");");
    }
};

template <std::size_t N, std::size_t M>
consteval FixedString<N + M - 1> joined_name(const FixedString<N>& name, const char (&suffix)[M])
{
    char text[N + M]{};
    for (std::size_t i = 0; i < N; ++i) text[i] = name.data[i];
    for (std::size_t i = 0; i < M; ++i) text[N + i] = suffix[i];
    return FixedString<N + M - 1>(text);
}

template <class Table, FixedString Name, class... Options>
struct full_text_objects {
    using type = TypeList<CreateFullText<Table, Options...>,
                          CreateStepTrigger<Table, joined_name(Name, "_insert"), StepOf::insert>,
                          CreateStepTrigger<Table, joined_name(Name, "_update"), StepOf::update>,
                          CreateStepTrigger<Table, joined_name(Name, "_remove"), StepOf::remove>>;
};
template <class Table, FixedString Name, class... Options>
    requires std::is_void_v<content_row<Options...>>
struct full_text_objects<Table, Name, Options...> {
    using type = TypeList<CreateFullText<Table, Options...>>;
};

} // namespace detail

/// A full-text index. The fields of `Row` are texts; one may be the id: `Id<Row>`, or with `ContentOf<Other>`
/// `Id<Other>`, by which `.join(table<Other>)` leads from what was found to its row. Searched with `match(...)`.
///
/// Without `ContentOf` it is a table of its own, and rows are inserted, updated and removed like others; with it the
/// other table is written, triggers `<name>_insert`, `_update` and `_remove` do the rest, and rows of the index itself
/// are never written. (`insert_or_replace` does not compile on such a table: what it replaces goes without a trigger.)
/// More options: `Tokenize<>`, `Prefixes<>`, `Unindexed<>`.
template <FixedString Name, class Row, class... Options>
struct FullText {
    using row_type = Row;
    using content = detail::content_row<Options...>;
    /// Its name in the database.
    static constexpr std::string_view name = Name.view();
    static constexpr std::size_t rowid_at = detail::rowid_field<Row, content>;
    using options = detail::TypeList<detail::RowidName<rowid_at>>;
    static constexpr bool tenantry_virtual = true;
    static constexpr bool tenantry_full_text = true;
    static constexpr bool tenantry_kept_in_step = !std::is_void_v<content>;
    using tenantry_objects = typename detail::full_text_objects<FullText, Name, Options...>::type;

    static consteval bool part_rules() noexcept
    {
        if constexpr (!detail::is_sound_row<Row>) {
            return false;
        } else if constexpr (!(detail::FullTextOption<Options> && ...)) {
            static_assert((detail::FullTextOption<Options> && ...),
                          "tenantry: a full-text table's options are ContentOf<>, Tokenize<>, Prefixes<> and "
                          "Unindexed<>");
            return false;
        } else {
            static_assert(detail::is_object_name(Name.view()),
                          "tenantry: a table's name is not empty and does not begin with sqlite_");
            constexpr bool named = has_sound_names();
            static_assert(named,
                          "tenantry: a column of a full-text table is not called rank or rowid, nor as the "
                          "table itself: FTS5 has columns of these names");
            constexpr bool fields = (detail::unindexed_fits<Options, Row>() && ...);
            static_assert(fields, "tenantry: Unindexed<> names a member of another row");
            static_assert(field_count<Row> > (rowid_at < field_count<Row> ? 1 : 0),
                          "tenantry: a full-text row has at least one text");
            return named && fields &&
                   detail::check_full_text_fields<Row, content>(std::make_index_sequence<field_count<Row>>{});
        }
    }

    template <class Index>
    static consteval bool schema_rules() noexcept
    {
        if constexpr (std::is_void_v<content>) {
            return true;
        } else if constexpr (!detail::FindsRow<Index, content>) {
            static_assert(detail::FindsRow<Index, content>,
                          "tenantry: ContentOf<> names a row that is not a table of this schema");
            return false;
        } else {
            using Content =
                typename decltype(detail::find_row<content>(static_cast<const Index*>(nullptr)))::type;
            constexpr bool keyed = [] {
                if constexpr (has_id<content>)
                    return std::integral<id_value_t<content>>;
                else
                    return false;
            }();
            static_assert(keyed && is_writable<Content>,
                          "tenantry: ContentOf<> names a table with an integer id, Id<Row>: it is the rowid");
            constexpr bool there = has_columns_of<Content>();
            static_assert(there, "tenantry: a field of a full-text row is no column of text of the table in "
                                 "ContentOf<>, by name");
            constexpr bool whole = !there || has_nulls_of<Content>();
            static_assert(whole,
                          "tenantry: a field of a full-text row is not optional, and the column of the table "
                          "in ContentOf<> that it is of is");
            return keyed && there && whole;
        }
    }

private:
    static consteval bool has_sound_names() noexcept
    {
        for (std::size_t i = 0; i < field_count<Row>; ++i) {
            if (i == rowid_at) continue;
            for (const std::string_view taken : {std::string_view("rank"), std::string_view("rowid"), name})
                if (detail::same_name(column_names<FullText>[i], taken)) return false;
        }
        return true;
    }
    template <class Content, std::size_t... I>
    static consteval auto nulls(std::index_sequence<I...>) noexcept
    {
        return std::array<bool, sizeof...(I)>{sqlite::is_nullable<column_type<Content, I>>...};
    }
    // May every field be NULL whose column may?
    template <class Content>
    static consteval bool has_nulls_of() noexcept
    {
        constexpr auto of_content = nulls<Content>(std::make_index_sequence<column_count<Content>>{});
        constexpr auto own = nulls<FullText>(std::make_index_sequence<field_count<Row>>{});
        for (std::size_t i = 0; i < own.size(); ++i)
            for (std::size_t k = 0; k < of_content.size(); ++k)
                if (i != rowid_at && column_names<Content>[k] == column_names<FullText>[i] && of_content[k] &&
                    !own[i])
                    return false;
        return true;
    }
    template <class Content, std::size_t... I>
    static consteval auto storages(std::index_sequence<I...>) noexcept
    {
        return std::array<sqlite::Storage, sizeof...(I)>{sqlite::Codec<column_type<Content, I>>::storage...};
    }
    template <class Content>
    static consteval bool has_columns_of() noexcept
    {
        constexpr auto kinds = storages<Content>(std::make_index_sequence<column_count<Content>>{});
        for (std::size_t i = 0; i < field_count<Row>; ++i) {
            if (i == rowid_at) continue;
            bool found = false;
            for (std::size_t k = 0; k < kinds.size(); ++k)
                found = found || (column_names<Content>[k] == column_names<FullText>[i] &&
                                  kinds[k] == sqlite::Storage::text);
            if (!found) return false;
        }
        return true;
    }
};

} // namespace tenantry

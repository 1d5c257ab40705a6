// Which columns a generated one is made of. An UPDATE sets these, and never the generated one: what looks at columns that
// are set, as `UPDATE OF` does (https://sqlite.org/lang_createtrigger.html), has to name them.
#pragma once

#include <array>
#include <cstddef>
#include <string_view>
#include <utility>

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry::detail {

template <class S, class Table, class Option>
constexpr void render_generated(TextSink& out, [[maybe_unused]] std::size_t i)
{
    if constexpr (requires { requires Option::tenantry_generated; })
        Option::template column<S, Table>(out, i);
}

// The text of column I's expression; nothing where it is not generated.
template <class S, class Table, std::size_t I>
struct GeneratedText {
    static constexpr void render(TextSink& out) { render_all(out, typename Table::options{}); }

private:
    template <class... Options>
    static constexpr void render_all(TextSink& out, TypeList<Options...>)
    {
        (render_generated<S, Table, Options>(out, I), ...);
    }
};

template <class S, class Table, std::size_t... I>
consteval std::array<std::string_view, sizeof...(I)> make_generated_texts(std::index_sequence<I...>)
{
    return {static_text<GeneratedText<S, Table, I>>...};
}

// Does the text name the column? Every name in it is quoted.
constexpr bool text_names_column(std::string_view text, std::string_view column)
{
    for (std::size_t at = text.find('"'); at != std::string_view::npos; at = text.find('"', at + 1)) {
        std::size_t i = at + 1;
        std::size_t n = 0;
        for (; n < column.size() && i < text.size() && text[i] == column[n]; ++n, ++i)
            if (column[n] == '"') ++i; // doubled
        if (n == column.size() && i < text.size() && text[i] == '"') return true;
    }
    return false;
}

// Of these columns, those that are written, and those that the generated ones are made of, through all steps.
template <class S, class Table>
consteval auto written_columns(std::array<bool, column_count<Table>> wanted)
{
    constexpr auto texts = make_generated_texts<S, Table>(std::make_index_sequence<column_count<Table>>{});
    for (bool more = true; more;) {
        more = false;
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            if (!wanted[i] || texts[i].empty()) continue;
            wanted[i] = false;
            more = true;
            for (std::size_t k = 0; k < wanted.size(); ++k)
                if (k != i && text_names_column(texts[i], column_names<Table>[k])) wanted[k] = true;
        }
    }
    return wanted;
}

// `"a", "b"`: what stands behind UPDATE OF for these columns.
template <class S, class Table, std::array<bool, column_count<Table>> Wanted>
constexpr void render_written_columns(TextSink& out)
{
    constexpr auto written = written_columns<S, Table>(Wanted);
    bool first = true;
    for (std::size_t i = 0; i < written.size(); ++i) {
        if (!written[i]) continue;
        if (!first) out.text(", ");
        first = false;
        out.identifier(column_names<Table>[i]);
    }
}

} // namespace tenantry::detail

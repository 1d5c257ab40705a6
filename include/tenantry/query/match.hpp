// match(), bm25(), match_rank, snippet(), highlight(): searching a full-text table.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/column.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/terminated_text.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

template <class S, class Row>
constexpr void require_full_text()
{
    static_assert(
        requires { table_of<S, Row>::tenantry_full_text; },
        "tenantry: match(), bm25(), match_rank, snippet() and highlight() are for a FullText table");
}

// The table as the hidden column that is called as the table is; with `IsRank` the one of the rank.
template <class Row, bool IsRank>
struct FullTextColumn {
    using tenantry_expression = void;
    using value_type = std::conditional_t<IsRank, double, std::string>;
    using source = Row;
    using form = FullTextColumn;
    static constexpr bool aggregate = false;
    static constexpr Precedence precedence = Precedence::primary;
    template <class...>
    static constexpr bool grouped = false;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Row>();
        visitor.template column<FullTextColumn>(); // checks that Row is read
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    template <class Out>
    static constexpr void render(Out& out)
    {
        require_full_text<typename Out::schema, Row>();
        out.template table<Row>();
        if constexpr (IsRank) out.text(".rank");
    }
};

// A column as its number among those that are searched.
template <auto Member>
struct FullTextPosition {
    using tenantry_expression = void;
    using value_type = std::int64_t;
    using source = void;
    using form = FullTextPosition;
    static constexpr bool aggregate = false;
    static constexpr Precedence precedence = Precedence::primary;
    template <class...>
    static constexpr bool grouped = true;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    template <class Out>
    static constexpr void render(Out& out)
    {
        constexpr std::size_t rowid = table_of<typename Out::schema, row_of<Member>>::rowid_at;
        constexpr std::size_t at = member_index<Member>;
        static_assert(at != rowid,
                      "tenantry: snippet() and highlight() are for a column of text, not the id");
        constexpr std::size_t n = at - (rowid < at ? 1 : 0);
        constexpr char digits[] = {static_cast<char>('0' + n / 10), static_cast<char>('0' + n % 10)};
        out.text(n < 10 ? std::string_view(digits + 1, 1) : std::string_view(digits, 2));
    }
};

struct Match : InfixSyntax<Precedence::equality, " MATCH "> {};

template <FixedString Name>
struct FullTextFunction {
    static constexpr bool never_null = true;
    static constexpr Precedence precedence = Precedence::primary;
    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        // Checked first, so that it is reported first.
        (require_args<typename Out::schema>(static_cast<Args*>(nullptr)), ...);
        render_call<Args...>(out, Name.view());
    }

private:
    template <class S, class Row>
    static constexpr void require_args(FullTextColumn<Row, false>*)
    {
        require_full_text<S, Row>();
    }
    template <class S>
    static constexpr void require_args(void*)
    {}
};

inline constexpr const char* query_with_nul =
    "a full-text query has a NUL character: SQLite would read it to there; full_text_words() leaves it out";

template <class V>
inline constexpr bool is_match_text =
    std::is_convertible_v<const std::remove_cvref_t<V>&, std::string_view> && !AnyExpression<V>;

template <class V>
concept MarkText = is_match_text<V>;

template <class V>
constexpr void require_match_text()
{
    static_assert(is_match_text<V>,
                  "tenantry: match() takes a text: a query of FTS5, or what full_text_words() "
                  "makes of what a user typed");
}

} // namespace detail

/// Rows of a full-text table in which a query is found, in any of its columns: `where(match<JobText>("mail OR fax"))`.
/// The text is FTS5's query language (https://sqlite.org/fts5.html#full_text_query_syntax), and a mistake in it is
/// `errc::invalid_sql`; what a user typed goes through `full_text_words()`.
template <class Row, class V>
[[nodiscard]] constexpr auto match(V&& query)
{
    detail::require_match_text<V>();
    if constexpr (detail::is_match_text<V>)
        return detail::compound<detail::Match, bool>(
            detail::FullTextColumn<Row, false>{},
            detail::terminated_text(std::forward<V>(query), detail::query_with_nul));
    else
        return detail::Refused{};
}

/// The same in one column: `match(col<&JobText::payload>, "mail")`.
template <auto Member, class V>
[[nodiscard]] constexpr auto match(detail::Column<Member> column, V&& query)
{
    detail::require_match_text<V>();
    if constexpr (detail::is_match_text<V>)
        return detail::compound<detail::Match, bool>(
            column, detail::terminated_text(std::forward<V>(query), detail::query_with_nul));
    else
        return detail::Refused{};
}

/// How well a row fits the query; the better, the smaller: `order_by(match_rank<JobText>)` puts the best first.
template <class Row>
inline constexpr detail::FullTextColumn<Row, true> match_rank{};

/// The same with a weight for each column of text, in their order; 1 where there is none.
template <class Row, class... Weights>
[[nodiscard]] constexpr auto bm25(Weights... weights)
{
    static_assert((std::is_arithmetic_v<Weights> && ...), "tenantry: bm25<Row>() takes weights, numbers");
    return detail::compound<detail::FullTextFunction<"bm25">, double>(
        detail::FullTextColumn<Row, false>{}, detail::Parameter<double>{static_cast<double>(weights)}...);
}

/// The text of a column with marks before and behind everything that was found: `highlight<&JobText::payload>("<b>",
/// "</b>")`. Nothing else in the text is changed: escape it first where it goes into HTML.
template <auto Member, detail::MarkText Open, detail::MarkText Close>
    requires FieldPointer<Member>
[[nodiscard]] constexpr auto highlight(Open&& open, Close&& close)
{
    return detail::compound<detail::FullTextFunction<"highlight">, std::string>(
        detail::FullTextColumn<row_of<Member>, false>{}, detail::FullTextPosition<Member>{},
        detail::make_parameter<std::string>(std::forward<Open>(open)),
        detail::make_parameter<std::string>(std::forward<Close>(close)));
}

/// A piece of a column's text around what was found, of at most `words` (1 to 64) words, with marks as `highlight` sets
/// them, and `more` where text was left out.
template <auto Member, detail::MarkText Open, detail::MarkText Close,
          detail::MarkText More = std::string_view>
    requires FieldPointer<Member>
[[nodiscard]] constexpr auto snippet(Open&& open, Close&& close, More&& more = "...", int words = 16)
{
    return detail::compound<detail::FullTextFunction<"snippet">, std::string>(
        detail::FullTextColumn<row_of<Member>, false>{}, detail::FullTextPosition<Member>{},
        detail::make_parameter<std::string>(std::forward<Open>(open)),
        detail::make_parameter<std::string>(std::forward<Close>(close)),
        detail::make_parameter<std::string>(std::forward<More>(more)), detail::Parameter<int>{words});
}

} // namespace tenantry

// json_each<"name", V>(document): what is in a JSON text, read like a table (https://sqlite.org/json1.html#jeach).
#pragma once

#include <string>
#include <type_traits>
#include <utility>

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/column.hpp>
#include <tenantry/expr/detail/json_value.hpp>
#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/detail/result.hpp>
#include <tenantry/expr/json.hpp>
#include <tenantry/expr/json_entry.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/from.hpp>
#include <tenantry/query/join.hpp>
#include <tenantry/query/named_query.hpp>

namespace tenantry {

namespace detail {

template <FixedString Name, class Row, class Call>
struct JsonTableForm : NamedQueryForm<Name, Row, true> {
    using introduced = Row;
    template <class Source>
    static constexpr bool introduces = JsonTableForm::template defines<Source>;

    template <class Out>
    static constexpr void render_table(Out& out)
    {
        out.read();
        Call::render(out);
        out.text(" AS ");
        out.identifier(Name.view());
    }
};

template <FixedString Name, class Row, class Call>
struct FromJsonForm : JsonTableForm<Name, Row, Call> {
    static constexpr Position position = Position::from;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" FROM ");
        FromJsonForm::render_table(out);
    }
};

template <JoinKind Kind, FixedString Name, class Row, class Call, class On>
struct JoinJsonForm : JsonTableForm<Name, Row, Call> {
    static constexpr Position position = Position::join;
    static constexpr bool is_left = Kind == JoinKind::left;
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(Kind == JoinKind::left ? " LEFT JOIN " : " JOIN ");
        JoinJsonForm::render_table(out);
        if constexpr (!std::is_same_v<On, NoCondition>) {
            out.text(" ON ");
            On::render(out);
        }
    }
};

template <FixedString Name, class Row, class Call>
struct JsonTable {
    using tenantry_subquery = void;
    using tenantry_json_table = void;
    using row = Row;
    using source = Row;
    using form = FromJsonForm<Name, Row, typename Call::form>;
    template <JoinKind Kind, class On>
    using join_form = JoinJsonForm<Kind, Name, Row, typename Call::form, On>;

    Call call;

    template <class S>
    static constexpr void check()
    {
        check_named_query<S, Name, Row, true>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Call::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        call.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return JsonTable<Name, Row, owned_t<decltype(call)>>{detail::own_part<Self>(self.call)};
    }
};

// A value among what is selected is read as it is: reading says in words what does not fit.
template <auto Member, class Source>
struct ReadJsonValue {
    template <class Out>
    static constexpr void render(Out& out)
    {
        if constexpr (requires { out.is_outermost(); })
            if (out.is_outermost()) return out.template plain_column<Member, Source>();
        out.template column<Member, Source>();
    }
};
template <auto Member, class Source>
    requires(is_json_entry<row_of<Member>>)
struct output_form<Column<Member, Source>> {
    using type = ReadJsonValue<Member, Source>;
};

// A document, or a path in it, as an argument.
template <class D>
[[nodiscard]] constexpr auto json_argument(D&& document)
{
    constexpr bool sound = [] {
        if constexpr (AnyExpression<D>)
            return is_document<D>;
        else
            return is_text_operand<D>();
    }();
    static_assert(is_refused<D> || sound, "tenantry: functions of JSON are for columns of text or JSON");
    if constexpr (!sound || is_refused<D>)
        return Refused{};
    else if constexpr (AnyExpression<D>)
        return std::remove_cvref_t<D>(std::forward<D>(document));
    else
        return as_operand<std::string>(std::forward<D>(document));
}

template <FixedString Name, template <class> class Entry, class V, class... Arguments>
[[nodiscard]] constexpr auto json_table(Arguments&&... arguments)
{
    static_assert(Name.size() > 0, "tenantry: json_each<\"...\", V>() gives a name that is not empty");
    constexpr bool readable = is_extractable<V> && !is_json_type<V>;
    static_assert(
        readable,
        "tenantry: json_each<\"...\", V>() reads what JSON has: a number, a text, a bool, an enum or a "
        "time; every value is an optional already, and an object is a std::string");
    using Row = Entry<std::conditional_t<readable, V, std::string>>;
    using Call =
        decltype(compound<FunctionSyntax<"json_each">, std::string>(std::forward<Arguments>(arguments)...));
    return JsonTable<Name, Row, Call>{
        compound<FunctionSyntax<"json_each">, std::string>(std::forward<Arguments>(arguments)...)};
}

} // namespace detail

/// The elements of a JSON array, to read from or to join: `select(col<&Post::title>, col<&JsonElement<std::string>::value>)
/// .join(json_each<"tag", std::string>(col<&Post::tags>))`. The document is a column or expression of text or JSON, or a text
/// that is bound; NULL has no elements. V is what the values are: as with `json_extract<V>`,
/// another one is `errc::value_misfit` where a query gives it, and NULL where it is compared or calculated with. Text that is no JSON
/// fails with `errc::invalid_sql`.
template <FixedString Name, class V, class D>
[[nodiscard]] constexpr auto json_each(D&& document)
{
    return detail::json_table<Name, JsonElement, V>(detail::json_argument(std::forward<D>(document)));
}

/// The same of the array at a path in the document: `json_each<"to", std::string>(col<&Mail::headers>, "$.to")`. Nothing where
/// there is no such path.
template <FixedString Name, class V, class D, class Path>
[[nodiscard]] constexpr auto json_each(D&& document, Path&& path)
{
    return detail::json_table<Name, JsonElement, V>(detail::json_argument(std::forward<D>(document)),
                                                    detail::path_operand(std::forward<Path>(path)));
}

/// The same of the members of a JSON object: rows of `JsonMember<V>`, whose key is a name.
template <FixedString Name, class V, class D>
[[nodiscard]] constexpr auto json_members(D&& document)
{
    return detail::json_table<Name, JsonMember, V>(detail::json_argument(std::forward<D>(document)));
}
template <FixedString Name, class V, class D, class Path>
[[nodiscard]] constexpr auto json_members(D&& document, Path&& path)
{
    return detail::json_table<Name, JsonMember, V>(detail::json_argument(std::forward<D>(document)),
                                                   detail::path_operand(std::forward<Path>(path)));
}

} // namespace tenantry

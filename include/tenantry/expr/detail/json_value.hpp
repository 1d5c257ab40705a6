// What json_extract gives: the value at a path, if it is one of the type that is wanted.
#pragma once

#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/expr/detail/form.hpp>
#include <tenantry/expr/detail/named.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// A value in JSON, or NULL where it is of another storage.
template <sqlite::Storage Of, class Out, class Value>
constexpr void render_json_check(Out& out, const Value& value)
{
    out.text("CASE WHEN typeof(");
    value();
    out.text(Of == sqlite::Storage::real   ? ") IN ('real', 'integer') THEN "
             : Of == sqlite::Storage::text ? ") = 'text' THEN "
                                           : ") = 'integer' THEN ");
    value();
    out.text(" END");
}

// json_extract(document, path) in an expression is NULL where the value is of another storage than the codec's, since
// SQLite would compare and calculate with whatever is there: a text is greater than every number.
template <sqlite::Storage Of, bool Aggregates>
struct JsonValue {
    static constexpr Precedence precedence = Precedence::primary;
    static constexpr bool is_json_value = true;

    template <class Out, class Document, class Path>
    static constexpr void render(Out& out)
    {
        if constexpr (is_repeatable_form<Document> && is_repeatable_form<Path>) {
            render_check(out, [&] { render_plain<Out, Document, Path>(out); });
        } else if constexpr (requires { out.next_literal(); }) {
            const std::size_t first = out.next_literal(); // of a declaration, where subqueries may not stand
            render_check(out, [&] {
                out.go_to_literal(first);
                render_plain<Out, Document, Path>(out);
            });
        } else if constexpr (Aggregates) {
            render_plain<Out, Document, Path>(out); // which may not be moved into a subquery
        } else {
            out.text("(SELECT ");
            render_check(out, [&] { out.text("\"tenantry_value\""); });
            out.text(" FROM (SELECT ");
            render_plain<Out, Document, Path>(out);
            out.text(" AS \"tenantry_value\"))");
        }
    }

    template <class Out, class Document, class Path>
    static constexpr void render_plain(Out& out)
    {
        render_call<Document, Path>(out, "json_extract");
    }

private:
    template <class Out, class Value>
    static constexpr void render_check(Out& out, const Value& value)
    {
        render_json_check<Of>(out, value);
    }
};

// What the outermost statement gives is read as it is: reading says in words what does not fit.
template <class Of>
struct ReadForm : Of {};
template <class Syntax, class Document, class Path>
struct ReadForm<Form<Syntax, Document, Path>> : Form<Syntax, Document, Path> {
    template <class Out>
    static constexpr void render(Out& out)
    {
        if constexpr (requires { out.is_outermost(); })
            if (out.is_outermost()) return Syntax::template render_plain<Out, Document, Path>(out);
        Syntax::template render<Out, Document, Path>(out);
    }
};

// The form of an output.
template <class F>
struct output_form {
    using type = F;
};
template <class Syntax, class Document, class Path>
    requires requires { requires Syntax::is_json_value; }
struct output_form<Form<Syntax, Document, Path>> {
    using type = ReadForm<Form<Syntax, Document, Path>>;
};
template <FixedString Name, class Of>
struct output_form<NamedForm<Name, Of>> {
    using type = NamedForm<Name, typename output_form<Of>::type>;
};
template <class F>
using output_form_t = typename output_form<F>::type;

} // namespace tenantry::detail

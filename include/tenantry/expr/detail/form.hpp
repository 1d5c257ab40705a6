// The form of an expression: what is left of its type when values and scopes are taken away, and all that
// its SQL text depends on.
#pragma once

#include <string_view>

#include <tenantry/core/detail/fixed_string.hpp>

namespace tenantry::detail {

// How tightly an operator binds (https://sqlite.org/lang_expr.html#operators_and_parse_affecting_attributes).
enum class Precedence {
    logical_or,
    logical_and,
    logical_not,
    equality,
    relation,
    bits,
    sum,
    product,
    join,
    collate,
    prefix,
    primary,
};

// A form has `precedence`, and `template <class Out> static constexpr void render(Out&)`, where Out is
//     out.text(string_view)              verbatim
//     out.parameter()                    a bound value: its place in a statement, its literal in DDL
//     out.template table<Row>()          the table's name, quoted
//     out.template column<&Row::m>()     the column's name, quoted, and qualified where several tables are named
//     out.template column<&Row::m, Source>()  the same of a source that is not the row's own table: an alias
//     out.template name<&Row::m>()       the column's name, quoted, never qualified

// A value that is bound.
struct ParameterForm {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.parameter();
    }
};

// An operator or a function with its operands. A Syntax has `precedence`, and
// `template <class Out, class... Args> static constexpr void render(Out&)`.
template <class Syntax, class... Args>
struct Form {
    static constexpr Precedence precedence = Syntax::precedence;

    template <class Out>
    static constexpr void render(Out& out)
    {
        Syntax::template render<Out, Args...>(out);
    }
};

// Whether a form has no values and no statements in it: what it says is all in its text.
template <class F>
inline constexpr bool is_repeatable_form = requires { F::member; };
template <class Syntax, class... Args>
inline constexpr bool is_repeatable_form<Form<Syntax, Args...>> = (is_repeatable_form<Args> && ...);

// Whether it is another value each time it is computed, even of the same row.
template <class Syntax>
inline constexpr bool is_volatile_syntax = false;
template <class F>
inline constexpr bool is_volatile_expression = false;
template <class Syntax, class... Args>
inline constexpr bool is_volatile_expression<Form<Syntax, Args...>> =
    is_volatile_syntax<Syntax> || (is_volatile_expression<Args> || ...);

// An operand, in parentheses if it would not hold together in its place.
template <class Operand, class Out>
constexpr void render_operand(Out& out, Precedence at_least)
{
    const bool wrapped = Operand::precedence < at_least;
    if (wrapped) out.text("(");
    Operand::render(out);
    if (wrapped) out.text(")");
}

constexpr Precedence tighter(Precedence precedence) noexcept
{
    return precedence == Precedence::primary ? precedence
                                             : static_cast<Precedence>(static_cast<int>(precedence) + 1);
}

// left-associative: a - b - c is (a - b) - c
template <class Left, class Right, class Out>
constexpr void render_infix(Out& out, std::string_view symbol, Precedence precedence)
{
    render_operand<Left>(out, precedence);
    out.text(symbol);
    render_operand<Right>(out, tighter(precedence));
}

template <FixedString Symbol>
struct PrefixSyntax {
    static constexpr Precedence precedence = Precedence::prefix;

    // tighter, since two minuses in a row begin a comment
    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        out.text(Symbol.view());
        render_operand<Operand>(out, tighter(precedence));
    }
};

template <Precedence Binding, FixedString Symbol>
struct InfixSyntax {
    static constexpr Precedence precedence = Binding;

    template <class Out, class L, class R>
    static constexpr void render(Out& out)
    {
        render_infix<L, R>(out, Symbol.view(), precedence);
    }
};

// a, b, c
template <class... Args, class Out>
constexpr void render_list(Out& out)
{
    [[maybe_unused]] bool first = true;
    ((first ? void(first = false) : out.text(", "), Args::render(out)), ...);
}

// name(a, b, c)
template <class... Args, class Out>
constexpr void render_call(Out& out, std::string_view name)
{
    out.text(name);
    out.text("(");
    render_list<Args...>(out);
    out.text(")");
}

template <FixedString Name>
struct FunctionSyntax {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out, class... Args>
    static constexpr void render(Out& out)
    {
        render_call<Args...>(out, Name.view());
    }
};

template <FixedString Name>
inline constexpr bool is_volatile_syntax<FunctionSyntax<Name>> =
    Name.view() == std::string_view("random") || Name.view() == std::string_view("randomblob");

} // namespace tenantry::detail

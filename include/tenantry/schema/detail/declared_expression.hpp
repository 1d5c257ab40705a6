// Typed expressions in declarations: CHECK, generated columns, defaults, indexes.
//
// An expression is a constant with a name: `inline constexpr auto positive = col<&Job::cost> >= 0;`. A declaration takes
// it by that name, so that two translation units mean the same one.
#pragma once

#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <tenantry/expr/detail/assignment.hpp>
#include <tenantry/expr/detail/literal.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/expr/logic.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/traits.hpp>

namespace tenantry {

namespace detail {

template <const auto& Node>
using node_t = std::remove_cvref_t<decltype(Node)>;

// Where the form of `Node` writes its text: names are the schema's, values are literals.
template <class S, const auto& Node>
class DeclarationOut {
public:
    using schema = S;

    constexpr explicit DeclarationOut(TextSink& sink) noexcept : sink_(sink) {}

    constexpr void text(std::string_view text) noexcept { sink_.text(text); }
    constexpr void identifier(std::string_view name) noexcept { sink_.identifier(name); }
    constexpr void parameter()
    {
        LiteralOut literal(sink_, next_++);
        Node.bind(literal);
    }

    // What is written twice has its literals twice.
    [[nodiscard]] constexpr std::size_t next_literal() const noexcept { return next_; }
    constexpr void go_to_literal(std::size_t next) noexcept { next_ = next; }

    template <class Row>
    constexpr void table() noexcept
    {
        sink_.identifier(table_name<S, Row>);
    }
    template <auto Member>
    constexpr void name() noexcept
    {
        sink_.identifier(column_name_of<S, Member>);
    }
    template <auto Member>
    constexpr void column() noexcept
    {
        name<Member>();
    }

private:
    TextSink& sink_;
    std::size_t next_ = 0;
};

template <class S, const auto& Node>
constexpr void render_expression(TextSink& sink)
{
    DeclarationOut<S, Node> out(sink);
    node_t<Node>::form::render(out);
}

// Functions whose results are others each time they are called.
constexpr bool is_volatile(std::string_view text) noexcept
{
    for (const std::string_view name :
         {"random", "randomblob", "changes", "total_changes", "last_insert_rowid"})
        if (text == name) return true;
    return text.find("'now'") != std::string_view::npos;
}

// Looks through the text of a form: functions are written by their names.
class VolatileSearch {
public:
    bool found = false;

    constexpr void text(std::string_view text) noexcept { found = found || is_volatile(text); }
    constexpr void identifier(std::string_view) noexcept {}
    constexpr void parameter() noexcept {}
    template <class Row>
    constexpr void table() noexcept
    {}
    template <auto Member>
    constexpr void name() noexcept
    {}
    template <auto Member>
    constexpr void column() noexcept
    {}
};

template <class Form>
consteval bool is_volatile_form()
{
    VolatileSearch search;
    Form::render(search);
    return search.found;
}

// What an expression of Row's table may name.
template <class Row>
struct DeclarationRules {
    static constexpr bool takes_volatile = false;

    template <class Other>
    constexpr void table() const
    {
        static_assert(always_false<Other>, "tenantry: an expression in a declaration reads no other rows");
    }
    template <class C>
    constexpr void column() const
    {
        static_assert(std::same_as<typename C::source, Row>,
                      "tenantry: an expression in a table's declaration names a column of another row");
    }
    template <class Q>
    constexpr void nested() const
    {
        static_assert(always_false<Q>, "tenantry: an expression in a declaration reads no other rows");
    }
    template <class V>
    constexpr void value() const
    {}
};

// A default is worked out before there is a row.
struct ConstantRules {
    static constexpr bool takes_volatile = true;

    template <class Other>
    constexpr void table() const
    {
        static_assert(always_false<Other>, "tenantry: an expression in a declaration reads no other rows");
    }
    template <class C>
    constexpr void column() const
    {
        static_assert(always_false<C>, "tenantry: a default names no columns: there is no row yet");
    }
    template <class Q>
    constexpr void nested() const
    {
        static_assert(always_false<Q>, "tenantry: an expression in a declaration reads no other rows");
    }
    template <class V>
    constexpr void value() const
    {}
};

// Whether `Node` can stand in a declaration; never false without a word about it.
template <const auto& Node, class Rules>
consteval bool check_declared()
{
    using E = node_t<Node>;
    if constexpr (!AnyExpression<E>) {
        static_assert(AnyExpression<E>,
                      "tenantry: this takes an expression: inline constexpr auto e = col<&Row::field> > 0;");
        return false;
    } else if constexpr (is_refused<E>) {
        return false;
    } else if constexpr (E::aggregate || is_windowed<E>) {
        static_assert(!E::aggregate && !is_windowed<E>,
                      "tenantry: an expression in a declaration has no aggregate and window functions");
        return false;
    } else {
        Rules rules;
        E::visit(rules);
        if constexpr (!Rules::takes_volatile)
            static_assert(
                !is_volatile_form<typename E::form>(),
                "tenantry: the value of this expression would be another one each time: only a Default "
                "may be");
        constexpr Literal found = [] {
            LiteralCheck check;
            Node.bind(check);
            return check.found;
        }();
        return check_literal<found>();
    }
}

template <const auto& Node, class Row>
consteval bool check_declared_condition()
{
    if constexpr (check_declared<Node, DeclarationRules<Row>>()) {
        constexpr bool condition = is_condition<const node_t<Node>&>();
        static_assert(condition,
                      "tenantry: this takes a condition: a comparison, conditions joined, or a bool");
        return condition;
    } else {
        return false;
    }
}

// Whether the value of `Node` is one of a column of type Field.
template <const auto& Node, class Field>
consteval bool check_declared_value()
{
    using E = node_t<Node>;
    constexpr Mismatch why = assignment_mismatch<Field, const E&>();
    static_assert(why != Mismatch::nullable,
                  "tenantry: the expression's value can be NULL, and the column's member is not optional");
    static_assert(why == Mismatch::none || why == Mismatch::nullable,
                  "tenantry: the expression's value is not of its column's type");
    return why == Mismatch::none;
}

// An expression as a part of an option, where a pointer to a member could be, too. As a part of an index: index.hpp.
template <const auto& Node>
struct ExpressionPart {
    using members = Members<>;
    static constexpr bool is_plain = false;
    static constexpr bool is_condition = false;

    template <class Row>
    static consteval void rules() noexcept
    {
        static_cast<void>(check_declared<Node, DeclarationRules<Row>>());
    }
    template <class S, class Table>
    static constexpr void render(TextSink& out)
    {
        render_expression<S, Node>(out);
    }
};

template <class T>
inline constexpr bool is_expression_part = false;
template <const auto& Node>
inline constexpr bool is_expression_part<ExpressionPart<Node>> = true;

} // namespace detail

/// An expression where a column or a value could stand, too: `Index<"by_length", Expr<length_of_name>>`,
/// `Default<&Job::token, Expr<random_token>>`. The expression is a constant of a namespace or class.
template <const auto& Node>
inline constexpr detail::ExpressionPart<Node> Expr{};

} // namespace tenantry

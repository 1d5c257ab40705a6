// Typed statements in declarations: the query of a view, what a trigger does.
#pragma once

#include <cstddef>
#include <type_traits>

#include <tenantry/expr/detail/literal.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/query/check.hpp>
#include <tenantry/query/detail/statement_text.hpp>
#include <tenantry/schema/detail/declared_expression.hpp>

namespace tenantry::detail {

// Hands the values of a statement to `to`.
template <class Q, class To>
constexpr void bind_declared(const Q& statement, To& to)
{
    if constexpr (requires { typename Q::made_id; }) {
        typename Q::made_id made{};
        statement.bind(to, made);
    } else {
        statement.bind(to);
    }
}

// Where the form of `Node`, a statement or an expression with statements in it, writes its text: with literals in place
// of what would be bound.
template <class S, const auto& Node>
class DeclaredStatementOut : public SqlOut<S> {
public:
    constexpr DeclaredStatementOut(TextSink& sink, bool qualified) noexcept
        : SqlOut<S>(sink, qualified), sink_(sink)
    {}

    constexpr void parameter()
    {
        LiteralOut literal(sink_, next_++);
        bind_declared(Node, literal);
    }

    [[nodiscard]] constexpr std::size_t next_literal() const noexcept { return next_; }
    constexpr void go_to_literal(std::size_t next) noexcept { next_ = next; }

    // What a view gives is no result yet, and no rows are read of it.
    [[nodiscard]] constexpr bool is_outermost() const noexcept { return false; }
    template <class Source>
    constexpr void mark() noexcept
    {}

private:
    TextSink& sink_;
    std::size_t next_ = 0;
};

// The same in a trigger on `On`: there are the columns of its old and of its new row.
template <class S, const auto& Node, class On, bool HasOld, bool HasNew>
class TriggerOut : public DeclaredStatementOut<S, Node> {
public:
    constexpr TriggerOut(TextSink& sink, bool qualified) noexcept
        : DeclaredStatementOut<S, Node>(sink, qualified)
    {}

    template <bool IsNew, auto Member>
    constexpr void trigger_column()
    {
        static_assert(std::is_same_v<row_of<Member>, On>,
                      "tenantry: old_<> and new_<> name columns of the table that the trigger is on");
        static_assert(IsNew ? HasNew : HasOld,
                      "tenantry: an inserted row has no old_<>, and a removed one no new_<>");
        this->text(IsNew ? "new." : "old.");
        this->template name<Member>();
    }
};

// How much of a text is chosen at run time.
template <class Out, class Form>
consteval unsigned declared_choices()
{
    TextSink nowhere;
    Out counting(nowhere, true);
    Form::render(counting);
    return counting.choice_bits();
}

// Out is one of the above, but for its first two arguments.
template <class Out, class Form>
constexpr void render_declared(TextSink& sink)
{
    static_assert(
        declared_choices<Out, Form>() == 0,
        "tenantry: what when() and order_list() stand for is chosen at run time, and a declaration is made "
        "before");
    TextSink nowhere;
    Out counting(nowhere, true);
    Form::render(counting);
    Out out(sink, counting.sources() > 1);
    Form::render(out);
}

template <const auto& Node>
consteval bool check_literals()
{
    constexpr Literal found = [] {
        LiteralCheck check;
        bind_declared(Node, check);
        return check.found;
    }();
    return check_literal<found>();
}

// Whether a statement or expression reads a virtual table: a full-text one.
template <class S>
struct VirtualSearch {
    using definitions = Definitions<NoNames>;

    bool found = false;

    template <class Source>
    constexpr void table()
    {
        if constexpr (has_table<S, source_row<Source>>)
            found = found || is_virtual<table_of<S, source_row<Source>>>;
    }
    template <class C>
    constexpr void column() const
    {}
    template <class V>
    constexpr void value() const
    {}
    template <class Row>
    constexpr void row() const
    {}
    template <class Row>
    constexpr void excluded() const
    {}
    template <class Q>
    constexpr void nested()
    {
        Q::visit(*this);
    }
    template <class Q, class Visible>
    constexpr void named()
    {
        Q::visit(*this);
    }
};

template <class S, class Q>
consteval bool names_virtual_table()
{
    VirtualSearch<S> search;
    Q::visit(search);
    return search.found;
}

} // namespace tenantry::detail

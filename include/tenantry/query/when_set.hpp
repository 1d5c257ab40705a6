// An assignment of which it is known only at run time whether it is there: a part of update().set(...).
#pragma once

#include <optional>
#include <type_traits>

#include <tenantry/expr/detail/assignment.hpp>
#include <tenantry/expr/detail/of_temporary.hpp>
#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/query/detail/choices.hpp>
#include <tenantry/query/detail/clause.hpp>

namespace tenantry::detail {

template <class Form>
struct WhenSetForm {
    static constexpr bool is_optional = true;
    using assignment = Form;
};

// Empty where it is left out.
template <class A>
struct WhenSet {
    using tenantry_when_set = void;
    using column = typename A::column;
    using form = WhenSetForm<typename A::form>;

    std::optional<A> assignment;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        A::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        add_choice(to, 1, assignment ? 1 : 0);
        if (assignment) assignment->bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        using Owned = owned_t<decltype(*assignment)>;
        return self.assignment ? WhenSet<Owned>{detail::owned(*std::forward<Self>(self).assignment)}
                               : WhenSet<Owned>{};
    }
};

// The assignment that it is, if it is there.
template <class A>
struct assigned_of {
    using type = A;
};
template <class A>
struct assigned_of<WhenSet<A>> {
    using type = A;
};
template <class A>
struct assigned_of<OfTemporary<A>> : assigned_of<A> {};
template <class A>
using assigned_t = typename assigned_of<A>::type;

template <class T>
concept AnyWhenSet = requires { typename std::remove_cvref_t<T>::tenantry_when_set; };

// SET with what is there. Where nothing is, a column stays as it is: the statement chooses, counts and returns its rows
// as ever.
template <class Column, class... Forms>
struct ChosenSetForm {
    static constexpr Position position = Position::assignments;

    template <class Out>
    static constexpr void render(Out& out)
    {
        bool first = true;
        (render_one<Forms>(out, first), ...);
        if (!first) return;
        out.text(" SET ");
        out.template name<Column::member>();
        out.text(" = ");
        out.template column<Column::member>();
    }

private:
    template <class Form, class Out>
    static constexpr void render_one(Out& out, bool& first)
    {
        if constexpr (requires { Form::is_optional; }) {
            if (out.choose(1, 1) != 0) render_one<typename Form::assignment>(out, first);
        } else {
            out.text(first ? " SET " : ", ");
            first = false;
            Form::render(out);
        }
    }
};

} // namespace tenantry::detail

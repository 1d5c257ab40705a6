// `.returning(...)`: RETURNING.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/expr/detail/owned.hpp>
#include <tenantry/expr/expression.hpp>
#include <tenantry/query/detail/clause.hpp>
#include <tenantry/query/detail/outputs.hpp>

namespace tenantry {

namespace detail {

template <class Form>
struct ReturningForm {
    static constexpr Position position = Position::returning;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" RETURNING");
        Form::render(out);
    }
};

// Subject is what a select would have: a whole row, or expressions.
template <class Subject>
struct Returning {
    using source = void;
    using form = ReturningForm<typename Subject::form>;
    template <class Rows>
    using reading = typename Subject::template reading<Rows>;
    using result_subject = Subject;

    Subject subject;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        Subject::visit(visitor);
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        subject.bind(to);
    }
    template <class Self>
    [[nodiscard]] static constexpr auto own(Self&& self)
    {
        return Returning<owned_t<Subject>>{detail::own_part<Self>(self.subject)};
    }
};

// What an update or remove gives: its rows where it says returning(), otherwise how many it changed.
template <class Clause>
struct ChangeResult {
    using result_subject = typename Clause::result_subject;
    template <class Rows>
    using reading = typename Clause::template reading<Rows>;
    template <class Rows>
    using result = std::vector<typename reading<Rows>::type>;
};
template <>
struct ChangeResult<void> {
    template <class Rows>
    using result = std::int64_t;
};

template <class... Clauses>
using change_result = ChangeResult<clause_at<Position::returning, Clauses...>>;

template <class Row, class Statement, class... E>
[[nodiscard]] constexpr auto add_returning(Statement&& statement, E&&... expressions)
{
    constexpr bool sound = ((AnyExpression<E> || AnyNamed<E>) && ...);
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::returning>,
                  "tenantry: returning() is there already: give it all columns at once");
    static_assert(sound, "tenantry: returning() takes columns and expressions, or nothing for the whole row");
    if constexpr (!sound) {
        return with_clause(std::forward<Statement>(statement), Returning<WholeRow<Row>>{});
    } else if constexpr (sizeof...(E) == 0) {
        return with_clause(std::forward<Statement>(statement), Returning<WholeRow<Row>>{});
    } else {
        static_assert(
            (!std::remove_cvref_t<E>::aggregate && ...),
            "tenantry: returning() gives values of each row: aggregate functions have no place in it");
        using Subject = Expressions<std::remove_cvref_t<E>...>;
        return with_clause(std::forward<Statement>(statement),
                           Returning<Subject>{Subject{{{std::forward<E>(expressions)}...}}});
    }
}

template <class Statement>
struct CanReturning {
    /// Gives back the rows as they are afterwards (of a remove: as they were), in no certain order: the whole
    /// row, or some columns and expressions of it, as `select` gives them. The result is a vector; `first(...)`
    /// and `one(...)` give single rows. All rows are written before the first comes back
    /// (https://sqlite.org/lang_returning.html), so that `first` and `one` change no less than the whole.
    template <class... E>
    [[nodiscard]] constexpr auto returning(E&&... expressions) const&
    {
        return add_returning<typename Statement::row_type>(static_cast<const Statement&>(*this),
                                                           std::forward<E>(expressions)...);
    }
    template <class... E>
    [[nodiscard]] constexpr auto returning(E&&... expressions) &&
    {
        return add_returning<typename Statement::row_type>(static_cast<Statement&&>(*this),
                                                           std::forward<E>(expressions)...);
    }
};

} // namespace detail

} // namespace tenantry

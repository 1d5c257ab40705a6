// `.distinct()`: DISTINCT.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/query/detail/clause.hpp>

namespace tenantry {

namespace detail {

struct Distinct {
    using source = void;
    using form = Distinct;
    static constexpr Position position = Position::distinct;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" DISTINCT");
    }
    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <class Statement>
[[nodiscard]] constexpr auto add_distinct(Statement&& statement)
{
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::distinct>,
                  "tenantry: distinct() is there already");
    return with_clause(std::forward<Statement>(statement), Distinct{});
}

template <class Statement>
struct CanDistinct {
    /// Of rows that are equal in what is selected, one.
    [[nodiscard]] constexpr auto distinct() const&
    {
        return add_distinct(static_cast<const Statement&>(*this));
    }
    [[nodiscard]] constexpr auto distinct() && { return add_distinct(static_cast<Statement&&>(*this)); }
};

} // namespace detail

} // namespace tenantry

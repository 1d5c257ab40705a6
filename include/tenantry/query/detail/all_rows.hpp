// all_rows(): what an update or remove without where() has to say.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/query/detail/clause.hpp>

namespace tenantry {

namespace detail {

// In the place of WHERE there is nothing.
struct AllRows {
    using source = void;
    using form = AllRows;
    static constexpr Position position = Position::where;

    template <class Out>
    static constexpr void render(Out&)
    {}
    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
};

template <class Statement>
[[nodiscard]] constexpr auto add_all_rows(Statement&& statement)
{
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::where>,
                  "tenantry: all_rows() and where() exclude each other");
    return with_clause(std::forward<Statement>(statement), AllRows{});
}

template <class Statement>
struct CanAllRows {
    /// Every row of the table is meant.
    [[nodiscard]] constexpr auto all_rows() const&
    {
        return add_all_rows(static_cast<const Statement&>(*this));
    }
    [[nodiscard]] constexpr auto all_rows() && { return add_all_rows(static_cast<Statement&&>(*this)); }
};

} // namespace detail

} // namespace tenantry

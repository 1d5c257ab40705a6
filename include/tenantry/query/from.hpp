// FROM
#pragma once

#include <concepts>
#include <type_traits>
#include <utility>

#include <tenantry/core/reflect.hpp>
#include <tenantry/query/clause.hpp>

namespace tenantry {

namespace detail {

template <class Row>
struct From {
    using source = Row;
    using form = From;
    using introduced = Row;
    static constexpr Position position = Position::from;
    template <class Other>
    static constexpr bool introduces = std::same_as<Other, Row>;

    template <class Out>
    static constexpr void render(Out& out)
    {
        out.text(" FROM ");
        out.template table<Row>();
    }
    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template table<Row>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    [[nodiscard]] constexpr From owned() const { return {}; }
};

template <class Row, class Statement>
[[nodiscard]] constexpr auto add_from(Statement&& statement)
{
    static_assert(!std::remove_cvref_t<Statement>::template has<Position::from>,
                  "tenantry: from() is there already");
    return with_clause(std::forward<Statement>(statement), From<Row>{});
}

template <class Statement>
struct CanFrom {
    /// The table to read; needed only where no column says so: `select(count()).from<Job>()`.
    template <class Row>
    [[nodiscard]] constexpr auto from() const&
    {
        return add_from<Row>(static_cast<const Statement&>(*this));
    }
    template <class Row>
    [[nodiscard]] constexpr auto from() &&
    {
        return add_from<Row>(static_cast<Statement&&>(*this));
    }
};

} // namespace detail

} // namespace tenantry

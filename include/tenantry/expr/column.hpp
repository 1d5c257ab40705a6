// A column, spelt as the member it is declared by.
#pragma once

#include <tenantry/core/reflect.hpp>
#include <tenantry/expr/assignment.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

template <auto Member>
struct Column {
    using tenantry_expression = void;
    using value_type = field_of<Member>;
    using source = row_of<Member>;
    using form = Column;
    static constexpr auto member = Member;
    static constexpr bool aggregate = false;
    static constexpr Precedence precedence = Precedence::primary;
    template <class... Keys>
    static constexpr bool grouped = (std::same_as<Column, Keys> || ...);

    /// What `update<Row>().set(...)` takes: `col<&Job::status> = JobStatus::done`. Nothing is changed by it.
    template <class V>
    constexpr assignment_t<Column, V> operator=(V&& value) const
    {
        return assign<Column>(std::forward<V>(value));
    }

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template column<Column>();
    }
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    template <class Out>
    static constexpr void render(Out& out)
    {
        out.template column<Member>();
    }
    [[nodiscard]] constexpr Column owned() const { return {}; }
};

} // namespace detail

/// The column of a member: `col<&AuditLog::module>`.
template <auto Member>
    requires FieldPointer<Member>
inline constexpr detail::Column<Member> col{};

} // namespace tenantry

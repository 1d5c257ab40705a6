// `old_<&Job::status>`, `new_<&Job::status>`: columns of the row that a trigger is about.
#pragma once

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/expr/detail/pack.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

template <bool IsNew, auto Member>
struct TriggerColumn {
    using tenantry_expression = void;
    using value_type = field_of<Member>;
    using source = void; // it brings no table into a statement
    using form = TriggerColumn;
    static constexpr bool aggregate = false;
    static constexpr Precedence precedence = Precedence::primary;
    template <class...>
    static constexpr bool grouped = true;

    template <class Visitor>
    static constexpr void visit(Visitor&)
    {}
    template <class Parameters>
    constexpr void bind(Parameters&) const
    {}
    template <class Out>
    static constexpr void render(Out& out)
    {
        if constexpr (requires { out.template trigger_column<IsNew, Member>(); })
            out.template trigger_column<IsNew, Member>();
        else
            static_assert(always_false<Out>,
                          "tenantry: old_<> and new_<> are rows of a trigger: they stand in its statements");
    }
};

} // namespace detail

/// A column of the row as it was before, in a trigger's condition and statements.
template <auto Member>
    requires FieldPointer<Member>
inline constexpr detail::TriggerColumn<false, Member> old_{};

/// A column of the row as it is afterwards.
template <auto Member>
    requires FieldPointer<Member>
inline constexpr detail::TriggerColumn<true, Member> new_{};

} // namespace tenantry

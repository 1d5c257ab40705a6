// `Check<"cost_positive", positive>`: a condition that every row fulfils.
#pragma once

#include <tenantry/core/detail/fixed_string.hpp>
#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/declared_expression.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// A CHECK constraint (https://sqlite.org/lang_createtable.html#ckconst). `Condition` is a constant,
/// `inline constexpr auto positive = col<&Job::cost> >= 0;`. A row for which it is NULL fulfils it. Writing one that
/// does not is `errc::constraint`, and the message has the name.
template <FixedString Name, const auto& Condition>
struct Check {
    using tenantry_members = detail::Members<>;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(!Name.view().empty(), "tenantry: a check has a name");
        static_cast<void>(detail::check_declared_condition<Condition, typename Table::row_type>());
    }

    template <class S, class Table>
    static constexpr void constraint(detail::TextSink& out)
    {
        out.text("CONSTRAINT ");
        out.identifier(Name.view());
        out.text(" CHECK (");
        detail::render_expression<S, Condition>(out);
        out.put(')');
    }
};

} // namespace tenantry

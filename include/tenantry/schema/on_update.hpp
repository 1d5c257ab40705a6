// `OnUpdate<&Task::project, Action::cascade>`: what happens to a row when the key it refers to changes.
#pragma once

#include <cstddef>

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/action.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// For a foreign key, a member `Id<Other>` or `std::optional<Id<Other>>`. Without it: `Action::no_action`.
template <auto Field, Action What>
struct OnUpdate {
    using tenantry_members = detail::Members<Field>;
    static constexpr bool tenantry_leaves_part = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(detail::Reference<field_of<Field>>::is_reference,
                      "tenantry: OnUpdate is for a foreign key, a member Id<Other> or optional<Id<Other>>");
        static_assert(
            What != Action::set_null || sqlite::is_nullable<field_of<Field>>,
            "tenantry: Action::set_null is for a foreign key that can be NULL, an optional<Id<Other>>");
    }

    template <class S, class Table>
    static constexpr void reference(detail::TextSink& out, std::size_t i) noexcept
    {
        if (!tenantry_members::contains(i)) return;
        out.text(" ON UPDATE ");
        out.text(detail::action_text(What));
    }
};

} // namespace tenantry

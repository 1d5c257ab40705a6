// What `OnDelete` and `OnUpdate` have in common: an action on one foreign key.
#pragma once

#include <cstddef>
#include <string_view>

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/action.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::detail {

// `Option` says when: `tenantry_event`.
template <class Option, auto Field, Action What>
struct ReferenceAction {
    using tenantry_members = Members<Field>;
    static constexpr bool tenantry_leaves_part = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(Reference<field_of<Field>>::is_reference,
                      "tenantry: OnDelete and OnUpdate are for a foreign key, a member Id<Other> or "
                      "optional<Id<Other>>");
        static_assert(
            What != Action::set_null || sqlite::is_nullable<field_of<Field>>,
            "tenantry: Action::set_null is for a foreign key that can be NULL, an optional<Id<Other>>");
    }

    template <class S, class Table>
    static constexpr void reference(TextSink& out, std::size_t i) noexcept
    {
        if (!tenantry_members::contains(i)) return;
        out.text(Option::tenantry_event);
        out.text(action_text(What));
    }
};

} // namespace tenantry::detail

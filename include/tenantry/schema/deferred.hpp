// `Deferred<&Task::project>`: a foreign key that is checked when the transaction ends.
#pragma once

#include <cstddef>

#include <tenantry/expr/detail/text.hpp>
#include <tenantry/schema/detail/column.hpp>
#include <tenantry/schema/detail/option.hpp>

namespace tenantry {

/// DEFERRABLE INITIALLY DEFERRED (https://sqlite.org/foreignkeys.html#fk_deferred): rows may refer to each other before
/// all of them are there. For a member `Id<Other>` or `std::optional<Id<Other>>`.
template <auto Field>
struct Deferred {
    using tenantry_members = detail::Members<Field>;
    static constexpr bool tenantry_leaves_part = true;

    template <class Table>
    static consteval void rules() noexcept
    {
        static_assert(detail::Reference<field_of<Field>>::is_reference,
                      "tenantry: Deferred is for a foreign key, a member Id<Other> or optional<Id<Other>>");
    }

    template <class S, class Table>
    static constexpr void deferral(detail::TextSink& out, std::size_t i) noexcept
    {
        if (tenantry_members::contains(i)) out.text(" DEFERRABLE INITIALLY DEFERRED");
    }
};

} // namespace tenantry

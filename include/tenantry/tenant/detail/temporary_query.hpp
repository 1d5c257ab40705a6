// Queries that are handed to an operation without a name.
#pragma once

#include <type_traits>

#include <tenantry/async/detail/temporary_options.hpp>
#include <tenantry/core/detail/compiler.hpp>
#include <tenantry/query/detail/temporaries.hpp>

namespace tenantry::detail {

/// Whether all that a `Q&&` is made of is destroyed once: see safe_as_temporary. What has a name was made in another expression.
template <class Q, class Token>
consteval bool safe_as_query()
{
    if constexpr (!coroutine_temporaries_broken || std::is_lvalue_reference_v<Q> ||
                  !is_to_be_awaited<std::remove_cvref_t<Token>>)
        return true;
    else
        return !is_of_temporary<std::remove_cvref_t<Q>>();
}

} // namespace tenantry::detail

// The one place that touches what Boost.PFR keeps to itself: tying the fields of an aggregate by a number that is known
// already, and finding the fields in what comes of that.
#pragma once

#include <cstddef>
#include <type_traits>

#include <boost/pfr/core.hpp>

namespace tenantry::detail {

// `tied::get<I>(fields)` is a reference to field I.
namespace tied = boost::pfr::detail::sequence_tuple;

// References to the fields of `row`, which has `Count` of them. Some versions of PFR count them themselves.
template <std::size_t Count, class Row>
constexpr auto tie_counted(Row& row) noexcept
{
    using Counted = std::integral_constant<std::size_t, Count>;
    if constexpr (requires { boost::pfr::detail::tie_as_tuple(row, Counted{}); })
        return boost::pfr::detail::tie_as_tuple(row, Counted{});
    else
        return boost::pfr::detail::tie_as_tuple(row);
}

} // namespace tenantry::detail

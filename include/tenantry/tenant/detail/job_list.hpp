// Former name of a list of operations, for headers that still use it.
#pragma once

#include <tenantry/tenant/detail/job.hpp>
#include <tenantry/tenant/detail/operation_list.hpp>

namespace tenantry::detail {

using JobList = OperationList;

} // namespace tenantry::detail

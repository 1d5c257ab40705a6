// Former name of a queue of operations, for headers that still use it.
#pragma once

#include <tenantry/tenant/detail/job_list.hpp>
#include <tenantry/tenant/detail/operation_queue.hpp>

namespace tenantry::detail {

using JobQueue = OperationQueue;

} // namespace tenantry::detail

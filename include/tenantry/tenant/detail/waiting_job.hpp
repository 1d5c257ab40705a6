// Former name of an operation that a thread waits for, for headers that still use it.
#pragma once

#include <tenantry/tenant/detail/blocking_operation.hpp>
#include <tenantry/tenant/detail/job.hpp>

namespace tenantry::detail {

template <class R, class Work>
using WaitingJob = BlockingOperation<R, Work>;

} // namespace tenantry::detail

// Former names of an operation, for headers that still use them.
#pragma once

#include <tenantry/tenant/detail/operation.hpp>

namespace tenantry::detail {

using Job = Operation;
using JobKind = OperationKind;
template <class R>
using JobOf = OperationOf<R>;
template <class R, class Work, class Keep>
using CallerJob = CallersOperation<R, Work, Keep>;

} // namespace tenantry::detail

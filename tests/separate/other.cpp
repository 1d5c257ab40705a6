// The other unit of the programs that must not link.
#include <tenantry/core/descriptors.hpp>

std::size_t limit_seen_by_other() noexcept { return tenantry::descriptor_limit(); }

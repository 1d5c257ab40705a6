// The one unit of the programs that must not link.
#include <tenantry/core/descriptors.hpp>

std::size_t limit_seen_by_other() noexcept;

int main() { return tenantry::descriptor_limit() == limit_seen_by_other() ? 0 : 1; }

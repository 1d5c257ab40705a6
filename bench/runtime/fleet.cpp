#include "tenants.hpp"

#include <tenantry/fleet/open.hpp>

namespace bench {

Fleet<Slot> open_fleet(const std::filesystem::path& root, const FleetOptions& options)
{
    return need(Fleet<Slot>::open(root, options));
}

} // namespace bench

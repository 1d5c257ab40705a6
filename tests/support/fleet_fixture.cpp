#include "support/fleet_fixture.hpp"

#include <tenantry/fleet/open.hpp>

namespace tenantry::test {

Result<Fleet<Notes>> open_notes(const std::filesystem::path& root, const FleetOptions& options)
{
    return Fleet<Notes>::open(root, options);
}

Result<Fleet<Notes>> open_notes(const boost::asio::any_io_executor& executor,
                                const std::filesystem::path& root, const FleetOptions& options)
{
    return Fleet<Notes>::open(executor, root, options);
}

} // namespace tenantry::test

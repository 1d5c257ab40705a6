#include "support/fleet_fixture.hpp"

#include <cstdlib>

#include <tenantry/fleet/open.hpp>

namespace tenantry::test {

namespace {

// ctest runs some of the tests a second time so: <name>.sole.
FleetOptions as_asked(FleetOptions options)
{
    if (std::getenv("TENANTRY_TEST_SOLE_OWNER") == nullptr) return options;
    options.sole_owner = true;
    options.tenant.readers = options.max_readers = 0;
    return options;
}

} // namespace

Result<Fleet<Notes>> open_notes(const std::filesystem::path& root, const FleetOptions& options)
{
    return Fleet<Notes>::open(root, as_asked(options));
}

Result<Fleet<Notes>> open_notes(const boost::asio::any_io_executor& executor,
                                const std::filesystem::path& root, const FleetOptions& options)
{
    return Fleet<Notes>::open(executor, root, as_asked(options));
}

} // namespace tenantry::test

// Opening a fleet: what brings in all that runs one, or in a program that is compiled separately, the declaration of it.
#pragma once

#include <filesystem>
#include <memory>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/detail/port.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/schema_info.hpp>

namespace tenantry {

namespace detail {

/// What runs a fleet that is open.
struct OpenedFleet {
    std::unique_ptr<FleetPool> pool; // none where the executor is the caller's
    std::shared_ptr<FleetPort> core;
};

/// Opens the root for the schema of this name, and runs the fleet on `executor`, or where that is null on a pool of its own.
/// Errors as `Fleet::open`.
[[nodiscard]] Result<OpenedFleet> open_fleet(const boost::asio::any_io_executor* executor,
                                             const std::filesystem::path& root, const FleetOptions& options,
                                             std::string_view schema_name, const SchemaInfo& (*schema)());

template <class S>
struct FleetOpener {
    [[nodiscard]] static Result<Fleet<S>> open(const std::filesystem::path& root, const FleetOptions& options)
    {
        return open(nullptr, root, options);
    }

    [[nodiscard]] static Result<Fleet<S>> open(const boost::asio::any_io_executor& executor,
                                               const std::filesystem::path& root, const FleetOptions& options)
    {
        return open(&executor, root, options);
    }

private:
    [[nodiscard]] static Result<Fleet<S>> open(const boost::asio::any_io_executor* executor,
                                               const std::filesystem::path& root, const FleetOptions& options)
    {
        auto opened = open_fleet(executor, root, options, schema_name<S>(), &schema_info<S>);
        if (!opened) return fail(std::move(opened).error());
        return Fleet<S>(std::move(opened->pool), std::move(opened->core));
    }
};

} // namespace detail

} // namespace tenantry

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/open.ipp>
#endif

// A handle without a fleet, of a tenant that the test has opened itself.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include <boost/asio/thread_pool.hpp>

#include <tenantry/schema/ddl.hpp>
#include <tenantry/tenant/detail/tenant.hpp>
#include <tenantry/tenant/tenant_db.hpp>

#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace tenantry::test {

template <class S>
class OpenedOf {
public:
    explicit OpenedOf(const std::string& name = "one")
    {
        std::filesystem::create_directory(directory_.path() / "staging");
        const auto place = directory_.path() / "tenant";
        must(detail::create_directory(directory_.path() / "staging", place, schema_info<S>(), {}));
        tenant_ = must(detail::Tenant::open(*TenantId::parse(name), place, schema_info<S>(), {},
                                            pool_.get_executor(), timers_));
        lease = std::make_shared<detail::Lease>(tenant_);
        db = detail::HandleMaker::make<S>(lease, pool_.get_executor());
    }
    ~OpenedOf()
    {
        tenant_->shut(errc::tenant_gone, "", [] {});
        tenant_->wait_idle();
        must(tenant_->close());
        pool_.join();
    }

    detail::LeasePtr lease;
    TenantDb<S> db;

private:
    test::TempDir directory_;
    boost::asio::thread_pool pool_{2};
    detail::TimerThread timers_;
    std::shared_ptr<detail::Tenant> tenant_;
};

using Opened = OpenedOf<Notes>;

} // namespace tenantry::test

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/for_each.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

#include "../harness.hpp"
#include "side.hpp"

namespace bench {

namespace {

FleetOptions options_for(Lasting lasting)
{
    FleetOptions options;
    options.max_open = 1000;
    options.tenant.profile.durability =
        lasting == Lasting::power_loss ? sqlite::Durability::full : sqlite::Durability::normal;
    return options;
}

std::string name(int tenant) { return "tenant-" + std::to_string(tenant); }

class FleetSide final : public Side {
public:
    FleetSide(const std::filesystem::path& directory, Lasting lasting)
        : fleet_(need(Fleet<Slot>::open(directory, options_for(lasting))))
    {}

    void fill(int tenants, std::int64_t entries) override
    {
        for (int tenant = 0; tenant < tenants; ++tenant) {
            need(fleet_.create(name(tenant)));
            need(fleet_.with(name(tenant), [&](auto db) {
                return db.write([&](auto& tx) -> Result<void> {
                    for (std::int64_t i = tenant; i < entries; i += tenants) {
                        const AuditLog row = entry(i);
                        if (auto done = tx.run(tenantry::insert(row)); !done) return done;
                    }
                    return {};
                });
            }));
        }
    }

    std::size_t latest(int tenant) override
    {
        return need(fleet_.with(name(tenant),
                                [](auto db) {
                                    return db.read(
                                        select<AuditLog>().order_by(desc(col<&AuditLog::at>)).limit(100));
                                }))
            .size();
    }

    void insert(int tenant, const AuditLog& row) override
    {
        (void)need(fleet_.with(name(tenant), [&](auto db) { return db.write(tenantry::insert(row)); }));
    }

    void update(int tenant, const Config& row) override
    {
        (void)need(fleet_.with(name(tenant), [&](auto db) { return db.write(upsert(row)); }));
    }

    std::int64_t count_failed() override
    {
        auto body = []<class T>(TenantDb<T> db) -> boost::asio::awaitable<Result<std::int64_t>> {
            co_return co_await db.async_read(
                one(select(count()).from(table<AuditLog>).where(col<&AuditLog::status> == Status::failed)));
        };
        ForEachOptions how;
        how.concurrency = 8;
        boost::asio::io_context context(1);
        auto operation = async_for_each(fleet_, Which::all(), body, how);
        auto future =
            std::move(operation)(boost::asio::bind_executor(context.get_executor(), boost::asio::use_future));
        context.run();
        std::int64_t sum = 0;
        for (const auto& each : need(future.get()).tenants) sum += need(*each.result);
        return sum;
    }

private:
    Fleet<Slot> fleet_;
};

} // namespace

std::unique_ptr<Side> fleet_side(const std::filesystem::path& directory, Lasting lasting)
{
    return std::make_unique<FleetSide>(directory, lasting);
}

} // namespace bench

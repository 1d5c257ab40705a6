// What the library itself does with a handle beyond what a program may.
#pragma once

#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include <tenantry/core/error.hpp>
#include <tenantry/tenant/detail/lease.hpp>
#include <tenantry/tenant/fwd.hpp>

namespace tenantry::detail {

// Makes handles, for the fleet, of leases it has granted.
struct HandleMaker {
    template <class T>
    [[nodiscard]] static TenantDb<T> make(LeasePtr lease, boost::asio::any_io_executor executor)
    {
        return TenantDb<T>(std::move(lease), std::move(executor));
    }
};

// For operations that are functions of their own.
struct HandleAccess {
    /// Begins an operation that does `work(sqlite::Connection&)`.
    template <auto submit, class T, class Work, class Token>
    static auto begin(const TenantDb<T>& db, Work work, Token&& token)
    {
        return db.template begin<submit>(std::move(work), std::forward<Token>(token));
    }

    /// The same among the tenant's writes, waiting for it here.
    template <class T, class Work>
    [[nodiscard]] static auto write_and_wait(const TenantDb<T>& db, Work work)
    {
        return db.write_and_wait(Work::kind, work);
    }

    /// The same on a reader, here and now.
    template <class R, class T, class Function>
    [[nodiscard]] static Result<R> read_now(const TenantDb<T>& db, Function&& function)
    {
        if (auto can = usable(db.lease_); !can) return fail(std::move(can).error());
        return db.lease_->tenant().template read_now<R>(std::forward<Function>(function), db.limits_);
    }
};

} // namespace tenantry::detail

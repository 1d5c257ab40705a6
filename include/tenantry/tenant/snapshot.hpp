// Several reads of one state of the database.
#pragma once

#include <cstdint>
#include <memory>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/blob.hpp>
#include <tenantry/tenant/key_for.hpp>
#include <tenantry/tenant/record.hpp>

namespace tenantry {

/// A read transaction of tenant `T`, for as long as the body runs it was handed to: all its reads see the
/// database as it was at the first of them, whatever is written meanwhile. Cheaper than as many single reads,
/// since SQLite takes its file locks once. While it lives the WAL cannot be checkpointed beyond it, so a long
/// one makes the WAL grow.
///
/// Not to be kept, and not to be used from another thread.
template <class T>
class Snapshot {
public:
    /// The scope.
    using tenant_type = T;
    /// The tables that it may name.
    using schema = schema_of<T>;

    Snapshot(const Snapshot&) = delete;
    Snapshot& operator=(const Snapshot&) = delete;

    /// The number made when this tenant was created.
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return connection_->incarnation(); }

    /// Runs a query and gives what it finds, a vector of records, or of `first(query)` an optional, of `one(query)` the record.
    template <Statement Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> read(const Q& query)
    {
        static_assert(
            ReadQuery<Q>,
            "tenantry: read takes a query that reads; a snapshot changes nothing, async_write does");
        static_assert(check_query<T, Q>());
        return detail::execute_checked<schema, Records<T>>(*connection_, query);
    }

    /// Calls `body(row)` for each row, without keeping them: see `tenantry::for_each`.
    template <ReadQuery Q, class Body>
    [[nodiscard]] auto for_each(const Q& query, Body&& body) -> detail::walk_result<Records<T>, Q, Body>
    {
        static_assert(check_query<T, Q>());
        return tenantry::for_each<schema, Records<T>>(*connection_, query, body);
    }

    /// A blob of the row with this primary key, to be read in pieces: `snapshot.blob(col<&File::content>, key)`. Keys are
    /// given as to `update<Row>(key)`.
    ///
    /// Errors: no_such_row; wrong_tenant for a key of another tenant.
    template <class C, class... K>
    [[nodiscard]] auto blob(const C&, K&&... key)
    {
        if constexpr (detail::check_blob<schema, C>()) {
            using Handle = BlobReader<T, C::member>;
            const auto make = [](std::shared_ptr<detail::OpenBlob> open) { return Handle(std::move(open)); };
            return detail::open_blob<T, C, Handle>(*connection_, blobs_, make, std::forward<K>(key)...);
        } else {
            return Result<void>();
        }
    }

private:
    friend TenantDb<T>;
    explicit Snapshot(sqlite::Connection& connection) noexcept : connection_(&connection) {}

    sqlite::Connection* connection_;
    detail::OpenBlobs blobs_;
};

} // namespace tenantry

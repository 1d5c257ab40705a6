// What a transaction body works with.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/blob.hpp>
#include <tenantry/tenant/key_for.hpp>
#include <tenantry/tenant/record.hpp>

namespace tenantry {

namespace detail {
struct TxMaker; // of a tenant in memory, for tests
struct TxAccess;
} // namespace detail

/// A write transaction of tenant `T`, for as long as the body runs it was handed to. Everything it does is
/// committed when the body returns a value, and rolled back when it returns an error or throws. It sees its
/// own writes.
///
/// Runs in the body's thread, without hops; not to be kept, and not to be used from another thread.
template <class T>
class Tx {
public:
    /// The scope.
    using tenant_type = T;
    /// The tables that it may name.
    using schema = schema_of<T>;

    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    /// The number made when this tenant was created.
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return connection_->incarnation(); }

    /// Runs a query and gives what it finds, a vector of records, or of `first(query)` an optional, of `one(query)` the record.
    template <Statement Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> read(const Q& query)
    {
        static_assert(ReadQuery<Q>,
                      "tenantry: read takes a query that reads; what changes something goes to write");
        return execute(query);
    }

    /// Runs a statement and gives its result: the key for an insert of a row with an Id, the number of rows changed for
    /// update and remove, rows for `returning`.
    template <Statement Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> write(const Q& statement)
    {
        static_assert(WriteQuery<Q>,
                      "tenantry: write takes a statement that changes something; a query goes to read");
        return execute(statement);
    }

    /// The same, and tells only whether it went well.
    template <Statement Q>
    [[nodiscard]] Result<void> run(const Q& statement)
    {
        static_assert(WriteQuery<Q>,
                      "tenantry: run takes a statement that changes something; a query goes to read");
        auto done = execute(statement);
        if (!done) return fail(std::move(done).error());
        return {};
    }

    /// Calls `body(row)` for each row, without keeping them: see `tenantry::for_each`.
    template <ReadQuery Q, class Body>
    [[nodiscard]] auto for_each(const Q& query, Body&& body) -> detail::walk_result<Records<T>, Q, Body>
    {
        static_assert(check_query<T, Q>());
        blobs_.make_way();
        return tenantry::for_each<schema, Records<T>>(*connection_, query, body);
    }

    /// A blob of the row with this primary key, to be read and written in pieces: `tx.blob(col<&File::content>, key)`. Keys
    /// are given as to `update<Row>(key)`. Statements may run beside it.
    ///
    /// Errors: no_such_row; wrong_tenant for a key of another tenant.
    template <class C, class... K>
    [[nodiscard]] auto blob(const C&, K&&... key)
    {
        if constexpr (detail::check_blob<schema, C>()) {
            using Handle = BlobWriter<T, C::member>;
            const auto make = [](std::shared_ptr<detail::OpenBlob> open) { return Handle(std::move(open)); };
            return detail::open_blob<T, C, Handle>(*connection_, blobs_, make, std::forward<K>(key)...);
        } else {
            return Result<void>();
        }
    }

private:
    friend TenantDb<T>;
    friend detail::TxMaker;
    friend detail::TxAccess;
    explicit Tx(sqlite::Connection& connection) noexcept : connection_(&connection) {}

    template <class Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> execute(const Q& statement)
    {
        static_assert(check_query<T, Q>());
        blobs_.make_way();
        return detail::execute_checked<schema, Records<T>>(*connection_, statement);
    }

    sqlite::Connection* connection_;
    detail::OpenBlobs blobs_;
};

} // namespace tenantry

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
#include <tenantry/tenant/record.hpp>

namespace tenantry {

/// A write transaction of tenant `T`, for as long as the body runs it was handed to. Everything it does is
/// committed when the body returns a value, and taken back when it returns an error or throws. It sees its
/// own writes.
///
/// Runs in the body's thread, without hops; not to be kept, and not to be used from another thread.
template <class T>
class Tx {
public:
    using tenant_type = T;
    using schema = schema_of<T>;

    Tx(const Tx&) = delete;
    Tx& operator=(const Tx&) = delete;

    /// Runs any statement and gives its result: a vector of records for a select, `std::optional` for
    /// `first(...)`, the key for an insert of a row with an Id, the number of rows changed for update and
    /// remove.
    template <class Q>
        requires ReadQuery<Q> || WriteQuery<Q>
    [[nodiscard]] Result<result_t<schema, Records<T>, Q>> execute(const Q& query)
    {
        static_assert(check_query<T, Q>());
        blobs_.make_way();
        return detail::execute_checked<schema, Records<T>>(*connection_, query);
    }

    /// Runs a statement for its effect alone.
    template <class Q>
        requires ReadQuery<Q> || WriteQuery<Q>
    [[nodiscard]] Result<void> run(const Q& query)
    {
        auto done = execute(query);
        if (!done) return fail(std::move(done).error());
        return {};
    }

    /// The first row, if there is one.
    template <Statement Q>
    [[nodiscard]] auto first(const Q& query)
    {
        return execute(tenantry::first(query));
    }

    /// The only row: `errc::no_such_row` or `errc::too_many_rows` if it is not alone.
    template <Statement Q>
    [[nodiscard]] auto one(const Q& query)
    {
        return execute(tenantry::one(query));
    }

    /// All rows.
    template <Statement Q>
    [[nodiscard]] auto all(const Q& query)
    {
        return execute(query);
    }

    /// Calls `body(row)` for each row, without keeping them: see `tenantry::for_each`.
    template <ReadQuery Q, class Body>
    [[nodiscard]] Result<void> for_each(const Q& query, Body&& body)
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

    /// Makes a key of a value that came from outside. It says nothing of whether there is such a row.
    template <class Row>
    [[nodiscard]] Key<Row, T> key(id_value_t<Row> value) const
    {
        (void)table_of<schema, Row>{};
        return detail::IdAccess::key<Row, T>(std::move(value), connection_->incarnation());
    }

private:
    friend TenantDb<T>;
    explicit Tx(sqlite::Connection& connection) noexcept : connection_(&connection) {}

    sqlite::Connection* connection_;
    detail::OpenBlobs blobs_;
};

} // namespace tenantry

// Rows that a test begins with.
#pragma once

#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>

#include <tenantry/core/error.hpp>
#include <tenantry/query/insert.hpp>

namespace tenantry::detail {

// What an insert has given, which is nothing where the row has no Id.
template <class V>
[[nodiscard]] auto added(Result<V>& result)
{
    if constexpr (std::is_void_v<V>)
        return std::monostate();
    else
        return std::move(*result);
}

} // namespace tenantry::detail

namespace tenantry::testing {

/// Inserts a row, and gives its key, if it has an `Id`: `auto ada = add(db, User{.name = "ada"})`. Of several rows all of the keys,
/// in a tuple (a `std::monostate` of a row that has no `Id`); they come in one transaction, all of them or none:
/// `auto [bob, eve] = must(add(db, User{.name = "bob"}, User{.name = "eve"}))`. `to` is a handle, a `MemoryTenant`, or the
/// `Tx` of a transaction.
template <class Where, class Row>
[[nodiscard]] auto add(Where&& to, const Row& row)
{
    return to.write(insert(row));
}
template <class Where, class First, class Second, class... Rows>
[[nodiscard]] auto add(Where&& to, const First& first, const Second& second, const Rows&... rows)
{
    auto body = [&](auto& tx) {
        auto written =
            std::tuple{tx.write(insert(first)), tx.write(insert(second)), tx.write(insert(rows))...};
        return std::apply(
            [](auto&... results) -> Result<std::tuple<decltype(detail::added(results))...>> {
                const Error* failed = nullptr;
                ((failed = failed == nullptr && !results ? &results.error() : failed), ...);
                if (failed != nullptr) return fail(*failed);
                return std::tuple(detail::added(results)...);
            },
            written);
    };
    if constexpr (requires { to.write(body); })
        return to.write(body);
    else
        return body(to); // the transaction is open
}

} // namespace tenantry::testing

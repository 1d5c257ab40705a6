// Says what bringing a database to its schema would do, without doing it.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/detail/automatic.hpp>
#include <tenantry/migrate/detail/by_history.hpp>
#include <tenantry/migrate/history.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::migrate {

/// How a database stands to a program.
enum class Standing {
    current, ///< nothing is to be done
    behind,  ///< there is something to do
    newer,   ///< a newer program's, and rows fit it
    refused, ///< it cannot be opened by this program: the error says why
};

/// What opening a database would do.
struct Forecast {
    /// How it stands.
    Standing standing = Standing::current;
    std::string at{};                     ///< the fingerprint or revision it is at; empty: none
    std::vector<std::string> to_do{};     ///< `"add column config.note"`, `"revision 7 split_name"`
    std::vector<std::string> tolerated{}; ///< there and not declared
    std::string plan{};           ///< without a history: the whole of it, as text; with one what leads to
                                  ///< its first revision
    std::optional<Error> error{}; ///< where it is refused
};

} // namespace tenantry::migrate

namespace tenantry::detail {

migrate::Forecast refused(migrate::Forecast found, Error error);

Result<migrate::Forecast> forecast_automatic(sqlite::Connection& connection, const SchemaInfo& declared,
                                             bool rows);

Result<migrate::Forecast> forecast_by_history(sqlite::Connection& connection, const SchemaInfo& declared,
                                              const History& history, bool rows);

} // namespace tenantry::detail

namespace tenantry::migrate {

/// What `ensure_schema` would do. Only reads, one consistent state; with `rows` it also asks which rows would stand
/// in the way, which reads whole tables.
[[nodiscard]] Result<Forecast> forecast(sqlite::Connection& connection, const SchemaInfo& declared,
                                        const History* history, bool rows);

/// Does all of it, and rolls it back: what would go wrong goes wrong here. Holds the write lock meanwhile.
[[nodiscard]] Result<Migrated> rehearse(sqlite::Connection& connection, const SchemaInfo& declared,
                                        const History* history);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/forecast.ipp>
#endif

// Brings a database to its declaration without a history: what loses nothing is done, anything else is refused.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/detail/fit.hpp>
#include <tenantry/migrate/detail/mark.hpp>
#include <tenantry/migrate/diff.hpp>
#include <tenantry/migrate/introspect.hpp>
#include <tenantry/migrate/ledger.hpp>
#include <tenantry/migrate/migrated.hpp>
#include <tenantry/migrate/plan.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::migrate {

/// `declared_model`, made once for each declaration, with the functions of the connection that asks first. Thread-safe.
[[nodiscard]] Result<std::shared_ptr<const SchemaModel>> shared_declared_model(
    const SchemaInfo& declared, const sqlite::Functions& functions);

/// Nothing is in it but what the library keeps about the file itself.
[[nodiscard]] Result<bool> is_empty(sqlite::Connection& connection);

/// Makes everything that is declared, in the transaction that is open, in an empty database.
[[nodiscard]] Result<std::vector<std::string>> create_all(sqlite::Connection& connection,
                                                          const SchemaInfo& declared);

/// What opening a database under a declaration would come to.
struct Assessment {
    enum class State {
        current, ///< by its mark, or its ledger
        created, ///< it is empty
        behind,  ///< the plan says what is to be done; it may be nothing but to set the mark
        newer,   ///< a newer program's: to be left as it is
    };
    State state = State::current;
    std::int64_t mark = 0;
    Ledger ledger{};
    Plan plan{};
    std::vector<std::string> misfits{}; ///< of a newer one: what keeps rows from being written
};

} // namespace tenantry::migrate

namespace tenantry::detail {

inline std::string checksum(std::int64_t mark) { return std::to_string(mark); }

// The schema that was read last. Most tenants of a fleet have the same one: what is word for word in it is not parsed
// again. Thread-safe.
class LastSchema {
public:
    [[nodiscard]] static std::shared_ptr<const migrate::SchemaModel> get();
    static void set(std::shared_ptr<const migrate::SchemaModel> model);

private:
    static inline std::mutex mutex_;
    static inline std::shared_ptr<const migrate::SchemaModel> last_;
};

Result<migrate::Assessment> assess(sqlite::Connection& connection, const SchemaInfo& declared);

Error newer_error(const migrate::Assessment& found);

Migrated leave_newer(const migrate::Assessment& found);

// Under the write lock, and in RebuildMode.
Result<Migrated> bring_up_to_date(sqlite::Connection& connection, const SchemaInfo& declared,
                                  migrate::Assessment& found);

} // namespace tenantry::detail

namespace tenantry::migrate {

/// Brings the database to its declaration; see `ensure_schema`.
[[nodiscard]] Result<Migrated> migrate_automatically(sqlite::Connection& connection,
                                                     const SchemaInfo& declared);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/automatic.ipp>
#endif

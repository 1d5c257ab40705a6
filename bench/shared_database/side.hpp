// One way to keep the data of many tenants: what a service asks of it, each call one request.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "../slot.hpp"

namespace bench {

/// A request names its tenant by number. All sides hold the same rows, and give their values to the caller.
class Side {
public:
    virtual ~Side() = default;

    /// The rows that all tenants have at first, in the order in which they came: entry i is of tenant i % tenants.
    virtual void fill(int tenants, std::int64_t entries) = 0;
    /// The tenant's hundred latest entries. Returned is how many there were, so that sides can be compared.
    virtual std::size_t latest(int tenant) = 0;
    virtual void insert(int tenant, const AuditLog& row) = 0;
    virtual void update(int tenant, const Config& row) = 0;
    /// The failed entries of all tenants.
    virtual std::int64_t count_failed() = 0;
};

/// What is not lost when the machine's power is: as SQLite's synchronous=NORMAL or FULL.
enum class Lasting { process_death, power_loss };

enum class Indexes {
    tenant_first, ///< each begins with the tenant
    naive,        ///< those of one tenant's database, and one of the tenant alone
};

std::unique_ptr<Side> fleet_side(const std::filesystem::path& directory, Lasting lasting);
std::unique_ptr<Side> shared_sqlite(const std::filesystem::path& directory, Lasting lasting, Indexes indexes);

enum class RowSecurity { no, yes };

/// `server`: libpq's connection string. Makes a database of its own there and removes it at the end. Null where the program
/// was built without libpq.
std::unique_ptr<Side> shared_postgres(const std::string& server, Lasting lasting, RowSecurity security);

/// The i-th entry of all.
AuditLog entry(std::int64_t i);

/// The texts of `Status`, by number.
inline constexpr const char* status_names[] = {"pending", "running", "done", "failed"};

} // namespace bench

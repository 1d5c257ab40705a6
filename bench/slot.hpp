// The schema that is measured: settings, an audit log, a queue.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>

namespace bench {

using namespace tenantry;

enum class Status { pending, running, done, failed };

struct Config {
    std::string key{};
    std::string value{};
    Timestamp updated_at{};
};
struct AuditLog {
    Id<AuditLog> id{};
    std::string module{};
    std::string action{};
    std::optional<std::string> target{};
    Status status{};
    std::optional<std::int64_t> duration_ms{};
    Timestamp at{};
};
struct Job {
    Id<Job> id{};
    std::string module{};
    std::string payload{};
    Status status = Status::pending;
    Timestamp created_at{};
    std::optional<Timestamp> processed_at{};
};

struct Slot
    : Schema<
          Table<"config", Config, PrimaryKey<&Config::key>, Default<&Config::updated_at, current_timestamp>>,
          Table<"audit_log", AuditLog, Index<"idx_audit_ts", Descending<&AuditLog::at>>>,
          Table<"queue", Job, Index<"idx_queue_status", &Job::status, &Job::created_at>>> {};

} // namespace bench

// What every tenant's database holds: settings, an audit log, a queue of jobs, and how far imports came.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <tenantry/tenantry.hpp>

namespace slots {

using namespace tenantry;

struct Setting {
    std::string key{};
    std::string value{};
    Timestamp updated_at{};
};

enum class Status { succeeded, denied, failed };

struct AuditLog {
    Id<AuditLog> id{};
    std::string module{};
    std::string action{};
    std::optional<std::string> actor{}; // nobody: the system itself
    std::optional<std::string> target{};
    std::optional<std::string> detail{};
    Status status = Status::succeeded;
    std::optional<std::chrono::milliseconds> duration{};
    Timestamp timestamp{};
    std::optional<std::string> metadata{};
};

enum class JobStatus { pending, running, done, failed };

struct Job {
    Id<Job> id{};
    std::string module{};
    std::string payload{};
    JobStatus status = JobStatus::pending;
    Timestamp created_at{};
    std::optional<Timestamp> started_at{};
    std::optional<Timestamp> processed_at{};
};

/// How much of one source is in this tenant. Written in the transaction that writes the events it counts.
struct ImportPosition {
    std::string source{};
    std::int64_t events = 0;            // of this tenant, from the source's beginning
    std::string digest{};               // of these events, so that another input is not taken for this one
    std::optional<Id<AuditLog>> tail{}; // one more, of a last line without a line break: it may yet grow
    Timestamp updated_at{};
};

struct Slots : Schema<Table<"config", Setting, PrimaryKey<&Setting::key>>,
                      Table<"audit_log", AuditLog, Index<"idx_audit_ts", Descending<&AuditLog::timestamp>>>,
                      Table<"queue", Job, Index<"idx_queue_status", &Job::status, &Job::created_at>>,
                      Table<"import_position", ImportPosition, PrimaryKey<&ImportPosition::source>>> {};

} // namespace slots

#pragma once

#include <tenantry/core/error.hpp>

namespace tenantry::detail {

TENANTRY_DECL ErrcText errc_text(errc code) noexcept
{
    switch (code) {
    case errc::invalid_tenant_id: return {"invalid_tenant_id", "not a valid tenant id"};
    case errc::no_such_tenant: return {"no_such_tenant", "no such tenant"};
    case errc::tenant_exists: return {"tenant_exists", "the tenant exists already"};
    case errc::tenant_gone: return {"tenant_gone", "the tenant is gone"};
    case errc::wrong_tenant: return {"wrong_tenant", "an id of another tenant"};
    case errc::overloaded: return {"overloaded", "too much work is waiting"};
    case errc::too_many_open: return {"too_many_open", "too many tenants are open"};
    case errc::timeout: return {"timeout", "the deadline passed"};
    case errc::cancelled: return {"cancelled", "the operation was cancelled"};
    case errc::fleet_closed: return {"fleet_closed", "the fleet is closed"};
    case errc::batch_aborted: return {"batch_aborted", "another write rolled the transaction back"};
    case errc::unknown_outcome: return {"unknown_outcome", "it is not known whether the write is kept"};
    case errc::constraint: return {"constraint", "a constraint of the schema is violated"};
    case errc::busy: return {"busy", "the database is locked"};
    case errc::disk_full: return {"disk_full", "the disk is full"};
    case errc::io_error: return {"io_error", "input or output failed"};
    case errc::corrupt: return {"corrupt", "the database file is damaged"};
    case errc::not_a_database: return {"not_a_database", "the file is not a database"};
    case errc::read_only: return {"read_only", "only reading is possible here"};
    case errc::too_big: return {"too_big", "too big for SQLite"};
    case errc::out_of_memory: return {"out_of_memory", "out of memory"};
    case errc::not_authorized: return {"not_authorized", "not allowed on a tenant's connection"};
    case errc::invalid_sql: return {"invalid_sql", "SQLite does not accept the statement"};
    case errc::no_such_row: return {"no_such_row", "no such row"};
    case errc::too_many_rows: return {"too_many_rows", "more rows than one"};
    case errc::value_misfit: return {"value_misfit", "a stored value does not fit its type"};
    case errc::foreign_database: return {"foreign_database", "another program's database"};
    case errc::misplaced_tenant: return {"misplaced_tenant", "the files are another tenant's"};
    case errc::foreign_log: return {"foreign_log", "the write-ahead log is not this database's"};
    case errc::unsupported_version: return {"unsupported_version", "files of an unknown version"};
    case errc::no_such_fleet: return {"no_such_fleet", "there is no fleet in the directory"};
    case errc::manifest_mismatch: return {"manifest_mismatch", "the fleet's directory has another layout"};
    case errc::destructive_migration: return {"destructive_migration", "the migration would lose data"};
    case errc::history_mismatch: return {"history_mismatch", "the migration history was changed"};
    case errc::newer_schema: return {"newer_schema", "the schema is newer than the program"};
    case errc::migration_failed: return {"migration_failed", "the migration failed"};
    case errc::invalid_json: return {"invalid_json", "the JSON does not say what was expected"};
    case errc::invalid_id: return {"invalid_id", "not an external id"};
    case errc::invalid_cursor: return {"invalid_cursor", "not a cursor of these pages"};
    case errc::body_failed: return {"body_failed", "the transaction body threw"};
    case errc::wrong_thread: return {"wrong_thread", "a blocking call where it would wait for itself"};
    case errc::invalid_argument: return {"invalid_argument", "an argument is out of its range"};
    case errc::internal: return {"internal", "the library was misused"};
    }
    return {"unknown", "unknown error"};
}

TENANTRY_DECL std::string system_text(int number)
{
    std::string text = std::generic_category().message(number);
    if (number == EMFILE)
        text +=
            " (the process's limit of descriptors: raise_descriptor_limit() at the beginning of the program "
            "raises it, a lower FleetOptions::max_open needs fewer)";
    return text;
}

TENANTRY_DECL std::error_condition ErrorCategory::default_error_condition(int code) const noexcept
{
    switch (static_cast<errc>(code)) {
    case errc::cancelled: return std::errc::operation_canceled;
    case errc::timeout: return std::errc::timed_out;
    case errc::disk_full: return std::errc::no_space_on_device;
    case errc::out_of_memory: return std::errc::not_enough_memory;
    case errc::invalid_argument: return std::errc::invalid_argument;
    default: return {code, *this};
    }
}

} // namespace tenantry::detail

namespace tenantry {

TENANTRY_DECL const std::error_category& error_category() noexcept
{
    static const detail::ErrorCategory category;
    return category;
}

TENANTRY_DECL Error::Error(tenantry::errc code, std::string message, int sqlite_code) noexcept
    : code_(code), sqlite_code_(sqlite_code)
{
    if (!message.empty()) set(&Texts::message, std::move(message));
}

TENANTRY_DECL Error& Error::with_tenant(std::string_view tenant) noexcept
{
    if (this->tenant().empty()) set(&Texts::tenant, tenant);
    return *this;
}

TENANTRY_DECL Error& Error::with_sql(std::string_view sql) noexcept
{
    if (this->sql().empty()) set(&Texts::sql, sql);
    return *this;
}

TENANTRY_DECL Error& Error::with_plan(std::string_view plan) noexcept
{
    if (!plan.empty()) set(&Texts::plan, plan);
    return *this;
}

TENANTRY_DECL Error& Error::with_constraint(Constraint constraint) noexcept
{
    kind_ = constraint.kind;
    try {
        auto known = std::make_shared<const Constraint>(std::move(constraint));
        own().constraint = std::move(known);
    } catch (...) { // the kind is what is decided by
    }
    return *this;
}

TENANTRY_DECL Error& Error::in(std::string_view what) noexcept
{
    try {
        std::string text(what);
        text.append(": ").append(message());
        own().message = std::move(text);
    } catch (...) { // as below
    }
    return *this;
}

TENANTRY_DECL Error::Texts& Error::own()
{
    if (!texts_)
        texts_ = std::make_shared<Texts>();
    else if (texts_.use_count() > 1)
        texts_ = std::make_shared<Texts>(*texts_);
    return *texts_;
}

} // namespace tenantry

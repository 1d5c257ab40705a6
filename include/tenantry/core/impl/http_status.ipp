#pragma once

#include <tenantry/core/http_status.hpp>

namespace tenantry::detail {

inline HttpStatus constraint_status(const Constraint& constraint) noexcept
{
    constexpr std::string_view refused = "what was sent is not accepted";
    switch (constraint.kind) {
    case ConstraintKind::unique:
    case ConstraintKind::primary_key:
    case ConstraintKind::rowid: return {409, "there is such a thing already", {}};
    case ConstraintKind::foreign_key:
        return constraint.side == ForeignKeySide::child
                   ? HttpStatus{422, "it refers to something that does not exist", {}}
                   : HttpStatus{409, "something else refers to it, or it refers to what does not exist", {}};
    case ConstraintKind::not_null: return {422, "something that is required is missing", {}};
    case ConstraintKind::check:
    case ConstraintKind::trigger:
    case ConstraintKind::datatype:
    case ConstraintKind::other:
    case ConstraintKind::none: return {422, refused, {}};
    }
    return {422, refused, {}};
}

} // namespace tenantry::detail

namespace tenantry {

TENANTRY_DECL HttpStatus http_status(const Error& error) noexcept
{
    using std::chrono::seconds;
    constexpr HttpStatus not_found{404, "there is no such thing", {}};
    constexpr HttpStatus internal{500, "the service has failed", {}};
    constexpr HttpStatus soon{503, "the service is busy; try again", seconds(1)};
    constexpr HttpStatus later{503, "the service is not available now; try again later", seconds(10)};
    switch (error.errc()) {
    case errc::invalid_tenant_id:
    case errc::no_such_tenant:
    case errc::wrong_tenant: // whether another tenant has it is nobody's business
    case errc::invalid_id:
    case errc::no_such_row: return not_found;
    case errc::tenant_exists: return {409, "there is such a thing already", {}};
    case errc::constraint: return detail::constraint_status(error.constraint());
    case errc::too_big: return {413, "what was sent is too large", {}};
    case errc::invalid_json:
    case errc::invalid_cursor:
    case errc::invalid_argument: return {400, "the request is not understood", {}};

    case errc::overloaded: return {429, "too many requests at once; try again", seconds(1)};
    case errc::too_many_open:
    case errc::timeout:
    case errc::cancelled:
    case errc::tenant_gone:
    case errc::batch_aborted:
    case errc::busy:
    case errc::out_of_memory: return soon;
    case errc::fleet_closed: // another process may take over
    case errc::disk_full:
    case errc::read_only:
    case errc::newer_schema:
        return later; // while a newer program is being deployed

    // Not to be tried again without a look: it may have been done.
    case errc::unknown_outcome: return {500, "it is not known whether it was done", {}};

    case errc::io_error:
    case errc::corrupt:
    case errc::not_a_database:
    case errc::not_authorized:
    case errc::invalid_sql:
    case errc::too_many_rows:
    case errc::value_misfit:
    case errc::foreign_database:
    case errc::misplaced_tenant:
    case errc::foreign_log:
    case errc::unsupported_version:
    case errc::no_such_fleet:
    case errc::manifest_mismatch:
    case errc::destructive_migration:
    case errc::history_mismatch:
    case errc::migration_failed:
    case errc::body_failed:
    case errc::wrong_thread:
    case errc::internal: return internal;
    }
    return internal;
}

} // namespace tenantry

// The definitions of all that is no template, for the one unit of a program that is compiled with
// TENANTRY_SEPARATE_COMPILATION: it includes this header and nothing else. CMake's tenantry_add_compiled makes a library of it.
#pragma once

#include <tenantry/core/detail/separate_compilation.hpp>

#if TENANTRY_HEADER_ONLY
#error                                                                                                       \
    "tenantry: <tenantry/src.hpp> is for programs all units of which are compiled with TENANTRY_SEPARATE_COMPILATION"
#endif

#include <tenantry/async/impl/blocked_inside.ipp>
#include <tenantry/async/impl/cancellation.ipp>
#include <tenantry/async/impl/context_watch.ipp>
#include <tenantry/async/impl/fork.ipp>
#include <tenantry/async/impl/retry.ipp>
#include <tenantry/async/impl/runs_here.ipp>
#include <tenantry/async/impl/threads_of.ipp>
#include <tenantry/async/impl/timer_thread.ipp>
#include <tenantry/core/impl/base64.ipp>
#include <tenantry/core/impl/constraint.ipp>
#include <tenantry/core/impl/descriptors.ipp>
#include <tenantry/core/impl/error.ipp>
#include <tenantry/core/impl/files.ipp>
#include <tenantry/core/impl/http_status.ipp>
#include <tenantry/core/impl/iso_time.ipp>
#include <tenantry/core/impl/random.ipp>
#include <tenantry/core/impl/thrown.ipp>
#include <tenantry/fleet/impl/adopt.ipp>
#include <tenantry/fleet/impl/blocking.ipp>
#include <tenantry/fleet/impl/check_options.ipp>
#include <tenantry/fleet/impl/core.ipp>
#include <tenantry/fleet/impl/layout.ipp>
#include <tenantry/fleet/impl/migrate_all.ipp>
#include <tenantry/fleet/impl/migration_status.ipp>
#include <tenantry/fleet/impl/open.ipp>
#include <tenantry/fleet/impl/refusals.ipp>
#include <tenantry/fleet/impl/registry.ipp>
#include <tenantry/fleet/impl/root_lock.ipp>
#include <tenantry/fleet/impl/spawn.ipp>
#include <tenantry/fleet/impl/with.ipp>
#include <tenantry/migrate/impl/adopt.ipp>
#include <tenantry/migrate/impl/apply.ipp>
#include <tenantry/migrate/impl/automatic.ipp>
#include <tenantry/migrate/impl/by_history.ipp>
#include <tenantry/migrate/impl/compare.ipp>
#include <tenantry/migrate/impl/conditions.ipp>
#include <tenantry/migrate/impl/diff.ipp>
#include <tenantry/migrate/impl/diff_table.ipp>
#include <tenantry/migrate/impl/ensure.ipp>
#include <tenantry/migrate/impl/fit.ipp>
#include <tenantry/migrate/impl/forecast.ipp>
#include <tenantry/migrate/impl/harmless.ipp>
#include <tenantry/migrate/impl/history.ipp>
#include <tenantry/migrate/impl/index_text.ipp>
#include <tenantry/migrate/impl/introspect.ipp>
#include <tenantry/migrate/impl/ledger.ipp>
#include <tenantry/migrate/impl/mark.ipp>
#include <tenantry/migrate/impl/meaning.ipp>
#include <tenantry/migrate/impl/model.ipp>
#include <tenantry/migrate/impl/next_revision.ipp>
#include <tenantry/migrate/impl/plan.ipp>
#include <tenantry/migrate/impl/sql_text.ipp>
#include <tenantry/migrate/impl/table_text.ipp>
#include <tenantry/migrate/impl/virtual_text.ipp>
#include <tenantry/sqlite/impl/authorizer.ipp>
#include <tenantry/sqlite/impl/blob.ipp>
#include <tenantry/sqlite/impl/checkpoint_guard.ipp>
#include <tenantry/sqlite/impl/connection.ipp>
#include <tenantry/sqlite/impl/connection_state.ipp>
#include <tenantry/sqlite/impl/constraint_text.ipp>
#include <tenantry/sqlite/impl/copy.ipp>
#include <tenantry/sqlite/impl/database_file.ipp>
#include <tenantry/sqlite/impl/error.ipp>
#include <tenantry/sqlite/impl/foreign_key_search.ipp>
#include <tenantry/sqlite/impl/functions.ipp>
#include <tenantry/sqlite/impl/inspect.ipp>
#include <tenantry/sqlite/impl/log_index.ipp>
#include <tenantry/sqlite/impl/packed_values.ipp>
#include <tenantry/sqlite/impl/profile.ipp>
#include <tenantry/sqlite/impl/raw_file.ipp>
#include <tenantry/sqlite/impl/statement.ipp>
#include <tenantry/sqlite/impl/statement_watch.ipp>
#include <tenantry/sqlite/impl/uncommittable.ipp>
#include <tenantry/sqlite/impl/unfenced.ipp>
#include <tenantry/sqlite/impl/wal_reset_fault.ipp>
#include <tenantry/tenant/impl/batch_writer.ipp>
#include <tenantry/tenant/impl/bound_log.ipp>
#include <tenantry/tenant/impl/checkpoint_policy.ipp>
#include <tenantry/tenant/impl/checkpointer.ipp>
#include <tenantry/tenant/impl/directory.ipp>
#include <tenantry/tenant/impl/held_lock.ipp>
#include <tenantry/tenant/impl/identity.ipp>
#include <tenantry/tenant/impl/maintenance.ipp>
#include <tenantry/tenant/impl/once.ipp>
#include <tenantry/tenant/impl/open_database.ipp>
#include <tenantry/tenant/impl/open_name.ipp>
#include <tenantry/tenant/impl/operation.ipp>
#include <tenantry/tenant/impl/optimize.ipp>
#include <tenantry/tenant/impl/quiet_upkeep.ipp>
#include <tenantry/tenant/impl/read_runner.ipp>
#include <tenantry/tenant/impl/readers.ipp>
#include <tenantry/tenant/impl/schedule.ipp>
#include <tenantry/tenant/impl/shared_lock.ipp>
#include <tenantry/tenant/impl/sole_reads.ipp>
#include <tenantry/tenant/impl/template.ipp>
#include <tenantry/tenant/impl/tenant.ipp>
#include <tenantry/tenant/impl/tenant_database.ipp>
#include <tenantry/tenant/impl/tenant_file.ipp>

// See core/detail/separate_compilation.hpp. There is one unit that includes this.
// NOLINTBEGIN(misc-definitions-in-headers)
extern "C" {
constinit const char tenantry_one_unit_must_include_tenantry_src_hpp = 0;
extern thread_local const char tenantry_units_with_and_without_TENANTRY_SEPARATE_COMPILATION;
constinit thread_local const char tenantry_units_with_and_without_TENANTRY_SEPARATE_COMPILATION = 0;
}
// NOLINTEND(misc-definitions-in-headers)

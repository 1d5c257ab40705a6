// All of tenantry but what runs a fleet: that is <tenantry/fleet/open.hpp>, for the unit that opens it, and the headers
// of single operations, like <tenantry/fleet/migrate_all.hpp>.
#pragma once

#include <tenantry/core/enum_names.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/timestamp.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/expr/id_uuid.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/autoincrement.hpp>
#include <tenantry/schema/check.hpp>
#include <tenantry/schema/collate.hpp>
#include <tenantry/schema/column_name.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/deferred.hpp>
#include <tenantry/schema/foreign_key.hpp>
#include <tenantry/schema/generated.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/not_strict.hpp>
#include <tenantry/schema/on_delete.hpp>
#include <tenantry/schema/on_update.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/schema.hpp>
#include <tenantry/schema/table.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/schema/unique.hpp>
#include <tenantry/schema/without_rowid.hpp>
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/tenant/record.hpp>
#include <tenantry/tenant/scope.hpp>
#include <tenantry/tenant/snapshot.hpp>
#include <tenantry/tenant/tenant_db.hpp>
#include <tenantry/tenant/tenant_id.hpp>
#include <tenantry/tenant/tx.hpp>

// Every revision there has been, in order. The service hands it to its fleet as `TenantOptions::history`.
#pragma once

#include <tenantry/migrate/history.hpp>

#include "migrations/revisions/0001_initial.hpp"
#include "migrations/revisions/0002_split_name.hpp"

namespace example {

inline const tenantry::History& shop_history()
{
    static const tenantry::History all = tenantry::history(revision_1(), revision_2());
    return all;
}

} // namespace example

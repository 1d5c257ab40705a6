// Revision 1 of the schema: initial.
// Frozen: once a tenant has run it, changes go into the next one.
#pragma once

#include <tenantry/migrate/history.hpp>

inline tenantry::Revision revision_1()
{
    return tenantry::revision(1, "initial", R"sql(
CREATE TABLE "customer" (
    "id" INTEGER PRIMARY KEY,
    "name" TEXT NOT NULL,
    "email" TEXT UNIQUE
) STRICT;
)sql");
}

// Revision 2 of the schema: split_name. Generated with `migrations next split_name customer.name=first_name`, and
// completed by the step that takes the names apart.
// Frozen: once a tenant has run it, changes go into the next one.
#pragma once

#include <string>

#include <tenantry/migrate/history.hpp>

inline tenantry::Revision revision_2()
{
    // "Ada Lovelace" is "Ada" and "Lovelace"; who has one name keeps it as the last.
    auto split = [](tenantry::sqlite::Connection& db) -> tenantry::Result<void> {
        return db.execute(R"sql(
UPDATE "customer" SET
    "last_name" = substr("first_name", instr("first_name", ' ') + 1),
    "first_name" = substr("first_name", 1, max(instr("first_name", ' ') - 1, 0));
)sql");
    };
    return tenantry::revision(2, "split_name", R"sql(-- Revision 2: split_name
-- tenantry: rebuilds tables

-- rename column customer.name to first_name
ALTER TABLE "customer" RENAME COLUMN "name" TO "first_name";

-- rebuild table customer: new: column 'last_name'
CREATE TABLE "_tenantry_new_customer" (
    "id" INTEGER PRIMARY KEY,
    "first_name" TEXT NOT NULL,
    "last_name" TEXT NOT NULL,
    "email" TEXT,
    UNIQUE ("email")
) STRICT;
INSERT INTO "_tenantry_new_customer"("id", "first_name", "last_name", "email")
    SELECT "id", "first_name", '', "email" FROM "customer";
DROP TABLE "customer";
ALTER TABLE "_tenantry_new_customer" RENAME TO "customer";

-- create index customer_by_name
CREATE INDEX "customer_by_name" ON "customer" ("last_name", "first_name");
)sql",
                              split);
}

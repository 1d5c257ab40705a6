#include "migrations/history.hpp"
#include "migrations/schema.hpp"

#include <tenantry/migrate/ensure.hpp>
#include <tenantry/testing/checks.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::test;

TEST_CASE("the example's history leads to what it declares")
{
    CHECK(testing::check_history<example::Shop>(example::shop_history()));
}

TEST_CASE("the example's revisions keep every name")
{
    auto db = must(sqlite::Connection::open_memory());
    must(db.execute(revision_1().sql +
                    "INSERT INTO customer(name, email) VALUES ('Ada Lovelace', 'ada@example.org'), "
                    "('Plato', NULL)"));
    const auto migrated = must(ensure_schema(db, schema_info<example::Shop>(), &example::shop_history()));
    CHECK(migrated.done == std::vector<std::string>{"revision 2 split_name"});
    CHECK(must(db.query_integer(
              "SELECT count(*) FROM customer WHERE first_name = 'Ada' AND last_name = 'Lovelace'"
              " AND email = 'ada@example.org'")) == 1);
    CHECK(must(db.query_integer(
              "SELECT count(*) FROM customer WHERE first_name = '' AND last_name = 'Plato'")) == 1);
}

// What query/database.hpp declares, compiled once for all tests of expressions and queries.
#include "query/database.hpp"

#include <chrono>
#include <string>

#include <tenantry/schema/ddl.hpp>

namespace query_tests {

Database::Database()
{
    connection.set_incarnation(here);
    for (const SchemaObject& object : schema_info<Work>().objects)
        test::must(connection.execute(std::string(object.sql).c_str()));
}

Filled::Filled()
{
    ann = run(insert(User{.id = {}, .name = "ann", .active = true, .score = 1.5, .level = 3, .picture = {}}));
    bob =
        run(insert(User{.id = {}, .name = "bob", .active = false, .score = {}, .level = -3, .picture = {}}));
    for (int i = 1; i <= 4; ++i) {
        Job made = job(i, i <= 2 ? "mail" : "disk");
        made.owner = i % 2 == 1 ? ann : bob;
        made.status = i == 4 ? JobStatus::done : JobStatus::pending;
        made.level = i == 1 ? Level::low : i == 2 ? Level::middle : Level::high;
        made.created_at = Timestamp(std::chrono::milliseconds(1000 * i));
        if (i == 2) made.note = "two";
        if (i == 3) made.worker = bob;
        run(insert(made));
    }
}

} // namespace query_tests

// A table in memory: as little of tenantry as needs SQLite to be linked.
#include <cstdio>
#include <string>

#include <tenantry/core/version.hpp>
#include <tenantry/sqlite/connection.hpp>

int main()
{
    auto database = tenantry::sqlite::Connection::open_memory();
    if (!database || !database->execute("CREATE TABLE note(text TEXT) STRICT")) return 1;
    std::printf("tenantry %s\n", std::string(tenantry::library_version).c_str());
    return 0;
}

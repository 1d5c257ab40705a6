// A declared schema, as text and as a database of SQLite's.
#pragma once

#include <string>
#include <string_view>

#include <tenantry/schema/ddl.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/statement.hpp>

#include "support/must.hpp"

namespace tenantry::test {

/// The CREATE statement of one object.
template <class S>
std::string_view sql_of(std::string_view name)
{
    for (const SchemaObject& object : schema_info<S>().objects)
        if (object.name == name) return object.sql;
    FAIL("no object " << name);
    return {};
}

/// A database with everything the schema declares.
template <class S>
sqlite::Connection create()
{
    auto connection = must(sqlite::Connection::open_memory());
    for (const SchemaObject& object : schema_info<S>().objects) must(connection.execute(object.sql.data()));
    return connection;
}

/// The first column of the first row, as text.
inline std::string ask(sqlite::Connection& connection, std::string_view query)
{
    auto statement = must(connection.prepare("SELECT CAST((" + std::string(query) + ") AS TEXT)"));
    REQUIRE(must(statement.step()));
    return std::string(statement.text(0));
}

/// Whether SQLite refuses a statement for a constraint of the schema.
inline bool is_refused(sqlite::Connection& connection, const std::string& sql)
{
    const auto done = connection.execute(sql.c_str());
    if (!done) CHECK(done.error() == errc::constraint);
    return !done;
}

} // namespace tenantry::test

// A database of a schema that a test declares, and the questions it asks it.
#pragma once

#include <string>
#include <string_view>

#include <tenantry/query/execute.hpp>
#include <tenantry/schema/ddl.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"

namespace declared_tests {

using namespace tenantry;

/// The CREATE statement of one object.
template <class S>
std::string sql_of(std::string_view name)
{
    for (const SchemaObject& object : schema_info<S>().objects)
        if (object.name == name) return std::string(object.sql);
    FAIL("no object " << name);
    return {};
}

template <class S>
struct Made {
    sqlite::Connection connection = [] {
        sqlite::Profile profile;
        profile.trusted_schema = schema_info<S>().needs_trust;
        auto made = test::must(sqlite::Connection::open_memory(profile));
        for (const SchemaObject& object : schema_info<S>().objects)
            test::must(made.execute(std::string(object.sql)));
        return made;
    }();

    /// What it gives; an error fails the test.
    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<S>(connection, query));
    }

    void sql(const std::string& text) { test::must(connection.execute(text)); }

    /// The error it ends with; success fails the test.
    Error fails(const std::string& text)
    {
        auto done = connection.execute(text);
        if (done) FAIL("it did not fail");
        return done.error();
    }
};

} // namespace declared_tests

// Tables with several unique keys, defaults, and ids of other kinds, for tests of statements that write.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/expr/id_uuid.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/unique.hpp>

#include "query/schema.hpp"
#include "support/catch.hpp"
#include "support/must.hpp"

namespace query_tests {

struct Contact {
    Id<Contact> id{};
    std::string name{};
    std::string mail{};
    std::int64_t visits = 0;
    std::optional<std::string> note{};
};

// An id that the database does not assign.
struct Device {
    Id<Device, boost::uuids::uuid> id{};
    std::string name{};
};

struct Book : Schema<Table<"contact", Contact, Unique<&Contact::mail>,
                           UniqueIndex<"idx_name", &Contact::name>, Default<&Contact::visits, 7>>,
                     Table<"device", Device, Unique<&Device::name>>,
                     Table<"config", Setting, PrimaryKey<&Setting::key>,
                           Default<&Setting::updated_at, current_timestamp>>> {};

struct BookDatabase {
    sqlite::Connection connection = test::must(sqlite::Connection::open_memory());

    BookDatabase()
    {
        connection.set_incarnation(4711);
        for (const SchemaObject& object : schema_info<Book>().objects)
            test::must(connection.execute(std::string(object.sql).c_str()));
    }

    template <class Q>
    auto run(const Q& query)
    {
        return test::must(execute<Book>(connection, query));
    }
    template <class Q>
    Error fails(const Q& query)
    {
        auto result = execute<Book>(connection, query);
        if (result) FAIL("it did not fail");
        return result.error();
    }
    std::int64_t integer(const char* sql) { return test::must(connection.query_integer(sql)); }
};

template <class Q>
[[nodiscard]] std::string book_text(const Q&)
{
    return std::string(sql_text<Book, shape_t<Q>>);
}

[[nodiscard]] inline Contact contact(std::string name, std::int64_t visits = 1)
{
    Contact made;
    made.mail = name + "@example.org";
    made.name = std::move(name);
    made.visits = visits;
    return made;
}

} // namespace query_tests

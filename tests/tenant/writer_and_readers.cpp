#include <tenantry/tenant/detail/writer_and_readers.hpp>

#include <filesystem>
#include <string>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using detail::WriterAndReaders;
using test::must;

namespace {

struct Shared {
    test::TempDir directory;
    std::filesystem::path path = directory.path() / "main.db";
    sqlite::Connection writer = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
    int begun = 0;
    detail::WriterUse use;
    WriterAndReaders connections{
        writer, use, [this] { ++begun; }, path, detail::file_identity(path).value(), sqlite::Profile{},
        1u,     99u};

    Shared() { must(writer.execute("CREATE TABLE entry(n INTEGER)")); }
};

bool may_write(sqlite::Connection& connection)
{
    return connection.statement_once("INSERT INTO entry VALUES (1)").has_value();
}

} // namespace

TEST_CASE("the writer's connection is lent to one at a time, and cannot write meanwhile")
{
    Shared shared;
    auto lent = shared.connections.try_borrow_writers();
    REQUIRE(lent.get() == &shared.writer);
    CHECK_FALSE(may_write(*lent));
    CHECK_FALSE(shared.connections.try_borrow_writers());
    shared.connections.release(std::move(lent));
    CHECK(may_write(shared.writer));
    CHECK(shared.connections.try_borrow_writers());
    CHECK(shared.begun == 0);
}

TEST_CASE("the writer's connection is not lent while somebody writes")
{
    Shared shared;
    REQUIRE(shared.use.try_take());
    CHECK_FALSE(shared.connections.try_borrow_writers());
    CHECK(must(shared.connections.try_acquire()).get() != &shared.writer);
    shared.use.release();
    CHECK(shared.connections.try_borrow_writers());
}

TEST_CASE("a turn of writing that finds the connection lent is begun when it is back, before further reads")
{
    Shared shared;
    auto lent = shared.connections.try_borrow_writers();
    CHECK_FALSE(shared.use.try_take());
    CHECK_FALSE(shared.use.try_take()); // it may come twice, and is begun once
    CHECK(shared.begun == 0);
    shared.connections.release(std::move(lent));
    CHECK(shared.begun == 1);
    CHECK_FALSE(shared.connections.try_borrow_writers());
    REQUIRE(shared.use.try_take());
    shared.use.release();
    CHECK(shared.connections.try_borrow_writers());
    CHECK(shared.begun == 1);
}

TEST_CASE("what was kept for writing is free again where nothing is to be written after all")
{
    Shared shared;
    auto lent = shared.connections.try_borrow_writers();
    CHECK_FALSE(shared.use.try_take_idle());
    CHECK_FALSE(shared.use.try_take());
    shared.connections.release(std::move(lent));
    CHECK_FALSE(shared.use.try_take_idle());
    shared.use.forgo();
    REQUIRE(shared.use.try_take_idle());
    shared.use.forgo(); // which changes nothing while somebody writes
    CHECK_FALSE(shared.connections.try_borrow_writers());
    shared.use.release();
    CHECK(shared.connections.try_borrow_writers());
}

TEST_CASE("readers are lent and counted beside the writer's connection")
{
    Shared shared;
    auto writers = shared.connections.try_borrow_writers();
    auto reader = must(shared.connections.try_acquire());
    REQUIRE(reader);
    CHECK(reader.get() != writers.get());
    CHECK(reader->incarnation() == 99);
    CHECK_FALSE(must(shared.connections.try_acquire()));
    TenantStats stats;
    shared.connections.count(stats);
    CHECK(stats.readers == 1);
    CHECK(stats.readers_in_use == 1);
    CHECK(stats.reads == 2);
    shared.connections.release(std::move(writers));
    CHECK_FALSE(shared.connections.available());
    shared.connections.release(std::move(reader));
    CHECK(shared.connections.available());
    shared.connections.close();
    TenantStats after;
    shared.connections.count(after);
    CHECK(after.readers == 0);
}

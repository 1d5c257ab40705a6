// A tenant's connections: who has which, and what is told when they come back.
#include <tenantry/tenant/detail/tenant_database.hpp>

#include <chrono>
#include <filesystem>
#include <utility>

#include <tenantry/tenant/detail/writer_use.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/writer_site.hpp"

using namespace tenantry;
using detail::ReadLease;
using test::must;

namespace {

// Lends the writer's connection as a tenant does that has readers.
struct Shared final : test::WriterSite, detail::WriterLender {
    ReadLease try_borrow() { return use.try_borrow() ? database.lend_writer(this) : ReadLease(); }
    void writer_came_back() noexcept override { begun += use.give_back() ? 1 : 0; }

    int begun = 0;
    detail::WriterUse use;
};

bool may_write(sqlite::Connection& connection)
{
    return connection.statement_once("INSERT INTO entry VALUES (x'01')").has_value();
}

} // namespace

TEST_CASE("the writer's connection is lent to one at a time, and cannot write meanwhile")
{
    Shared shared;
    auto lent = shared.try_borrow();
    REQUIRE(&*lent == &shared.database.writer());
    CHECK_FALSE(may_write(*lent));
    CHECK_FALSE(shared.try_borrow());
    lent = {};
    CHECK(may_write(shared.database.writer()));
    CHECK(shared.try_borrow());
    CHECK(shared.begun == 0);
}

TEST_CASE("the writer's connection is not lent while somebody writes")
{
    Shared shared;
    REQUIRE(shared.use.try_take());
    CHECK_FALSE(shared.try_borrow());
    CHECK(&*must(shared.database.try_reader()) != &shared.database.writer());
    shared.use.release();
    CHECK(shared.try_borrow());
}

TEST_CASE("a turn of writing that finds the connection lent is begun when it is back, before further reads")
{
    Shared shared;
    auto lent = shared.try_borrow();
    CHECK_FALSE(shared.use.try_take());
    CHECK_FALSE(shared.use.try_take()); // it may come twice, and is begun once
    CHECK(shared.begun == 0);
    lent = {};
    CHECK(shared.begun == 1);
    CHECK_FALSE(shared.try_borrow());
    REQUIRE(shared.use.try_take());
    shared.use.release();
    CHECK(shared.try_borrow());
    CHECK(shared.begun == 1);
}

TEST_CASE("what was kept for writing is free again where nothing is to be written after all")
{
    Shared shared;
    auto lent = shared.try_borrow();
    CHECK_FALSE(shared.use.try_take_idle());
    CHECK_FALSE(shared.use.try_take());
    lent = {};
    CHECK_FALSE(shared.use.try_take_idle());
    shared.use.forgo();
    REQUIRE(shared.use.try_take_idle());
    shared.use.forgo(); // which changes nothing while somebody writes
    CHECK_FALSE(shared.try_borrow());
    shared.use.release();
    CHECK(shared.try_borrow());
}

TEST_CASE("readers are lent and counted beside the writer's connection")
{
    Shared shared;
    auto writers = shared.try_borrow();
    auto reader = must(shared.database.try_reader());
    REQUIRE(reader);
    CHECK(&*reader != &*writers);
    CHECK_FALSE(must(shared.database.try_reader()));
    TenantStats stats;
    shared.database.count_readers(stats);
    CHECK(stats.readers == 1);
    CHECK(stats.readers_in_use == 1);
    CHECK(shared.counters.reads.value() == 2);
    writers = {};
    CHECK_FALSE(shared.database.has_reader());
    reader = {};
    CHECK(shared.database.has_reader());
    shared.database.close_readers();
    TenantStats after;
    shared.database.count_readers(after);
    CHECK(after.readers == 0);
}

TEST_CASE("the end of a lease says whether what was read may be told")
{
    Shared shared;
    auto writers = shared.try_borrow();
    auto reader = must(shared.database.try_reader());
    REQUIRE(reader);
    const bool replaced = GENERATE(false, true);
    if (replaced) shared.replace();
    CHECK(writers.end() != replaced);
    CHECK_FALSE(writers);
    CHECK(reader.end() != replaced);
    CHECK_FALSE(reader);
    CHECK(shared.file.lost() == replaced);
    // They are back all the same.
    CHECK(shared.try_borrow());
    if (replaced) return;
    CHECK(must(shared.database.try_reader()));
}

TEST_CASE("where another database lies no connection is opened beside the one that is open")
{
    Shared shared;
    shared.replace();
    CHECK(shared.database.open_for_checkpoint().error() == errc::tenant_gone);
    CHECK(shared.database.open_for_upkeep().error() == errc::tenant_gone);
    CHECK(shared.database.try_reader().error() == errc::tenant_gone);
    CHECK(shared.database.reader(std::chrono::milliseconds(0)).error() == errc::tenant_gone);
}

TEST_CASE("a lease that is moved gives its connection back once")
{
    Shared shared;
    {
        ReadLease first = shared.try_borrow();
        ReadLease second = std::move(first);
        CHECK_FALSE(first); // NOLINT(bugprone-use-after-move)
        first = std::move(second);
        CHECK(first);
        CHECK_FALSE(shared.try_borrow());
    }
    CHECK(may_write(shared.database.writer()));
    CHECK(shared.try_borrow());
}

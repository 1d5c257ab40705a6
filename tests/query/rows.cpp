// The policy for rows: records and keys of a scope in the place of plain rows and ids.
#include "query/database.hpp"

using namespace query_tests;

namespace {

template <class Q>
auto in_scope(Database& db, const Q& query)
{
    STATIC_REQUIRE(check_query<ScopeA, Q>());
    return test::must(execute<Work, Records<ScopeA>>(db.connection, query));
}

} // namespace

TEST_CASE("rows are read into records, ids become keys")
{
    Filled db;
    const auto jobs = in_scope(db, select<Job>().where(col<&Job::cost> == 2));
    STATIC_REQUIRE(std::same_as<decltype(jobs), const std::vector<Record<Job, ScopeA>>>);
    REQUIRE(jobs.size() == 1);
    CHECK(jobs[0].note == "two");

    const Key<User, ScopeA> owner = in_scope(db, one(select(col<&Job::owner>).where(col<&Job::cost> == 2)));
    CHECK(owner == key(db.bob));
    const auto [id, worker] =
        in_scope(db, one(select(col<&Job::id>, col<&Job::worker>).where(col<&Job::cost> == 3)));
    STATIC_REQUIRE(std::same_as<decltype(id), const Key<Job, ScopeA>>);
    STATIC_REQUIRE(std::same_as<decltype(worker), const std::optional<Key<User, ScopeA>>>);
    CHECK(worker == key(db.bob));
    CHECK(in_scope(db, one(select<Job>().where(col<&Job::id> == id))).cost == 3);
    const std::optional<Key<User, ScopeA>> greatest = in_scope(db, one(select(max(col<&Job::owner>))));
    CHECK(greatest == key(db.bob));
}

TEST_CASE("records are written like rows")
{
    Filled db;
    auto record = in_scope(db, one(select<Job>().where(col<&Job::cost> == 2)));
    record.cost = 22;
    CHECK(in_scope(db, update(record)) == 1);
    CHECK(in_scope(db, upsert(record)) == key(record.id));
    CHECK(in_scope(db, remove(record)) == 1);
    const Key<Job, ScopeA> inserted = in_scope(db, insert(record));
    CHECK(inserted == key(record.id));
    CHECK(in_scope(db, insert_or_ignore(record)) == std::nullopt);
    CHECK(in_scope(db, one(sql<"select * from job where cost = 22", Job>())).id == record.id);
}

TEST_CASE("a query of plain rows runs in any scope, and on an erased handle, whose scope is the schema")
{
    using Query = decltype(update<Job>().set(col<&Job::cost> = 1).where(col<&Job::cost> == 2));
    STATIC_REQUIRE(check_query<ScopeA, Query>());
    STATIC_REQUIRE(check_query<ScopeB, Query>());
    STATIC_REQUIRE(check_query<Work, Query>());
    STATIC_REQUIRE(check_query<Work, decltype(select<Job>().where(col<&Job::id> == Key<Job, Work>()))>());
    STATIC_REQUIRE((WriteQuery<Query> && !ReadQuery<Query>));
    STATIC_REQUIRE((ReadQuery<decltype(first(select<Job>()))> && !WriteQuery<decltype(select<Job>())>));
    STATIC_REQUIRE(WriteQuery<decltype(insert(Job{}))>);
    STATIC_REQUIRE(!Statement<int>);
}

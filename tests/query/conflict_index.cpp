// on_conflict("index"_n): indexes that are partial, of expressions or of other collations as the key of an upsert.
#include "query/declared.hpp"

#include <tenantry/query/query.hpp>
#include <tenantry/schema/collate.hpp>
#include <tenantry/schema/index.hpp>

using namespace declared_tests;

namespace {

struct Job {
    Id<Job> id{};
    std::string module{};
    std::string state{};
    std::int64_t tries{};
};
inline constexpr auto open = col<&Job::state> == "it's open";
inline constexpr auto long_module = length(col<&Job::module>) + 1;
struct Slot : Schema<Table<"queue", Job, UniqueIndex<"one_open", &Job::module, Where<open>>,
                           UniqueIndex<"by_length", Descending<Expr<long_module>>, &Job::tries>,
                           UniqueIndex<"no_case", Collated<&Job::state, "NOCASE">, &Job::tries>,
                           UniqueIndex<"plain", &Job::tries, &Job::module, &Job::state>>> {};

Job job(std::string module, std::string state, std::int64_t tries)
{
    Job made;
    made.module = std::move(module);
    made.state = std::move(state);
    made.tries = tries;
    return made;
}

template <class Q>
std::string text_of(const Q&)
{
    return std::string(sql_text<Slot, shape_t<Q>>);
}

} // namespace

TEST_CASE("a partial index says which rows are in the way")
{
    Made<Slot> db;
    const Job first = job("mail", "it's open", 1);
    const auto upsert_open =
        insert(first).on_conflict("one_open"_n).do_update(col<&Job::tries> = excluded(col<&Job::tries>) + 10);
    CHECK(
        text_of(upsert_open) ==
        R"(INSERT INTO "queue" ("id", "module", "state", "tries") VALUES (?, ?, ?, ?))"
        R"( ON CONFLICT ("module") WHERE "state" = 'it''s open' DO UPDATE SET "tries" = excluded."tries" + ?)"
        R"( RETURNING "id")");
    const Id<Job> made = db.run(upsert_open);
    CHECK(db.run(upsert_open) == made);
    CHECK(db.run(select(col<&Job::tries>)) == std::vector<std::int64_t>{11});
    // A closed one is in nobody's way.
    const Job closed = job("mail", "closed", 3);
    CHECK(db.run(insert(closed).on_conflict("one_open"_n).do_nothing()));
    CHECK_FALSE(db.run(insert(first).on_conflict("one_open"_n).do_nothing()));
    CHECK(db.run(one(select(count()).from(table<Job>))) == 2);
}

TEST_CASE("an index of an expression, and one of another collation, are keys of an upsert")
{
    Made<Slot> db;
    db.run(insert(job("abc", "new", 1)));
    const Job same_length = job("xyz", "other", 1);
    CHECK_FALSE(db.run(insert(same_length).on_conflict("by_length"_n).do_nothing()));
    const Job other_case = job("longer", "NEW", 1);
    CHECK_FALSE(db.run(insert(other_case).on_conflict("no_case"_n).do_nothing()));
    const auto changed = insert(other_case)
                             .on_conflict("no_case"_n)
                             .do_update(col<&Job::state> = excluded(col<&Job::state>))
                             .where(col<&Job::tries> == 1);
    CHECK(db.run(changed));
    CHECK(db.run(one(select(col<&Job::state>))) == "NEW");
    CHECK_FALSE(db.run(insert(job("abc", "NEW", 1)).on_conflict("plain"_n).do_nothing()));
}

TEST_CASE("many rows and rows of a query may meet such an index as well")
{
    Made<Slot> db;
    const std::vector<Job> jobs{job("a", "it's open", 1), job("bb", "it's open", 2),
                                job("a", "it's open", 3)};
    const auto keys = db.run(
        insert(jobs).on_conflict("one_open"_n).do_update(col<&Job::tries> = excluded(col<&Job::tries>)));
    REQUIRE(keys.size() == 3);
    CHECK(keys[0] == keys[2]);
    CHECK(db.run(insert<Job>()
                     .columns(col<&Job::module>, col<&Job::state>, col<&Job::tries>)
                     .from(select(col<&Job::module>, col<&Job::state>, col<&Job::tries> + 100))
                     .on_conflict("one_open"_n)
                     .do_nothing()) == 0);
}

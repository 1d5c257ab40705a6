// Queries of one form are one text and one slot; queries of another form are not.
#include "query/database.hpp"

#include <string>
#include <utility>

using namespace query_tests;

namespace {

template <class A, class B>
bool same_slot(const A&, const B&)
{
    const auto& a = statement_text<Work, shape_t<A>>();
    const auto& b = statement_text<Work, shape_t<B>>();
    CHECK((a.slot == b.slot) == (&a == &b));
    return &a == &b;
}

} // namespace

TEST_CASE("what values are made of does not matter to the text")
{
    const std::string named = "mail";
    const auto literal = select<Job>().where(col<&Job::module> == "mail").limit(1);
    const auto borrowed = select<Job>().where(col<&Job::module> == named).limit(std::size_t{2});
    const auto given = select<Job>().where(col<&Job::module> == std::string("mail")).limit(3u);
    STATIC_REQUIRE(std::same_as<shape_t<decltype(literal)>, shape_t<decltype(given)>>);
    STATIC_REQUIRE(!std::same_as<decltype(literal), decltype(given)>);
    CHECK(same_slot(literal, borrowed));
    CHECK(same_slot(literal, given));
    CHECK(same_slot(literal, own(literal)));
    CHECK(same_slot(select<Job>().where(col<&Job::cost> == 1), select<Job>().where(col<&Job::cost> == 1ull)));
}

TEST_CASE("whose keys and records they are does not matter to the text")
{
    const auto a = select<Job>().where(col<&Job::owner> == Key<User, ScopeA>());
    const auto b = select<Job>().where(col<&Job::owner> == Key<User, ScopeB>());
    CHECK(same_slot(a, b));
    const Record<Job, ScopeA> record{};
    CHECK(same_slot(update(record), update(Job{})));
    CHECK(same_slot(insert(record), insert(Record<Job, ScopeB>{})));
    CHECK(same_slot(remove(record), remove(Job{})));
    CHECK(same_slot(upsert(record), upsert(Job{})));
}

TEST_CASE("a one-row query has the text of all rows where nothing is sorted")
{
    CHECK(same_slot(first(select<Job>()), select<Job>()));
    CHECK(same_slot(one(select<Job>()), select<Job>()));
}

TEST_CASE("another form is another statement")
{
    const auto base = select<Job>();
    CHECK_FALSE(same_slot(base, base.limit(1)));
    CHECK_FALSE(same_slot(base.where(col<&Job::cost> == 1), base.where(col<&Job::cost> != 1)));
    CHECK_FALSE(same_slot(insert(Job{}), upsert(Job{})));
    CHECK_FALSE(same_slot(insert(Job{}), insert(Job{}).defaults(col<&Job::note>)));
}

TEST_CASE("the text ends with a zero")
{
    const auto text = sql_text<Work, shape_t<decltype(select<Setting>())>>;
    CHECK(text.data()[text.size()] == '\0');
}

TEST_CASE("a schema of its own has statements of its own")
{
    using Query = decltype(select<Setting>());
    struct Other : Schema<Table<"settings", Setting, PrimaryKey<&Setting::key>>> {};
    CHECK(sql_text<Other, shape_t<Query>> == R"(SELECT "key", "value", "updated_at" FROM "settings")");
    CHECK(statement_text<Other, shape_t<Query>>().slot != statement_text<Work, shape_t<Query>>().slot);
}

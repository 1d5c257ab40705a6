// own(query): what views look at, and rows that have a name, is copied, and only that.
#include "query/database.hpp"

#include <memory>
#include <utility>

using namespace query_tests;

TEST_CASE("an owning query outlives what it was made of")
{
    Filled db;
    auto text = std::make_unique<std::string>("a module name that is too long to be stored in place");
    auto row = std::make_unique<Setting>(Setting{.key = *text, .value = "v", .updated_at = {}});
    auto bytes = std::make_unique<std::vector<std::byte>>(100, std::byte{5});
    auto note = std::make_unique<std::optional<std::string>>(*text);

    auto find = own(select<Job>().where(col<&Job::module> == borrowed(*text) &&
                                        in(col<&Job::module>, "b", borrowed(*text))));
    auto find_note = own(select<Job>().where(is(col<&Job::note>, borrowed(*note))));
    auto set = own(update<Job>()
                       .set(col<&Job::module> = std::string_view(*text), col<&Job::note> = borrowed(*note))
                       .where(col<&Job::cost> == 1));
    auto put = own(insert(*row));
    auto put_more = own(upsert(*row));
    auto change = own(update(*row));
    auto drop = own(remove(*row));
    auto paint = own(update<User>().set(col<&User::picture> = borrowed(*bytes)).all_rows());
    auto raw = own(one(sql<"select count(*) from job where module = ? and note = ?", std::int64_t>(
        borrowed(*text), borrowed(*note))));
    const std::string copy = *text;
    text->assign(text->size(), '#');
    row->key.assign(row->key.size(), '#');
    std::fill(bytes->begin(), bytes->end(), std::byte{0});
    (*note)->assign(copy.size(), '#');
    text.reset();
    row.reset();
    bytes.reset();
    note.reset();

    CHECK(db.run(set) == 1);
    CHECK(db.run(find).size() == 1);
    CHECK(db.run(find_note).size() == 1);
    CHECK(db.run(raw) == 1);
    db.run(put);
    CHECK(db.run(one(select(col<&Setting::key>))) == copy);
    db.run(put_more);
    CHECK(db.run(change) == 1);
    CHECK(db.run(drop) == 1);
    CHECK(db.run(paint) == 2);
    CHECK(db.run(first(select(col<&User::picture>))) == std::vector<std::byte>(100, std::byte{5}));
}

TEST_CASE("what is owned already is moved, not copied")
{
    Filled db;
    std::string text(1000, 'x');
    const char* const where = text.data();
    auto query = select<Job>().where(col<&Job::module> == std::move(text)).limit(1);
    auto owned = own(std::move(query));
    const auto& parameter = detail::pack_get<1>(detail::pack_get<1>(owned.clauses).condition.args);
    CHECK(parameter.value.data() == where);
    STATIC_REQUIRE(std::same_as<decltype(parameter.value), std::string>);
}

TEST_CASE("rows that were given away are known, for compilers that destroy them twice")
{
    struct Plain {
        Id<Plain> id{};
        int n{};
    };
    const Setting named;
    STATIC_REQUIRE(is_rvalue_row<decltype(insert(Setting{}))>);
    STATIC_REQUIRE(is_rvalue_row<decltype(update(Setting{}))>);
    STATIC_REQUIRE(!is_rvalue_row<decltype(insert(named))>);
    STATIC_REQUIRE(!is_rvalue_row<decltype(insert(Plain{}))>);
    STATIC_REQUIRE(!is_rvalue_row<decltype(select<Job>())>);
}

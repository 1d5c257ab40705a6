// Pages pass over no row: what they are ordered by has to be unique, and the schema knows what is.
#include <algorithm>
#include <tuple>
#include <vector>

#include <tenantry/schema/collate.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/unique.hpp>

#include "query/company.hpp"

using namespace tenantry;
using test::must;

namespace {

struct Place {
    Id<Place> id{};
    std::string code{};                 // unique
    std::string name{};                 // unique in any case of its letters
    std::optional<std::string> alias{}; // unique where it is there
    std::int64_t zone{};                // with `slot`
    std::int64_t slot{};
    std::string street{}; // unique of those that are open
    bool open = true;
};
struct Visit {
    Id<Visit> id{};
    Id<Place> place{};
    std::string code{};
    std::int64_t day{};
};
struct Word {
    std::string language{};
    std::string text{};
    std::int64_t rank{};
};
struct OpenPlace {
    std::string code{};
    std::string street{};
};
inline constexpr auto is_open = col<&Place::open> == true;
inline constexpr auto open_places = select(col<&Place::code>, col<&Place::street>).where(col<&Place::open>);

struct Town : Schema<Table<"place", Place, Unique<&Place::code>, Collate<&Place::name, "nocase">,
                           Unique<&Place::name>, UniqueIndex<"place_alias", &Place::alias>,
                           UniqueIndex<"place_slot", Descending<&Place::slot>, &Place::zone>,
                           UniqueIndex<"place_street", &Place::street, Where<is_open>>>,
                     Table<"visit", Visit>, Table<"word", Word, PrimaryKey<&Word::language, &Word::text>>,
                     View<"open_place", OpenPlace, open_places>> {};

struct Busy {
    std::string code{};
    std::int64_t visits{};
};
struct Code {
    std::string code{};
};
struct Place2 {
    std::string code{};
    std::int64_t slot{};
};

template <class Q>
inline constexpr bool is_page = detail::is_unique_order<Town, Q>();

struct Open {
    sqlite::Connection connection = must(sqlite::Connection::open_memory());

    template <class Q>
    auto run(const Q& query)
    {
        return must(execute<Town>(connection, query));
    }

    Open()
    {
        connection.set_incarnation(7);
        for (const SchemaObject& object : schema_info<Town>().objects)
            must(connection.execute(std::string(object.sql).c_str()));
        for (int i = 0; i < 8; ++i) {
            const std::string n = std::to_string(i);
            Place place{.id = {},
                        .code = "c" + n,
                        .name = (i % 2 == 0 ? "N" : "n") + n,
                        .alias = {},
                        .zone = i / 4,
                        .slot = i % 4,
                        .street = "s",
                        .open = i == 3};
            if (i % 3 == 0) place.alias = "a" + n;
            const auto id = run(insert(place));
            for (int k = 0; k < i % 4; ++k)
                run(insert(
                    Visit{.id = {}, .place = id, .code = "c" + std::to_string((i + k) % 5), .day = k % 2}));
            run(insert(Word{
                .language = i % 2 == 0 ? "en" : "de", .text = "w" + std::to_string(i / 2), .rank = i % 2}));
        }
    }

    /// Whether pages of two rows are all rows, each once, in order.
    template <class Q, class After>
    void check_pages(const Q& query, const After& after)
    {
        const auto all = run(query);
        CHECK(all.size() > 2);
        std::decay_t<decltype(all)> seen;
        auto page = run(query.limit(2));
        while (!page.empty() && seen.size() <= all.size()) {
            seen.insert(seen.end(), page.begin(), page.end());
            page = run(after(page.back()).limit(2));
        }
        CHECK(seen == all);
    }
    template <class Q>
    void check_pages(const Q& query)
    {
        check_pages(query, [&](const auto& row) { return page_after(query, row); });
    }
};

} // namespace

TEST_CASE("an order by what the schema says is unique")
{
    Open db;
    db.check_pages(
        select(col<&Place::zone>, col<&Place::id>).order_by(col<&Place::zone>, desc(col<&Place::id>)));
    db.check_pages(select(col<&Place::code>).order_by(col<&Place::code>));
    db.check_pages(select(col<&Place::name>).order_by(desc(col<&Place::name>)));
    db.check_pages(
        select(col<&Place::slot>, col<&Place::zone>).order_by(col<&Place::slot>, col<&Place::zone>));
    db.check_pages(select(col<&Word::rank>, col<&Word::text>, col<&Word::language>)
                       .order_by(col<&Word::rank>, col<&Word::text>, col<&Word::language>));
}

TEST_CASE("a column that equals a value needs not be ordered by")
{
    Open db;
    db.check_pages(select(col<&Word::text>).where(col<&Word::language> == "en").order_by(col<&Word::text>));
    db.check_pages(
        select(col<&Word::text>).where(constant<"en"> == col<&Word::language>).order_by(col<&Word::text>));
    db.check_pages(select(col<&Place::slot>)
                       .where(1 == col<&Place::zone> && when(true, col<&Place::street> == "s"))
                       .order_by(col<&Place::slot>));
    CHECK_FALSE(is_page<decltype(select(col<&Word::text>)
                                     .where(col<&Word::language> == "en" || col<&Word::rank> > 0)
                                     .order_by(col<&Word::text>))>);
    CHECK_FALSE(is_page<decltype(select(col<&Word::text>)
                                     .where(when(true, col<&Word::language> == "en") && col<&Word::rank> > 0)
                                     .order_by(col<&Word::text>))>);
    CHECK_FALSE(is_page<decltype(select(col<&Word::text>)
                                     .where(col<&Word::language> >= "en")
                                     .order_by(col<&Word::text>))>);
}

TEST_CASE("what is not unique of all rows is no order for pages")
{
    CHECK_FALSE(is_page<decltype(select<Place>().order_by(col<&Place::zone>))>);
    CHECK_FALSE(is_page<decltype(select<Place>().order_by(col<&Place::zone>, col<&Place::street>))>);
    CHECK_FALSE(is_page<decltype(select<Place>().order_by(col<&Place::street>))>); // a partial index
    CHECK_FALSE(is_page<decltype(select<Place>().order_by(col<&Place::alias>))>);  // NULLs are distinct
    CHECK_FALSE(is_page<decltype(select<Place>().order_by(lower(col<&Place::code>)))>);
    CHECK_FALSE(is_page<decltype(select<Place>().order_by(collate<"nocase">(col<&Place::code>)))>);
    CHECK_FALSE(is_page<decltype(select<Word>().order_by(col<&Word::text>))>);
    // equal to a value it is not NULL
    CHECK(is_page<decltype(select<Place>().where(col<&Place::alias> == "a").order_by(col<&Place::zone>))>);
}

TEST_CASE("of joined tables each has to be told apart, or to come once")
{
    Open db;
    // a place has many visits, a visit one place
    db.check_pages(select(col<&Place::zone>, col<&Visit::id>)
                       .join(table<Place>)
                       .order_by(col<&Place::zone>, col<&Visit::id>));
    db.check_pages(select(col<&Visit::id>, col<&Place::name>)
                       .left_join(table<Place>, col<&Place::id> == col<&Visit::place>)
                       .order_by(col<&Visit::id>));
    db.check_pages(select(col<&Visit::id>)
                       .join(table<Place>, col<&Visit::code> == col<&Place::code>)
                       .order_by(col<&Visit::id>));
    CHECK_FALSE(is_page<decltype(select(col<&Place::id>).join(table<Visit>).order_by(col<&Place::id>))>);
    CHECK_FALSE(is_page<decltype(select(col<&Place::id>)
                                     .left_join(table<Visit>, col<&Place::id> == col<&Visit::place>)
                                     .order_by(col<&Place::id>))>);
    CHECK_FALSE(
        is_page<decltype(select(col<&Visit::id>).cross_join(table<Place>).order_by(col<&Visit::id>))>);
    CHECK_FALSE(is_page<decltype(select(col<&Visit::id>)
                                     .join(table<Place>, col<&Visit::day> == col<&Place::zone>)
                                     .order_by(col<&Visit::id>))>);
    // One visit equals several places, if they are compared in any case.
    CHECK_FALSE(is_page<decltype(select(col<&Place::name>)
                                     .join(table<Word>, col<&Place::name> == col<&Word::text>)
                                     .where(col<&Word::language> == "en")
                                     .order_by(col<&Place::name>))>);
    // The condition of a left join says nothing of the rows that it joins to.
    CHECK_FALSE(is_page<decltype(select(col<&Place::id>)
                                     .from(table<Place>)
                                     .left_join(table<Visit>,
                                                col<&Place::id> == 3 && col<&Visit::id> == col<&Place::zone>)
                                     .order_by(col<&Place::zone>))>);
    using Other = Alias<"other", Place>;
    constexpr auto other = alias<"other">;
    db.check_pages(select(col<&Place::id>, other[col<&Place::id>])
                       .join(table<Other>, col<&Place::zone> == other[col<&Place::zone>])
                       .order_by(col<&Place::id>, other[col<&Place::id>]));
    CHECK_FALSE(is_page<decltype(select(col<&Place::id>)
                                     .join(table<Other>, col<&Place::zone> == other[col<&Place::zone>])
                                     .order_by(col<&Place::id>))>);
    CHECK(is_page<decltype(select(col<&Place::id>)
                               .join(table<Other>, col<&Place::code> == other[col<&Place::code>])
                               .order_by(col<&Place::id>))>);
}

TEST_CASE("groups, queries with names, views and distinct rows")
{
    Open db;
    const auto busy =
        select(col<&Visit::code>, count().as("visits"_n)).group_by(col<&Visit::code>).into(table<Busy>);
    db.check_pages(select(col<&Busy::visits>, col<&Busy::code>)
                       .from(subquery<"busy">(busy))
                       .order_by(desc(col<&Busy::visits>), col<&Busy::code>));
    db.check_pages(select(col<&Place::id>, col<&Busy::visits>)
                       .with(cte<"busy">(busy))
                       .join(table<Busy>, col<&Busy::code> == col<&Place::code>)
                       .order_by(col<&Place::id>));
    CHECK_FALSE(
        is_page<
            decltype(select(col<&Busy::visits>).from(subquery<"busy">(busy)).order_by(col<&Busy::visits>))>);
    const auto plain = select(col<&Place::code>, col<&Place::slot>).into(table<Place2>);
    db.check_pages(select(col<&Place2::code>).from(subquery<"t">(plain)).order_by(col<&Place2::code>));
    CHECK_FALSE(
        is_page<
            decltype(select(col<&Place2::slot>).from(subquery<"t">(plain)).order_by(col<&Place2::slot>))>);
    const auto codes = select(col<&Place::code>).union_(select(col<&Visit::code>)).into(table<Code>);
    db.check_pages(select(col<&Code::code>).from(subquery<"t">(codes)).order_by(col<&Code::code>));
    const auto again = select(col<&Place::code>).union_all(select(col<&Visit::code>)).into(table<Code>);
    CHECK_FALSE(
        is_page<decltype(select(col<&Code::code>).from(subquery<"t">(again)).order_by(col<&Code::code>))>);
    db.check_pages(select(col<&Visit::code>).distinct().order_by(col<&Visit::code>));
    CHECK_FALSE(
        is_page<
            decltype(select(col<&Visit::code>, col<&Visit::day>).distinct().order_by(col<&Visit::code>))>);
    CHECK(db.run(page_after_keys(select<OpenPlace>().order_by(col<&OpenPlace::code>), "c")).size() == 1);
    CHECK_FALSE(is_page<decltype(select<OpenPlace>().order_by(col<&OpenPlace::street>))>);
}

TEST_CASE("who knows better says so")
{
    Open db;
    const auto query =
        select(col<&Visit::place>, col<&Visit::day>).where(col<&Visit::day> == 0 && col<&Visit::code> < "c3");
    const auto rows = unique_by<&Visit::place>(query.order_by(col<&Visit::day>, col<&Visit::place>));
    CHECK(sql_text<Town, shape_t<decltype(rows)>> ==
          sql_text<Town, shape_t<decltype(query.order_by(col<&Visit::day>, col<&Visit::place>))>>);
    const auto all = db.run(rows);
    const auto next = own(page_after_keys(rows, 0, detail::IdAccess::key<Place, struct Here>(2, 7)));
    CHECK(db.run(next).size() < all.size());
    CHECK(db.run(page_after(unique_by<lower(col<&Place::code>)>(
                                select(lower(col<&Place::code>)).order_by(lower(col<&Place::code>))),
                            std::string("c4")))
              .size() == 3);
}

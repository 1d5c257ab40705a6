// The promise at run time: what the compiler cannot see (one body that serves two tenants, a handle that is bound to
// no body, a name used again) is refused when it is bound, and nothing is read or changed.
#include <any>
#include <string>
#include <tuple>
#include <vector>

#include <boost/asio/use_awaitable.hpp>

#include <tenantry/fleet/fleet.hpp>
#include <tenantry/fleet/open.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

namespace {

struct TwoTenants {
    TempDir directory;
    Fleet<Notes> fleet = must(open_notes(directory.path() / "root", {.threads = 2}));

    // Both have a note 1, as everybody has.
    TwoTenants()
    {
        for (const char* id : {"alpha", "beta"}) {
            must(wait_for(fleet.async_create(id)));
            add(id, std::string("of ") + id);
        }
    }

    TenantDb<Notes> tenant(std::string_view id) { return must(wait_for(fleet.async_tenant(id))); }

    void add(std::string_view id, std::string text)
    {
        const auto row = note(std::move(text));
        CHECK(must(wait_for(tenant(id).async_write(insert(row)))).value() == 1);
    }

    // The tenant has its one note and no reply, as it had in the beginning.
    void check_untouched(std::string_view id)
    {
        const auto db = tenant(id);
        CHECK(must(db.read(one(select<Note>()))).text == "of " + std::string(id));
        CHECK(must(db.read(one(select(count()).from(table<Reply>)))) == 0);
    }
};

template <class T>
void check_refused(const Result<T>& result)
{
    REQUIRE_FALSE(result);
    CHECK(result.error() == errc::wrong_tenant);
    CHECK_FALSE(result.error().tenant().empty());
}

// Everything that can be done with a key and a record of one tenant through a handle of another.
template <class T>
void try_everything(TenantDb<T> db, Key<Note, T> stranger, Record<Note, T> record)
{
    const auto here = [&](auto query) {
        check_refused(db.read(query));
        check_refused(wait_for(db.async_read(query)));
        auto body = [&](auto& tx) -> Result<void> {
            must(tx.read(query));
            return {};
        };
        check_refused(wait_for(db.async_write(body)));
    };
    here(select<Note>().where(col<&Note::id> == stranger));
    here(select<Note>().where(col<&Note::id> != stranger));
    here(select<Note>().where(col<&Note::number> > 0 || col<&Note::id> == stranger));
    here(select(count()).from(table<Note>).where(in(col<&Note::id>, key_for<Note>(db, 1), stranger)));
    here(select<Reply>().where(col<&Reply::note> == stranger));
    here(select<Reply>().where(col<&Reply::other> == stranger));
    here(first(select<Note>().where(col<&Note::id> == key_of(record))));
    here(sql<"select * from note where id = ?", Note>(stranger));

    const auto change = [&](auto query) {
        check_refused(wait_for(db.async_write(query)));
        auto body = [&](auto& tx) -> Result<void> { return tx.run(query); };
        check_refused(wait_for(db.async_write(body)));
        // What the body did before is rolled back with it.
        auto after_another = [&](auto& tx) -> Result<void> {
            if (auto done = tx.run(update<Note>().set(col<&Note::text> = "changed").all_rows()); !done)
                return done;
            return tx.run(query);
        };
        check_refused(wait_for(db.async_write(after_another)));
    };
    change(update<Note>().set(col<&Note::text> = "changed").where(col<&Note::id> == stranger));
    change(remove<Note>().where(col<&Note::id> == stranger));
    change(update(record));
    change(remove(record));
    change(upsert(record));
    change(insert(record));
    change(sql<"delete from note where id = ?">(stranger));

    const Reply pointing{.note = stranger};
    change(insert(pointing));
    change(insert_or_replace(pointing));
    const Reply pointing_perhaps{.note = key_for<Note>(db, 1), .other = stranger};
    change(insert(pointing_perhaps));
    const Note copied = plain(record);
    change(insert(copied));
    change(update<Reply>().set(col<&Reply::note> = stranger).all_rows());

    const Id<Note> bare = stranger;
    const auto key = key_for(db, bare);
    check_refused(key);
}

// A body of one type, run for one tenant after the other: the type of what it keeps is the same each time.
struct Keeper {
    std::any& key;
    std::any& record;

    template <class T>
    awaitable<Result<void>> operator()(TenantDb<T> db)
    {
        auto own = co_await db.async_read(one(select<Note>()));
        if (!own) co_return tl::unexpected(own.error());
        if (!key.has_value()) {
            key = key_of(*own);
            record = *own;
            co_return Result<void>();
        }
        try_everything(db, std::any_cast<Key<Note, T>>(key), std::any_cast<Record<Note, T>>(record));
        co_return Result<void>();
    }
};

// A body that calls itself for another tenant before it has ended for the first.
struct Recursion {
    Fleet<Notes>& fleet;
    std::any key{};
    std::any record{};

    template <class T>
    awaitable<Result<void>> operator()(TenantDb<T> db)
    {
        if (key.has_value()) {
            try_everything(db, std::any_cast<Key<Note, T>>(key), std::any_cast<Record<Note, T>>(record));
            co_return Result<void>();
        }
        auto own = co_await db.async_read(one(select<Note>()));
        if (!own) co_return tl::unexpected(own.error());
        Recursion inner{fleet, key_of(*own), *own};
        auto done = co_await fleet.async_with("beta", inner);
        if (!done) co_return done;
        // And the key is still good where it came from.
        auto again = co_await db.async_read(one(select<Note>().where(col<&Note::id> == key_of(*own))));
        co_return again.map([](const auto&) {});
    }
};

} // namespace

TEST_CASE("one body object that is used for two tenants")
{
    TwoTenants two;
    std::any key;
    std::any record;
    Keeper body{key, record};
    must(run(two.fleet.async_with("alpha", body, boost::asio::use_awaitable)));
    REQUIRE(key.has_value());
    must(run(two.fleet.async_with("beta", body, boost::asio::use_awaitable)));
    two.check_untouched("alpha");
    two.check_untouched("beta");
}

TEST_CASE("a body in a loop over tenants")
{
    TwoTenants two;
    const auto loop = [&]() -> awaitable<Result<void>> {
        std::any kept;
        for (const char* id : {"alpha", "beta"}) {
            auto body = [&]<class T>(TenantDb<T> db) -> awaitable<Result<void>> {
                if (!kept.has_value()) {
                    kept = key_for<Note>(db, 1);
                    co_return Result<void>();
                }
                const auto stranger = std::any_cast<Key<Note, T>>(kept);
                auto found = co_await db.async_read(select<Note>().where(col<&Note::id> == stranger));
                check_refused(found);
                const Reply pointing{.note = stranger};
                auto added = co_await db.async_write(insert(pointing));
                check_refused(added);
                auto changed = co_await db.async_write(
                    update<Note>().set(col<&Note::text> = "changed").where(col<&Note::id> == stranger));
                check_refused(changed);
                // Its own key is another one.
                auto own =
                    co_await db.async_read(select<Note>().where(col<&Note::id> == key_for<Note>(db, 1)));
                CHECK(must(own).size() == 1);
                co_return Result<void>();
            };
            auto done = co_await two.fleet.async_with(id, body);
            if (!done) co_return done;
        }
        co_return Result<void>();
    };
    must(run(loop()));
    two.check_untouched("alpha");
    two.check_untouched("beta");
}

TEST_CASE("a body that calls itself for another tenant")
{
    TwoTenants two;
    Recursion body{two.fleet};
    must(run(two.fleet.async_with("alpha", body, boost::asio::use_awaitable)));
    two.check_untouched("alpha");
    two.check_untouched("beta");
}

TEST_CASE("handles that are bound to no body")
{
    TwoTenants two;
    const auto alpha = two.tenant("alpha");
    const auto record = must(alpha.read(one(select<Note>())));
    try_everything(two.tenant("beta"), key_of(record), record);
    try_everything(two.tenant("beta"), key_for<Note>(alpha, 1), record);
    two.check_untouched("alpha");
    two.check_untouched("beta");

    // Two handles of one tenant are of one tenant.
    CHECK(must(two.tenant("alpha").read(one(select<Note>().where(col<&Note::id> == key_of(record))))).text ==
          "of alpha");
}

TEST_CASE("a tenant that was destroyed and created again is a stranger to its old keys")
{
    TwoTenants two;
    const auto old = must(two.tenant("alpha").read(one(select<Note>())));
    const auto old_incarnation = two.tenant("alpha").incarnation();
    must(wait_for(two.fleet.async_destroy("alpha")));
    must(wait_for(two.fleet.async_create("alpha")));
    two.add("alpha", "of alpha");

    const auto alpha = two.tenant("alpha");
    CHECK(alpha.incarnation() != old_incarnation);
    try_everything(alpha, key_of(old), old);
    two.check_untouched("alpha");
    CHECK(must(alpha.read(one(select<Note>()))).id != old.id);
}

TEST_CASE("keys outlive the fleet that gave them, and are good in the next one")
{
    TwoTenants two;
    const auto record = must(two.tenant("alpha").read(one(select<Note>())));
    two.fleet = must(open_notes(two.directory.path() / "root", {.threads = 2}));
    CHECK(must(two.tenant("alpha").read(select<Note>().where(col<&Note::id> == key_of(record)))).size() == 1);
    check_refused(two.tenant("beta").read(select<Note>().where(col<&Note::id> == key_of(record))));
}

TEST_CASE("a row of one tenant goes into another once its id is unset")
{
    TwoTenants two;
    Note copied = plain(must(two.tenant("alpha").read(one(select<Note>()))));
    check_refused(wait_for(two.tenant("beta").async_write(insert(copied))));
    copied.id = {};
    CHECK(must(wait_for(two.tenant("beta").async_write(insert(copied)))).value() == 2);
    CHECK(must(count_notes(two.tenant("beta"))) == 2);
}

TEST_CASE("what is read in one tenant is that tenant's alone")
{
    TwoTenants two;
    for (int n = 0; n < 20; ++n)
        for (const char* id : {"alpha", "beta"}) two.check_untouched(id);
    const auto alpha = two.tenant("alpha");
    CHECK(alpha.id() == "alpha");
    const auto record = must(alpha.read(one(select<Note>())));
    CHECK(record.id.incarnation() == alpha.incarnation());
    CHECK(alpha.incarnation() != two.tenant("beta").incarnation());
}

// ---- rows that have no id to say it

namespace {

// A text is its key, an id of another table a part of its key, or it has none: a view's and a query's.
struct Word {
    std::string text{};
    std::int64_t count{};
};
struct Use {
    Id<Note> note{};
    std::string word{};
    std::int64_t times{};
};
struct Rare {
    std::string text{};
    std::int64_t count{};
};
struct Total {
    std::string word{};
    std::int64_t total{};
};
inline constexpr auto rare = select(col<&Word::text>, col<&Word::count>).where(col<&Word::count> < 100);

struct Lexicon : Schema<Table<"note", Note>, Table<"word", Word, PrimaryKey<&Word::text>>,
                        Table<"use", Use, PrimaryKey<&Use::note, &Use::word>>, View<"rare", Rare, rare>> {};

struct TwoDictionaries {
    TempDir directory;
    Fleet<Lexicon> fleet = must(Fleet<Lexicon>::open(directory.path() / "root", {.threads = 2}));

    // Both have the same words, each its own number of them.
    TwoDictionaries()
    {
        must(fleet.create("alpha"));
        must(fleet.create("beta"));
        fill("alpha", 1);
        fill("beta", 2);
    }

    TenantDb<Lexicon> tenant(std::string_view id) { return must(fleet.tenant(id)); }

    void fill(std::string_view id, std::int64_t count)
    {
        auto body = [&](auto& tx) -> Result<void> {
            for (const char* text : {"a", "b", "c"})
                if (auto done = tx.run(insert(Word{text, count})); !done) return done;
            auto key = tx.write(insert(note("a note")));
            if (!key) return fail(std::move(key).error());
            return tx.run(insert(Use{.note = *key, .word = "a", .times = count}));
        };
        must(tenant(id).write(body));
    }

    void check_untouched(std::string_view id, std::int64_t count)
    {
        const auto db = tenant(id);
        const auto words = must(db.read(select<Word>().order_by(col<&Word::text>)));
        REQUIRE(words.size() == 3);
        for (const auto& word : words) CHECK(word.count == count);
        CHECK(must(db.read(one(select<Use>()))).times == count);
    }
};

auto total_words()
{
    return cte<"total">(
        select(col<&Word::text>.as("word"_n), coalesce(sum(col<&Word::count>), 0).as("total"_n))
            .group_by(col<&Word::text>)
            .into(table<Total>));
}

// The first word and what else there is in a tenant without an id, read in every way that gives records.
template <class T>
struct Strangers {
    std::vector<Record<Word, T>> words{};
    Record<Use, T> use{};
    Record<Rare, T> rare{};
    Record<Total, T> total{};
    Record<Note, T> note{};

    static Strangers of(const TenantDb<T>& db)
    {
        Strangers all;
        const auto first_word = first(select<Word>().order_by(col<&Word::text>));
        all.words.push_back(*must(db.read(first_word)));
        all.words.push_back(must(db.read(select<Alias<"w", Word>>().limit(1))).at(0));
        all.words.push_back(std::get<0>(must(db.read(select(row<Word>, col<&Word::count>).limit(1))).at(0)));
        all.words.push_back(
            must(db.read(sql<"select text, count from word where text = 'a'", Word>())).at(0));
        auto rows = [&](const Record<Word, T>& word) {
            all.words.push_back(word);
            return false;
        };
        must(db.for_each(select<Word>(), rows));
        all.use = must(db.read(one(select<Use>())));
        all.rare = must(db.read(select<Rare>().order_by(col<&Rare::text>))).at(0);
        all.total = must(db.read(select<Total>().with(total_words()).order_by(col<&Total::word>))).at(0);
        all.note = must(db.read(one(select<Note>())));
        return all;
    }
};

template <class T>
void try_everything(const TenantDb<T>& db, const Strangers<T>& strangers)
{
    const auto change = [&](auto query) {
        check_refused(wait_for(db.async_write(query)));
        auto body = [&](auto& tx) -> Result<void> { return tx.run(query); };
        check_refused(db.write(body));
    };
    const auto change_by = [&](auto& record) {
        change(update(record));
        change(remove(record));
        change(insert(record));
        change(insert_or_ignore(record));
        change(insert_or_replace(record));
        change(upsert(record));
        const std::vector several{record, record};
        change(insert(several));
        change(insert_or_replace(several));
    };
    for (auto word : strangers.words) {
        word.count = 77;
        change_by(word);
        check_refused(wait_for(db.async_write(update(word).returning())));
        check_refused(wait_for(db.async_write(first(remove(word).returning(col<&Word::count>)))));
    }
    auto use = strangers.use;
    use.times = 77;
    change_by(use);
    use.note = must(db.read(one(select<Note>()))).id; // the id of this tenant does not make it this one's row
    change_by(use);

    const auto page = [&](auto query, const auto& after) {
        check_refused(db.read(page_after(query, after)));
        check_refused(wait_for(db.async_read(page_after(query, after).limit(10))));
        auto body = [&](auto& tx) -> Result<void> {
            must(tx.read(page_after(query, after)));
            return {};
        };
        check_refused(db.write(body));
    };
    page(select<Word>().order_by(col<&Word::text>), strangers.words.front());
    page(select<Word>().order_by(desc(col<&Word::count>), col<&Word::text>), strangers.words.front());
    page(select<Rare>().where(col<&Rare::count> > 0).order_by(col<&Rare::text>), strangers.rare);
    page(select<Total>().with(total_words()).order_by(col<&Total::word>), strangers.total);
    page(unique_by<&Note::text>(select<Note>().order_by(col<&Note::text>)),
         strangers.note); // its id is not among what orders

    // Plain rows are of no tenant.
    const Word plain = tenantry::plain(strangers.words.front());
    CHECK(must(wait_for(db.async_write(update(plain).returning()))).size() == 1);
    CHECK(must(db.read(page_after(select<Word>().order_by(col<&Word::text>), plain))).size() == 2);
}

struct WordKeeper {
    std::any& kept;

    template <class T>
    awaitable<Result<void>> operator()(TenantDb<T> db)
    {
        if (!kept.has_value())
            kept = Strangers<T>::of(db);
        else
            try_everything(db, std::any_cast<const Strangers<T>&>(kept));
        co_return Result<void>();
    }
};

} // namespace

TEST_CASE("records of rows without an id are their tenant's too: a handle that is bound to no body")
{
    TwoDictionaries two;
    const auto strangers = Strangers<Lexicon>::of(two.tenant("alpha"));
    const Word own =
        tenantry::plain(must(two.tenant("beta").read(one(select<Word>().where(col<&Word::text> == "a")))));
    try_everything(two.tenant("beta"), strangers);
    must(two.tenant("beta").write(update(own))); // the plain row was written
    two.check_untouched("alpha", 1);
    two.check_untouched("beta", 2);

    // They are good where they came from, also in the next fleet, and in a copy.
    two.fleet = must(Fleet<Lexicon>::open(two.directory.path() / "root", {.threads = 2}));
    const auto alpha = two.tenant("alpha");
    auto word = strangers.words.front();
    word.count = 5;
    const auto query = select<Word>().order_by(col<&Word::text>);
    CHECK(must(alpha.write(update(word))) == 1);
    CHECK(must(alpha.read(page_after(query, word))).size() == 2);
    CHECK(must(alpha.write(remove(word))) == 1);
    must(alpha.write(insert(word)));
    CHECK(must(alpha.read(one(select<Word>().where(col<&Word::text> == "a")))).count == 5);
    auto use = strangers.use;
    use.times = 6;
    CHECK(must(alpha.write(update(use))) == 1);
}

TEST_CASE(
    "records of rows without an id are their tenant's too: one body for two tenants, and a name used again")
{
    TwoDictionaries two;
    std::any kept;
    WordKeeper body{kept};
    must(run(two.fleet.async_with("alpha", body, boost::asio::use_awaitable)));
    REQUIRE(kept.has_value());
    must(run(two.fleet.async_with("beta", body, boost::asio::use_awaitable)));
    two.check_untouched("alpha", 1);

    must(two.fleet.destroy("alpha"));
    must(two.fleet.create("alpha"));
    two.fill("alpha", 3);
    must(run(two.fleet.async_with("alpha", body, boost::asio::use_awaitable)));
}

TEST_CASE("a record that a program makes of a plain row is that row")
{
    TwoDictionaries two;
    const auto beta = two.tenant("beta");
    Record<Word, Lexicon> made{Word{"a", 9}};
    CHECK(must(beta.write(update(made))) == 1);
    const auto& [text, count] = must(beta.read(one(select<Word>().where(col<&Word::text> == "a"))));
    CHECK(text == "a");
    CHECK(count == 9);
}

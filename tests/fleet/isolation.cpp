// The promise at run time: what the compiler cannot see (one body that serves two tenants, a handle that is bound to
// no body, a name used again) is refused when it is bound, and nothing is read or changed.
#include <any>

#include <tenantry/fleet/fleet.hpp>

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
        CHECK(must(db.read(one(select(count()).from<Reply>()))) == 0);
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
        auto body = [&](auto& tx) -> Result<void> { return tx.run(query); };
        check_refused(wait_for(db.async_write(body)));
    };
    here(select<Note>().where(col<&Note::id> == stranger));
    here(select<Note>().where(col<&Note::id> != stranger));
    here(select<Note>().where(col<&Note::number> > 0 || col<&Note::id> == stranger));
    here(select(count()).from<Note>().where(in(col<&Note::id>, db.template key<Note>(1), stranger)));
    here(select<Reply>().where(col<&Reply::note> == stranger));
    here(select<Reply>().where(col<&Reply::other> == stranger));
    here(first(select<Note>().where(col<&Note::id> == record.key())));
    here(sql<"select * from note where id = ?", Note>(stranger));

    const auto change = [&](auto query) {
        check_refused(wait_for(db.async_write(query)));
        auto body = [&](auto& tx) -> Result<void> { return tx.run(query); };
        check_refused(wait_for(db.async_write(body)));
        // What the body did before is taken back with it.
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
    const Reply pointing_perhaps{.note = db.template key<Note>(1), .other = stranger};
    change(insert(pointing_perhaps));
    const Note copied = record.row();
    change(insert(copied));
    change(update<Reply>().set(col<&Reply::note> = stranger).all_rows());

    const Id<Note> bare = stranger;
    const auto key = db.key(bare);
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
            key = own->key();
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
        Recursion inner{fleet, own->key(), *own};
        auto done = co_await fleet.async_with("beta", inner);
        if (!done) co_return done;
        // And the key is still good where it came from.
        auto again = co_await db.async_read(one(select<Note>().where(col<&Note::id> == own->key())));
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
                    kept = db.template key<Note>(1);
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
                    co_await db.async_read(select<Note>().where(col<&Note::id> == db.template key<Note>(1)));
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
    try_everything(two.tenant("beta"), record.key(), record);
    try_everything(two.tenant("beta"), alpha.key<Note>(1), record);
    two.check_untouched("alpha");
    two.check_untouched("beta");

    // Two handles of one tenant are of one tenant.
    CHECK(must(two.tenant("alpha").read(one(select<Note>().where(col<&Note::id> == record.key())))).text ==
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
    try_everything(alpha, old.key(), old);
    two.check_untouched("alpha");
    CHECK(must(alpha.read(one(select<Note>()))).id != old.id);
}

TEST_CASE("keys outlive the fleet that gave them, and are good in the next one")
{
    TwoTenants two;
    const auto record = must(two.tenant("alpha").read(one(select<Note>())));
    two.fleet = must(open_notes(two.directory.path() / "root", {.threads = 2}));
    CHECK(must(two.tenant("alpha").read(select<Note>().where(col<&Note::id> == record.key()))).size() == 1);
    check_refused(two.tenant("beta").read(select<Note>().where(col<&Note::id> == record.key())));
}

TEST_CASE("a row of one tenant goes into another once its id is unset")
{
    TwoTenants two;
    Note copied = must(two.tenant("alpha").read(one(select<Note>()))).row();
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

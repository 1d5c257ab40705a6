#include <tenantry/tenant/detail/tenant.hpp>
#include <tenantry/tenant/tenant_db.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/system_executor.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/schema/ddl.hpp>

#include "support/catch.hpp"
#include "support/door.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;
using test::must;
using test::Note;
using test::note;
using test::Notes;
using test::Opened;
using test::Reply;
using test::wait_for;

TEST_CASE("a handle of nothing answers tenant_gone, and does not crash")
{
    const TenantDb<Notes> db;
    CHECK(db.id().empty());
    CHECK(db.incarnation() == 0);
    CHECK(db.read(select<Note>()).error() == errc::tenant_gone);
    CHECK(wait_for(db.async_read(select<Note>())).error() == errc::tenant_gone);
    CHECK(wait_for(test::add_note(db, "a")).error() == errc::tenant_gone);
    const auto body = [](auto&) -> Result<int> { return 1; };
    CHECK(wait_for(db.async_write(body)).error() == errc::tenant_gone);

    test::Door called;
    std::optional<errc> told;
    db.async_read(select<Note>(), [&](const auto& result) {
        if (!result && result.error() == errc::tenant_gone) told = errc::tenant_gone;
        called.open();
    });
    REQUIRE(called.wait());
    CHECK(told == errc::tenant_gone);
}

TEST_CASE("what is written is read again, by either way of reading")
{
    Opened opened("some-name");
    const auto& db = opened.db;
    CHECK(db.id() == "some-name");
    CHECK(db.incarnation() != 0);
    const Key<Note, Notes> key = must(wait_for(test::add_note(db, "first", 1)));
    CHECK(key == key_for<Note>(db, key.value()));
    CHECK(must(db.read(one(select<Note>().where(col<&Note::id> == key)))).text == "first");

    const auto rows = must(wait_for(db.async_read(select<Note>().order_by(col<&Note::number>))));
    REQUIRE(rows.size() == 1);
    CHECK(key_of(rows.front()) == key);

    CHECK(must(wait_for(db.async_write(update<Note>().set(col<&Note::number> = 5).all_rows()))) == 1);
    CHECK(must(db.read(select(col<&Note::number>))) == std::vector<std::int64_t>{5});
    CHECK(must(wait_for(db.async_write(remove<Note>().where(col<&Note::number> == 6)))) == 0);
    must(wait_for(db.async_write(remove(rows.front()))));
    CHECK(must(test::count_notes(db)) == 0);
}

TEST_CASE("an insert whose id does not fit its type is rolled back")
{
    Opened opened;
    const auto about = must(wait_for(test::add_note(opened.db)));
    must(wait_for(
        opened.db.async_write(sql<"INSERT INTO reply(id, note) SELECT 2147483647, id FROM note">())));
    const Reply next{.note = about};
    const auto query = select(count()).from(table<Reply>);
    CHECK(wait_for(opened.db.async_write(insert(next))).error() == errc::value_misfit);
    CHECK(must(opened.db.read(one(query))) == 1);
    CHECK(wait_for(opened.db.async_write(insert(next).returning())).error() == errc::value_misfit);
    CHECK(must(opened.db.read(one(query))) == 1);
}

TEST_CASE("a transaction body gives what it returns, and sees its own writes")
{
    Opened opened;
    auto body = [](auto& tx) -> Result<std::string> {
        auto key = tx.write(insert(note("inside", 3)));
        if (!key) return tl::unexpected(key.error());
        if (auto reply = tx.run(insert(Reply{.note = *key})); !reply) return tl::unexpected(reply.error());
        auto again = tx.read(one(select<Note>().where(col<&Note::id> == *key)));
        if (!again) return tl::unexpected(again.error());
        auto nothing = tx.read(first(select<Note>().where(col<&Note::number> == 4)));
        if (!nothing) return tl::unexpected(nothing.error());
        auto every = tx.read(select<Reply>());
        if (!every) return tl::unexpected(every.error());
        return again->text + (*nothing ? "?" : "-") + std::to_string(every->size()) +
               (key_of<&Reply::note>(every->front()) == *key ? "=" : "!") +
               (key_for<Note>(tx, key->value()) == *key ? "=" : "!");
    };
    CHECK(must(wait_for(opened.db.async_write(body))) == "inside-1==");

    auto to_void = [](auto& tx) -> Result<void> { return tx.run(insert(note("second"))); };
    must(wait_for(opened.db.async_write(to_void)));

    auto move_only = [](auto&) -> Result<std::unique_ptr<int>> { return std::make_unique<int>(42); };
    CHECK(*must(wait_for(opened.db.async_write(move_only))) == 42);

    auto lonely = [](auto& tx) -> Result<void> {
        auto note = tx.read(one(select<Note>().where(col<&Note::number> == 4)));
        if (!note) return tl::unexpected(note.error());
        return {};
    };
    CHECK(wait_for(opened.db.async_write(lonely)).error() == errc::no_such_row);
    CHECK(must(test::count_notes(opened.db)) == 2);
}

TEST_CASE("parameters are owned from the call on")
{
    Opened opened;
    test::Door inside;
    test::Door leave;
    auto blocker = [&](auto&) -> Result<void> {
        inside.open();
        return leave.wait() ? Result<void>() : fail(errc::timeout);
    };
    auto blocked = opened.db.async_write(blocker, boost::asio::use_future);
    REQUIRE(inside.wait());
    std::future<Result<Key<Note, Notes>>> inserted;
    std::future<Result<std::int64_t>> updated;
    {
        Note row = note("a text that does not fit into the string object itself");
        std::string text = "another text that does not fit into the string object itself";
        inserted = opened.db.async_write(insert(row), boost::asio::use_future);
        updated = opened.db.async_write(
            update<Note>().set(col<&Note::text> = std::string_view(text)).where(col<&Note::text> == row.text),
            boost::asio::use_future);
        row.text.assign(row.text.size(), 'x');
        text.assign(text.size(), 'y');
    }
    leave.open();
    must(blocked.get());
    must(inserted.get());
    CHECK(must(updated.get()) == 1);
    CHECK(must(opened.db.read(one(select<Note>()))).text ==
          "another text that does not fit into the string object itself");
}

TEST_CASE("an id of another tenant does not become a key")
{
    Opened one;
    Opened two;
    const auto key = must(wait_for(test::add_note(one.db, "a")));
    const auto row = must(one.db.read(tenantry::one(select<Note>())));
    CHECK(must(key_for(one.db, row.id)) == key);
    const auto refused = key_for(two.db, row.id);
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::wrong_tenant);
    CHECK(refused.error().tenant() == "one"); // the name of the handle's tenant
    CHECK_FALSE(must(key_for(two.db, Id<Note>())).has_value());
}

TEST_CASE("a handle whose scope has ended is refused; what it began goes on")
{
    Opened opened;
    const TenantDb<Notes> copy = opened.db;
    test::Door inside;
    test::Door leave;
    auto body = [&](auto& tx) -> Result<void> {
        inside.open();
        if (!leave.wait()) return fail(errc::timeout);
        return tx.run(insert(note("begun before")));
    };
    auto begun = copy.async_write(body, boost::asio::use_future);
    REQUIRE(inside.wait());
    opened.lease->end();
    CHECK(copy.read(select<Note>()).error() == errc::tenant_gone);
    const auto refused = wait_for(test::add_note(copy, "too late"));
    REQUIRE_FALSE(refused);
    CHECK(refused.error() == errc::tenant_gone);
    CHECK(refused.error().tenant() == "one");
    CHECK(copy.id() == "one");
    leave.open();
    must(begun.get());
}

TEST_CASE("one handle is used from many threads")
{
    Opened opened;
    const auto& db = opened.db;
    std::atomic<int> wrong{0};
    std::vector<std::thread> threads;
    for (int t = 0; t < 4; ++t)
        threads.emplace_back([&, t] {
            for (int n = 0; n < 25; ++n) {
                if (!wait_for(test::add_note(db, "from a thread", t))) ++wrong;
                const auto mine =
                    db.read(one(select(count()).from(table<Note>).where(col<&Note::number> == t)));
                if (!mine || *mine != n + 1) ++wrong;
                const auto copy = db;
                if (!wait_for(copy.async_read(select<Note>().limit(1)))) ++wrong;
            }
        });
    for (auto& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK(must(test::count_notes(db)) == 100);
}

TEST_CASE("rows that were read are written back and removed together, all or none")
{
    Opened opened;
    const auto& db = opened.db;
    for (const char* text : {"a", "b", "c"}) must(wait_for(test::add_note(db, text, 1)));
    auto notes = must(db.read(select<Note>().order_by(col<&Note::id>)));
    for (auto& each : notes) each.number = 5;
    CHECK(must(db.write(update(notes))) == 3);
    CHECK(must(wait_for(db.async_write(update(notes).returning(col<&Note::number>)))).size() == 3);
    CHECK(must(db.read(one(select(sum(col<&Note::number>))))) == 15);
    Opened stranger("other");
    must(wait_for(test::add_note(stranger.db, "strange")));
    auto mixed = notes;
    for (auto& each : mixed) each.number = 6;
    mixed.push_back(must(stranger.db.read(one(select<Note>()))));
    CHECK(db.write(update(mixed)).error() == errc::wrong_tenant);
    CHECK(db.write(remove(mixed)).error() == errc::wrong_tenant);
    CHECK(must(db.read(one(select(sum(col<&Note::number>))))) == 15);
    CHECK(must(db.write(remove(notes))) == 3);
}

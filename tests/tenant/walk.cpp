// async_walk() and for_each() of handles.
#include <tenantry/tenant/walk.hpp>

#include <span>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <boost/asio/bind_cancellation_slot.hpp>
#include <boost/asio/bind_executor.hpp>
#include <boost/asio/cancellation_signal.hpp>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;
using test::must;
using test::Note;
using test::Notes;
using test::wait_for;

namespace {

// A tenant of ten notes, of numbers 0 to 4, each twice.
struct Ten {
    test::Opened opened;
    TenantDb<Notes> db = opened.db;

    Ten()
    {
        for (int i = 0; i < 10; ++i) must(wait_for(test::add_note(db, "note " + std::to_string(i), i / 2)));
    }

    [[nodiscard]] auto query() const
    {
        return select<Note>().order_by(desc(col<&Note::number>), col<&Note::id>);
    }
};

using Span = std::span<Record<Note, Notes>>;

} // namespace

TEST_CASE("a walk sees every row once, in batches and in order")
{
    Ten ten;
    for (const std::size_t batch : {1u, 3u, 5u, 10u, 100u}) {
        std::vector<std::size_t> sizes;
        std::vector<std::string> texts;
        auto body = [&](Span rows) {
            sizes.push_back(rows.size());
            for (auto& row : rows) texts.push_back(std::move(row.text));
        };
        CHECK(must(wait_for(async_walk(ten.db, ten.query(), batch, body))) == 10);
        CAPTURE(batch);
        REQUIRE(texts.size() == 10);
        CHECK(texts.front() == "note 8");
        CHECK(texts[1] == "note 9");
        CHECK(texts.back() == "note 1");
        CHECK(sizes.size() == (10 + batch - 1) / batch);
    }
}

TEST_CASE("between batches others write, and what comes later is seen")
{
    Ten ten;
    int batches = 0;
    std::vector<std::string> last;
    auto body = [&](Span rows) {
        if (++batches == 1) {
            must(wait_for(test::add_note(ten.db, "before", 99)));
            must(wait_for(test::add_note(ten.db, "after", -1)));
        }
        last.assign(1, rows.back().text);
    };
    CHECK(must(wait_for(async_walk(ten.db, ten.query(), 4, body))) == 11);
    CHECK(last == std::vector<std::string>{"after"});
}

TEST_CASE("the body ends it: by false, by an error, by an exception")
{
    Ten ten;
    int calls = 0;
    auto twice = [&](Span) { return ++calls < 2; };
    CHECK(must(wait_for(async_walk(ten.db, ten.query(), 2, twice))) == 4);
    auto refuse = [](Span) -> Result<void> { return fail(errc::invalid_argument, "enough"); };
    CHECK(wait_for(async_walk(ten.db, ten.query(), 2, refuse)).error() == errc::invalid_argument);
    auto thrower = [](Span) { throw std::runtime_error("enough"); };
    const auto thrown = wait_for(async_walk(ten.db, ten.query(), 2, thrower));
    REQUIRE_FALSE(thrown);
    CHECK(std::string(thrown.error().message()).find("enough") != std::string::npos);
    auto none = [](Span) {};
    CHECK(wait_for(async_walk(ten.db, ten.query(), 0, none)).error() == errc::invalid_argument);
    CHECK(wait_for(async_walk(TenantDb<Notes>(), ten.query(), 1, none)).error() == errc::tenant_gone);
    CHECK(must(wait_for(async_walk(ten.db, ten.query().where(col<&Note::number> > 9), 5, none))) == 0);
}

TEST_CASE("body and handler run where the handler belongs, and a cancelled walk ends")
{
    Ten ten;
    boost::asio::io_context context;
    boost::asio::cancellation_signal signal;
    const auto here = std::this_thread::get_id();
    bool elsewhere = false;
    int batches = 0;
    auto body = [&](Span) {
        elsewhere = elsewhere || std::this_thread::get_id() != here;
        // The signal comes while the next batch is read, or before it is.
        if (++batches == 1)
            boost::asio::post(context, [&] { signal.emit(boost::asio::cancellation_type::total); });
    };
    std::optional<Result<std::int64_t>> told;
    auto keep_going = boost::asio::make_work_guard(context);
    async_walk(ten.db, ten.query(), 1, body,
               boost::asio::bind_cancellation_slot(
                   signal.slot(), boost::asio::bind_executor(context, [&](Result<std::int64_t> result) {
                       elsewhere = elsewhere || std::this_thread::get_id() != here;
                       told = std::move(result);
                       keep_going.reset();
                   })));
    context.run();
    REQUIRE(told);
    CHECK_FALSE(elsewhere);
    REQUIRE_FALSE(*told);
    CHECK(told->error() == errc::cancelled);
    CHECK(batches < 10);
}

TEST_CASE("for_each of a handle, a snapshot and a transaction")
{
    Ten ten;
    std::int64_t sum = 0;
    const auto add = [&](const Record<Note, Notes>& note) { sum += note.number; };
    must(ten.db.for_each(ten.query(), add));
    CHECK(sum == 20);
    must(ten.db.snapshot([&](auto& snapshot) { return snapshot.for_each(ten.query(), add); }));
    CHECK(sum == 40);
    auto body = [&](auto& tx) -> Result<void> {
        return tx.for_each(select<Note>().where(col<&Note::number> == 0),
                           [&](const auto& note) -> Result<void> {
                               auto removed = tx.write(remove(note));
                               if (!removed) return tl::unexpected(removed.error());
                               return {};
                           });
    };
    must(wait_for(ten.db.async_write(body)));
    CHECK(must(test::count_notes(ten.db)) == 8);
    CHECK(TenantDb<Notes>().for_each(ten.query(), add).error() == errc::tenant_gone);
    const auto fails = [](const Record<Note, Notes>&) -> Result<void> {
        return fail(errc::invalid_argument);
    };
    CHECK(ten.db.for_each(ten.query(), fails).error() == errc::invalid_argument);
}

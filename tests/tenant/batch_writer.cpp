// Writes that are committed together, and each of which stands for itself alone.
#include <tenantry/tenant/detail/batch_writer.hpp>

#include <array>
#include <chrono>
#include <deque>
#include <filesystem>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "support/catch.hpp"
#include "support/faulty_vfs.hpp"
#include "support/from_now.hpp"
#include "support/plain_tenant.hpp"

using namespace tenantry;
using detail::OperationKind;
using test::Fate;
using test::FatePtr;
using test::FaultyVfs;
using test::insert_entry;
using test::must;
using test::PlainOperation;

namespace {

constexpr const char* tables = R"(BEGIN;
    CREATE TABLE entry(n INTEGER NOT NULL UNIQUE);
    CREATE TABLE parent(id INTEGER PRIMARY KEY);
    CREATE TABLE child(parent INTEGER REFERENCES parent DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE checked(n INTEGER);
    CREATE TRIGGER check_it AFTER INSERT ON checked WHEN new.n = 3 BEGIN
        SELECT RAISE(ABORT, 'checked');
    END;
    CREATE TABLE guarded(how TEXT);
    CREATE TRIGGER guard AFTER INSERT ON guarded BEGIN
        INSERT INTO entry VALUES (1000);
        SELECT CASE new.how WHEN 'rollback' THEN RAISE(ROLLBACK, 'guarded')
                            WHEN 'fail' THEN RAISE(FAIL, 'guarded')
                            ELSE RAISE(ABORT, 'guarded') END;
    END; COMMIT)";

constexpr const char* endless =
    "WITH RECURSIVE c(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c) SELECT max(n) FROM c";

// Made once: that takes the disk longer than most of what is tested.
const std::string& empty_database()
{
    static const std::string bytes = [] {
        const test::TempDir directory;
        const auto path = directory.path() / "main.db";
        {
            auto creator = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
            must(creator.execute(tables));
        }
        std::ifstream file(path, std::ios::binary);
        return std::string(std::istreambuf_iterator<char>(file), {});
    }();
    return bytes;
}

// A writer and a queue before it, all in one thread.
class Desk {
    // A batch ends when its time is up; here only where that is what is tested. Nothing is kept for later.
    static TenantOptions patient()
    {
        TenantOptions options;
        options.batch_time = std::chrono::hours(1);
        options.checkpoints.automatic = false;
        return options;
    }

public:
    explicit Desk(const SchemaInfo& schema) : Desk(patient(), schema) {}
    explicit Desk(const TenantOptions& options = patient(), const SchemaInfo& schema = {})
        : options_(options),
          database_{*TenantId::parse("desk"),
                    path_,
                    made(),
                    must(sqlite::Connection::open(path_, sqlite::OpenMode::read_write, options.profile)),
                    options_,
                    observation_,
                    counters_},
          log_(database_, options_, observation_, counters_),
          writer_(database_, log_, options_, schema, counters_)
    {}

    FatePtr add(OperationKind kind, PlainOperation::Work work, bool caller_is_there = true,
                const Limits& limits = {})
    {
        auto fate = std::make_shared<Fate>();
        queue_.push_back(std::make_unique<PlainOperation>(fate, std::move(work), kind, caller_is_there));
        queue_.back()->limits = limits;
        return fate;
    }
    FatePtr add(OperationKind kind, std::int64_t n)
    {
        return add(kind, [n](sqlite::Connection& connection) { return insert_entry(connection, n); });
    }
    FatePtr statement(const char* sql)
    {
        return add(OperationKind::statement,
                   [sql](sqlite::Connection& connection) { return connection.execute(sql); });
    }

    /// One turn. What it leaves unfinished is first in the queue again.
    detail::BatchWriter::Turn run()
    {
        const auto next = [this]() -> std::unique_ptr<detail::Operation> {
            if (queue_.empty()) return nullptr;
            auto job = std::move(queue_.front());
            queue_.pop_front();
            return job;
        };
        auto turn = writer_.run(next(), next);
        turn.done += writer_.answer_ended();
        std::vector<std::unique_ptr<detail::Operation>> unfinished;
        while (auto job = turn.unfinished.pop_front()) unfinished.push_back(std::move(job));
        for (; !unfinished.empty(); unfinished.pop_back()) queue_.push_front(std::move(unfinished.back()));
        return turn;
    }

    /// What another connection sees, in the order it was written.
    [[nodiscard]] std::string entries()
    {
        auto reader = must(sqlite::Connection::open(path_, sqlite::OpenMode::read_only));
        auto statement = must(reader.prepare("SELECT coalesce(group_concat(n, ' '), '') FROM "
                                             "(SELECT n FROM entry ORDER BY rowid)"));
        must(statement.step());
        return std::string(statement.text(0));
    }

    [[nodiscard]] std::size_t waiting() const { return queue_.size(); }
    [[nodiscard]] std::uint64_t commits() const { return counters_.commits.value(); }
    [[nodiscard]] TenantStats stats() const { return counters_.stats(); }
    [[nodiscard]] const std::filesystem::path& path() const { return path_; }
    [[nodiscard]] const detail::TenantFile& file() { return database_.file(); }

private:
    detail::FileIdentity made()
    {
        std::ofstream(path_, std::ios::binary) << empty_database();
        return *detail::file_identity(path_);
    }

    test::TempDir directory_;
    const std::filesystem::path path_ = directory_.path() / "main.db";
    const TenantOptions options_;
    detail::TenantCounters counters_;
    const detail::Observation observation_{};
    detail::TenantDatabase database_;
    detail::Checkpointer log_;
    detail::BatchWriter writer_;
    std::deque<std::unique_ptr<detail::Operation>> queue_;
};

bool succeeded(const FatePtr& fate) { return fate->answers == 1 && !fate->error; }
bool failed(const FatePtr& fate, errc code)
{
    return fate->answers == 1 && fate->error && *fate->error == code;
}

enum class Harm {
    none, // it takes back itself
    part, // something of it stays, or may have stayed: its neighbours' work goes with it, without a savepoint
    whole, // SQLite rolls back the neighbours' work with it
};

// A write that goes wrong.
struct Culprit {
    const char* what;
    OperationKind kind;
    errc code;
    Harm harm;
    std::function<Result<void>(sqlite::Connection&, Fate&)> work;

    // Whether its neighbours are run again, where the schema is known to have these hazards.
    [[nodiscard]] bool collapses(const SchemaInfo& known) const
    {
        if (harm == Harm::part) return !known.failures_leave_part && kind == OperationKind::statement;
        return harm == Harm::whole;
    }
    // Whether a body that may not be called again is spared.
    [[nodiscard]] bool spares_bodies(const SchemaInfo& known) const
    {
        return !collapses(known) || known.triggers_roll_back || kind == OperationKind::rollback_statement;
    }
};

// What a schema may say of statements that fail.
std::vector<SchemaInfo> all_hazards()
{
    std::vector<SchemaInfo> all(4);
    for (std::size_t i = 0; i < all.size(); ++i) {
        all[i].failures_leave_part = i % 2 != 0;
        all[i].triggers_roll_back = i / 2 != 0;
    }
    return all;
}

Culprit sql(const char* what, errc code, Harm harm, const char* text,
            OperationKind kind = OperationKind::statement)
{
    return {what, kind, code, harm,
            [text](sqlite::Connection& connection, Fate&) { return connection.execute(text); }};
}

Culprit body(const char* what, errc code, Harm harm,
             std::function<Result<void>(sqlite::Connection&, Fate&)> work)
{
    return {what, OperationKind::body, code, harm, std::move(work)};
}

const std::vector<Culprit>& culprits()
{
    static const std::vector<Culprit> all{
        sql("a constraint that fails", errc::constraint, Harm::none,
            "INSERT INTO entry VALUES (100), (NULL)"),
        sql("a neighbour's key", errc::constraint, Harm::none, "INSERT INTO entry VALUES (100), (1)"),
        sql("RAISE(ABORT)", errc::constraint, Harm::none, "INSERT INTO checked VALUES (1), (2), (3)"),
        sql("RAISE(ABORT) by a trigger that writes", errc::constraint, Harm::part,
            "INSERT INTO guarded VALUES ('abort')"),
        sql("OR ROLLBACK", errc::constraint, Harm::whole,
            "INSERT OR ROLLBACK INTO entry VALUES (100), (NULL)"),
        sql("RAISE(ROLLBACK)", errc::constraint, Harm::whole, "INSERT INTO guarded VALUES ('rollback')"),
        sql("OR FAIL half-way", errc::constraint, Harm::part,
            "INSERT OR FAIL INTO entry VALUES (100), (NULL)"),
        sql("OR FAIL at its first row", errc::constraint, Harm::none,
            "INSERT OR FAIL INTO entry VALUES (NULL)"),
        sql("RAISE(FAIL)", errc::constraint, Harm::part, "INSERT INTO guarded VALUES ('fail')"),
        sql("a deferred foreign key", errc::constraint, Harm::part, "INSERT INTO child VALUES (77)"),
        sql("OR ROLLBACK, as it says", errc::constraint, Harm::whole,
            "INSERT OR ROLLBACK INTO entry VALUES (100), (NULL)", OperationKind::rollback_statement),
        sql("OR FAIL half-way, as it says", errc::constraint, Harm::part,
            "INSERT OR FAIL INTO entry VALUES (100), (NULL)", OperationKind::partial_statement),
        {"an interrupted INSERT", OperationKind::statement, errc::cancelled, Harm::whole,
         [](sqlite::Connection& connection, Fate& fate) {
             fate.cancel = true;
             return connection.execute((std::string("INSERT INTO entry ") + endless).c_str());
         }},
        {"rows that do not fit", OperationKind::statement, errc::too_many_rows, Harm::part,
         [](sqlite::Connection& connection, Fate&) -> Result<void> {
             must(connection.execute("INSERT INTO entry VALUES (100), (200)"));
             return fail(errc::too_many_rows);
         }},
        body("a body that fails", errc::invalid_argument, Harm::none,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 must(insert_entry(connection, 100));
                 return fail(errc::invalid_argument, "no");
             }),
        body("a body that throws", errc::body_failed, Harm::none,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 must(insert_entry(connection, 100));
                 throw std::runtime_error("woe");
             }),
        body("a body that throws anything", errc::body_failed, Harm::none,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 must(insert_entry(connection, 100));
                 throw 7;
             }),
        body("a body that leaves a foreign key violated", errc::constraint, Harm::none,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 must(insert_entry(connection, 100));
                 return connection.execute("INSERT INTO child VALUES (77)");
             }),
        body("a body that is ended as it reads", errc::cancelled, Harm::none,
             [](sqlite::Connection& connection, Fate& fate) -> Result<void> {
                 must(insert_entry(connection, 100));
                 fate.cancel = true;
                 return connection.execute(endless);
             }),
        body("a body that is ended as it writes", errc::cancelled, Harm::whole,
             [](sqlite::Connection& connection, Fate& fate) -> Result<void> {
                 must(insert_entry(connection, 100));
                 fate.cancel = true;
                 return connection.execute((std::string("INSERT INTO entry ") + endless).c_str());
             }),
        body("a body that leaves a read open, and fails", errc::invalid_argument, Harm::none,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 static std::vector<sqlite::Statement> kept;
                 must(insert_entry(connection, 100));
                 kept.push_back(must(connection.prepare("SELECT n FROM entry")));
                 must(kept.back().step());
                 return fail(errc::invalid_argument);
             }),
        body("a body that leaves a write open, and fails", errc::invalid_argument, Harm::none,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 static std::vector<sqlite::Statement> kept;
                 kept.push_back(
                     must(connection.prepare("INSERT INTO entry VALUES (100), (200) RETURNING n")));
                 must(kept.back().step());
                 return fail(errc::invalid_argument);
             }),
        body("a body that does not look at OR ROLLBACK", errc::batch_aborted, Harm::whole,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 must(insert_entry(connection, 100));
                 (void)connection.execute("INSERT OR ROLLBACK INTO entry VALUES (NULL)");
                 return {};
             }),
        body("a body that goes on after OR ROLLBACK", errc::batch_aborted, Harm::whole,
             [](sqlite::Connection& connection, Fate&) -> Result<void> {
                 (void)connection.execute("INSERT OR ROLLBACK INTO entry VALUES (NULL)");
                 const auto outside = insert_entry(connection, 100); // of any transaction
                 if (outside || !(outside.error() == errc::batch_aborted)) return fail(errc::internal);
                 return {};
             }),
    };
    return all;
}

FatePtr add(Desk& desk, const Culprit& culprit)
{
    auto fate = std::make_shared<Fate*>(nullptr);
    auto added = desk.add(culprit.kind, [&culprit, fate](sqlite::Connection& connection) {
        return culprit.work(connection, **fate);
    });
    *fate = added.get();
    return added;
}

} // namespace

TEST_CASE("what has queued up is one transaction")
{
    Desk desk;
    std::vector<FatePtr> fates;
    for (int n = 1; n <= 9; ++n)
        fates.push_back(desk.add(n % 3 == 0   ? OperationKind::body
                                 : n % 3 == 1 ? OperationKind::statement
                                              : OperationKind::repeatable_body,
                                 n));
    const auto turn = desk.run();
    CHECK(turn.done == 9);
    CHECK_FALSE(turn.locked);
    for (const auto& fate : fates) CHECK(succeeded(fate));
    CHECK(desk.commits() == 1);
    CHECK(desk.entries() == "1 2 3 4 5 6 7 8 9");
}

TEST_CASE("nobody is told before COMMIT")
{
    Desk desk;
    const auto first = desk.add(OperationKind::statement, 1);
    const auto second = desk.add(OperationKind::body, 2);
    int told = -1;
    const auto last = desk.add(OperationKind::body, [&](sqlite::Connection&) -> Result<void> {
        told = first->answers + second->answers;
        return {};
    });
    (void)desk.run();
    CHECK(told == 0);
    CHECK((succeeded(first) && succeeded(second) && succeeded(last)));
}

TEST_CASE("what goes wrong takes back itself alone")
{
    const SchemaInfo known = GENERATE(from_range(all_hazards()));
    CAPTURE(known.failures_leave_part, known.triggers_roll_back);
    for (const Culprit& culprit : culprits()) {
        CAPTURE(culprit.what);
        const bool spares_bodies = culprit.spares_bodies(known);
        Desk desk(known);
        std::vector<FatePtr> innocents;
        innocents.push_back(desk.add(OperationKind::statement, 1));
        innocents.push_back(desk.add(OperationKind::repeatable_body, 2));
        if (spares_bodies) innocents.push_back(desk.add(OperationKind::body, 3));
        const auto culprits_fate = add(desk, culprit);
        innocents.push_back(desk.add(OperationKind::statement, 4));
        innocents.push_back(desk.add(OperationKind::body, 5));
        innocents.push_back(desk.add(OperationKind::repeatable_body, 6));
        const auto turn = desk.run();
        CHECK(turn.done == innocents.size() + 1);
        for (const auto& innocent : innocents) CHECK(succeeded(innocent));
        CHECK(failed(culprits_fate, culprit.code));
        CHECK(culprits_fate->runs == 1);
        CHECK(desk.entries() == (spares_bodies ? "1 2 3 4 5 6" : "1 2 4 5 6"));
        if (!culprit.collapses(known) && !known.triggers_roll_back) CHECK(desk.commits() == 1);
        if (!spares_bodies) CHECK(desk.commits() == 3);
        const auto next = desk.add(OperationKind::body, 7);
        (void)desk.run();
        CHECK(succeeded(next));
    }
}

TEST_CASE("what goes wrong first or alone harms nobody, and costs nobody a second run")
{
    const SchemaInfo known = GENERATE(from_range(all_hazards()));
    CAPTURE(known.failures_leave_part, known.triggers_roll_back);
    for (const Culprit& culprit : culprits()) {
        CAPTURE(culprit.what);
        Desk desk(known);
        const bool needs_neighbour = std::string(culprit.what) == "a neighbour's key";
        if (needs_neighbour) {
            (void)desk.add(OperationKind::statement, 1);
            (void)desk.run();
        }
        const auto culprits_fate = add(desk, culprit);
        const auto body = desk.add(OperationKind::body, 2);
        const auto statement = desk.add(OperationKind::statement, 3);
        CHECK(desk.run().done == 3);
        CHECK(failed(culprits_fate, culprit.code));
        CHECK((succeeded(body) && succeeded(statement)));
        CHECK(body->runs + statement->runs == 2);
        CHECK(desk.entries() == (needs_neighbour ? "1 2 3" : "2 3"));
        const auto again = add(desk, culprit);
        CHECK(desk.run().done == 1);
        CHECK(failed(again, culprit.code));
    }
}

TEST_CASE(
    "a body that may not be called again is told when its transaction was rolled back with a neighbour's")
{
    const SchemaInfo known = GENERATE(from_range(all_hazards()));
    CAPTURE(known.failures_leave_part, known.triggers_roll_back);
    for (const Culprit& culprit : culprits()) {
        if (culprit.spares_bodies(known)) continue;
        CAPTURE(culprit.what);
        Desk desk(known);
        const auto statement = desk.add(OperationKind::statement, 1);
        const auto body = desk.add(OperationKind::body, 2);
        const auto failing =
            desk.add(OperationKind::body, [](sqlite::Connection& connection) -> Result<void> {
                must(insert_entry(connection, 3));
                return fail(errc::no_such_row);
            });
        const auto repeatable = desk.add(OperationKind::repeatable_body, 4);
        (void)add(desk, culprit);
        (void)desk.run();
        CHECK(succeeded(statement));
        REQUIRE(failed(body, errc::batch_aborted));
        CHECK(body->error->tenant() == "desk");
        CHECK(body->runs == 1);
        CHECK(failed(failing, errc::no_such_row)); // which it was before
        CHECK(failing->runs == 1);
        CHECK(succeeded(repeatable));
        CHECK(repeatable->runs == 2);
        CHECK(desk.entries() == "1 4");
    }
}

TEST_CASE("several that go wrong in one batch")
{
    Desk desk(GENERATE(from_range(all_hazards())));
    std::string expected;
    std::vector<FatePtr> innocents;
    std::int64_t n = 0;
    for (const Culprit& culprit : culprits()) {
        innocents.push_back(desk.add(OperationKind::statement, ++n));
        expected += (expected.empty() ? "" : " ") + std::to_string(n);
        (void)add(desk, culprit);
    }
    while (desk.waiting() != 0) (void)desk.run();
    for (const auto& innocent : innocents) CHECK(succeeded(innocent));
    CHECK(desk.entries() == expected);
}

TEST_CASE("a body that leaves a statement open keeps what it wrote, and the database is not held by it")
{
    Desk desk;
    std::optional<sqlite::Statement> open;
    const char* const sql =
        GENERATE("SELECT n FROM entry", "INSERT INTO entry VALUES (11), (12) RETURNING n");
    CAPTURE(sql);
    const auto before = desk.add(OperationKind::body, 1);
    const auto leaving = desk.add(OperationKind::body, [&](sqlite::Connection& connection) -> Result<void> {
        must(insert_entry(connection, 2));
        open.emplace(must(connection.prepare(sql)));
        must(open->step());
        return {};
    });
    const auto after = desk.add(OperationKind::body, 3);
    (void)desk.run();
    CHECK((succeeded(before) && succeeded(leaving) && succeeded(after)));
    CHECK(desk.entries() == (sql[0] == 'S' ? "1 2 3" : "1 2 11 12 3"));
    auto other = must(sqlite::Connection::open(desk.path(), sqlite::OpenMode::read_write));
    CHECK(must(other.checkpoint(sqlite::Checkpoint::truncate)).complete());
}

TEST_CASE("a failure that came of a neighbour's write is not told before that write is committed")
{
    FaultyVfs vfs;
    Desk desk;
    const auto first = desk.add(OperationKind::statement, 1);
    const auto second = desk.add(OperationKind::statement, 1); // the key is taken
    SECTION("and stays one if it is")
    {
        (void)desk.run();
        CHECK(succeeded(first));
        CHECK(failed(second, errc::constraint));
    }
    SECTION("and is found anew if both are run again")
    {
        const auto third = desk.statement("INSERT OR ROLLBACK INTO entry VALUES (NULL)");
        (void)desk.run();
        CHECK(succeeded(first));
        CHECK(failed(second, errc::constraint));
        CHECK(second->runs == 2);
        CHECK(failed(third, errc::constraint));
    }
    SECTION("and is not one if it cannot be")
    {
        vfs.fail(FaultyVfs::Op::write, 1, SQLITE_FULL, true);
        (void)desk.run();
        CHECK(failed(first, errc::disk_full));
        CHECK(failed(second, errc::disk_full));
        vfs.heal();
        const auto again = desk.add(OperationKind::statement, 1);
        (void)desk.run();
        CHECK(succeeded(again));
    }
}

TEST_CASE("a COMMIT that fails is told to every write of the batch, and the next one starts clean")
{
    FaultyVfs vfs;
    Desk desk;
    (void)desk.add(OperationKind::statement, 1);
    (void)desk.run();
    const int code = GENERATE(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_BUSY);
    CAPTURE(code);
    const bool forever = GENERATE(false, true);
    const std::vector<FatePtr> batch{desk.add(OperationKind::statement, 2), desk.add(OperationKind::body, 3),
                                     desk.add(OperationKind::repeatable_body, 4)};
    vfs.fail(FaultyVfs::Op::write, 1, code, forever);
    CHECK(desk.run().done == 3);
    CHECK(vfs.failures() > 0);
    vfs.heal();
    for (const auto& fate : batch) {
        REQUIRE(failed(fate, sqlite::to_errc(code)));
        CHECK(fate->error->tenant() == "desk");
        CHECK(fate->runs == 1);
    }
    CHECK(desk.entries() == "1");
    const auto next = desk.add(OperationKind::body, 5);
    const auto after = desk.add(OperationKind::statement, 6);
    CHECK(desk.run().done == 2);
    CHECK((succeeded(next) && succeeded(after)));
    CHECK(desk.entries() == "1 5 6");
}

TEST_CASE("a statement alone whose COMMIT fails is told so, and nothing of it is there")
{
    FaultyVfs vfs;
    Desk desk;
    const int code = GENERATE(SQLITE_FULL, SQLITE_IOERR_WRITE, SQLITE_BUSY);
    CAPTURE(code);
    const auto alone = desk.add(OperationKind::statement, 1);
    vfs.fail(FaultyVfs::Op::write, 1, code, true);
    CHECK(desk.run().done == 1);
    CHECK(vfs.failures() > 0);
    vfs.heal();
    CHECK(failed(alone, sqlite::to_errc(code)));
    CHECK(alone->runs == 1);
    CHECK(desk.entries().empty());
    CHECK(desk.stats().write_time.count() == 1);
    CHECK(desk.stats().commits == 0);
    const auto next = desk.add(OperationKind::statement, 2);
    CHECK(desk.run().done == 1);
    CHECK(succeeded(next));
    CHECK(desk.entries() == "2");
}

// SQLite asks whether to end a statement once more after it has committed it.
TEST_CASE("a statement alone is told to be cancelled only when nothing of it is there")
{
    static const sqlite::StatementText text{"INSERT INTO entry VALUES (?1)", sqlite::next_slot()};
    Desk desk;
    std::string expected;
    for (int n = 1; n <= 300; ++n) {
        FatePtr fate;
        fate = desk.add(OperationKind::statement, [&](sqlite::Connection& connection) -> Result<void> {
            fate->cancel = true;
            auto insert = connection.statement(text);
            if (!insert) return fail(std::move(insert).error());
            insert->integer(1, n);
            return insert->run();
        });
        REQUIRE(desk.run().done == 1);
        if (succeeded(fate))
            expected += (expected.empty() ? "" : " ") + std::to_string(n);
        else
            REQUIRE(failed(fate, errc::cancelled));
    }
    CHECK(desk.entries() == expected);
}

TEST_CASE("a transaction that cannot be begun is told to the write that wanted it")
{
    FaultyVfs vfs;
    Desk desk;
    const auto kind = GENERATE(OperationKind::body, OperationKind::statement);
    const auto first = desk.add(kind, 1);
    vfs.fail(FaultyVfs::Op::lock, 1, SQLITE_IOERR_SHMLOCK, true);
    CHECK(desk.run().done == 1);
    vfs.heal();
    REQUIRE(failed(first, errc::io_error));
    CHECK(first->claims + first->runs == 0);
    CHECK(desk.entries().empty());
    const auto second = desk.add(OperationKind::statement, 2);
    (void)desk.run();
    CHECK(succeeded(second));
}

TEST_CASE("when the file was replaced, nobody of the batch is told of success")
{
    Desk desk;
    const auto first = desk.add(OperationKind::statement, 1);
    const auto second = desk.add(OperationKind::body, [&](sqlite::Connection& connection) -> Result<void> {
        std::filesystem::rename(desk.path(), desk.path().string() + ".away");
        return insert_entry(connection, 2);
    });
    CHECK(desk.run().done == 2);
    CHECK(failed(first, errc::tenant_gone));
    CHECK(failed(second, errc::tenant_gone));
    CHECK(desk.file().lost());
    const auto third = desk.add(OperationKind::body, 3);
    CHECK(desk.run().done == 1);
    CHECK(failed(third, errc::tenant_gone));
    CHECK(third->runs == 0);
}

TEST_CASE("while another process has the lock nothing is begun")
{
    Desk desk;
    test::ForeignLock lock(desk.path());
    const auto first = desk.add(OperationKind::statement, 1);
    const auto second = desk.add(OperationKind::body, 2);
    const auto turn = desk.run();
    REQUIRE(turn.locked);
    CHECK(*turn.locked == errc::busy);
    CHECK(turn.done == 0);
    CHECK(desk.waiting() == 2);
    CHECK(first->claims + first->runs + first->answers == 0);
    lock.release();
    CHECK(desk.run().done == 2);
    CHECK((succeeded(first) && succeeded(second)));
}

TEST_CASE("a statement that nothing else is committed with has a transaction of its own")
{
    Desk desk;
    bool in_transaction = false;
    const auto alone = desk.add(OperationKind::statement, [&](sqlite::Connection& connection) {
        in_transaction = connection.in_transaction();
        return insert_entry(connection, 1);
    });
    CHECK(desk.run().done == 1);
    CHECK(succeeded(alone));
    CHECK(in_transaction);
    CHECK(desk.entries() == "1");

    const auto wrong =
        desk.statement("INSERT INTO entry VALUES (2), (1)"); // the first of them was written by then
    CHECK(desk.run().done == 1);
    CHECK(failed(wrong, errc::constraint));
    const auto nothing = desk.statement("UPDATE entry SET n = 9 WHERE n = 8");
    CHECK(desk.run().done == 1);
    CHECK(succeeded(nothing));
    CHECK(desk.entries() == "1");

    const auto stats = desk.stats();
    CHECK(stats.commits == 2);
    CHECK(stats.writes == 2);
    CHECK(stats.batch_sizes.count_in(Histogram::bucket_of(1)) == 2);
    CHECK(stats.commit_time.count() == 2);
    CHECK(stats.write_time.count() == 3);
    CHECK(stats.write_wait.count() == 3);
}

TEST_CASE("what a trigger that nobody has declared did is rolled back with the statement that fires it")
{
    Desk desk;
    const auto first = desk.statement("INSERT INTO guarded VALUES ('fail')"); // leaves what the trigger did
    CHECK(desk.run().done == 1);
    CHECK(failed(first, errc::constraint));
    CHECK(first->runs == 1);
    CHECK(first->claims == 1);
    CHECK(desk.entries().empty());
    const auto third = desk.statement("INSERT INTO checked VALUES (4)");
    CHECK(desk.run().done == 1);
    CHECK(succeeded(third));
    CHECK(desk.entries().empty());
    CHECK(desk.stats().commits == 1);
}

TEST_CASE("and so is what a trigger did that is there only since the statement was prepared")
{
    Desk desk;
    const sqlite::StatementText text{"INSERT INTO parent VALUES (NULL)", sqlite::next_slot()};
    const auto insert = [&] {
        return desk.add(OperationKind::statement, [&](sqlite::Connection& connection) -> Result<void> {
            auto statement = connection.statement(text);
            if (!statement) return fail(std::move(statement).error());
            return statement->run();
        });
    };
    const auto before = insert();
    CHECK(desk.run().done == 1);
    CHECK(succeeded(before));
    {
        auto other = must(sqlite::Connection::open(desk.path(), sqlite::OpenMode::read_write));
        must(other.execute("CREATE TRIGGER late AFTER INSERT ON parent BEGIN INSERT INTO entry VALUES (7); "
                           "SELECT RAISE(FAIL, 'late'); END"));
    }
    const auto after = insert();
    CHECK(desk.run().done == 1);
    CHECK(failed(after, errc::constraint));
    CHECK(desk.entries().empty());
}

TEST_CASE("a statement alone that finds the lock taken waits as if it had not been begun")
{
    Desk desk;
    test::ForeignLock lock(desk.path());
    const bool caller_is_there = GENERATE(true, false);
    const auto insert_one = [](sqlite::Connection& connection) { return insert_entry(connection, 1); };
    const auto alone = desk.add(OperationKind::statement, insert_one, caller_is_there);
    const auto turn = desk.run();
    REQUIRE(turn.locked);
    CHECK(*turn.locked == errc::busy);
    CHECK(turn.done == 0);
    CHECK(desk.waiting() == 1);
    CHECK(alone->claims + alone->runs + alone->answers == 0);
    if (!caller_is_there) {
        lock.release();
        const auto again = desk.run();
        CHECK_FALSE(again.locked);
        CHECK(again.done == 1);
        CHECK(desk.waiting() == 0);
        CHECK(alone->destroyed);
        CHECK(alone->answers == 0);
        return;
    }
    SECTION("until it is free")
    {
        lock.release();
        CHECK(desk.run().done == 1);
        CHECK(succeeded(alone));
        CHECK(desk.entries() == "1");
        CHECK(desk.stats().write_wait.count() == 1);
    }
    SECTION("or is cancelled")
    {
        alone->cancel = true;
        CHECK(desk.run().done == 1);
        CHECK(failed(alone, errc::cancelled));
    }
}

TEST_CASE("another process may take the lock between a rollback and the second run")
{
    Desk desk;
    const auto first = desk.add(OperationKind::statement, 1);
    const auto aborted = desk.add(OperationKind::body, 2);
    const auto third = desk.add(OperationKind::repeatable_body, 3);
    std::optional<test::ForeignLock> lock;
    const auto culprit = desk.add(OperationKind::body, [&](sqlite::Connection& connection) -> Result<void> {
        auto rolled_back = connection.execute("INSERT OR ROLLBACK INTO entry VALUES (NULL)");
        lock.emplace(desk.path());
        return rolled_back;
    });
    const auto last = desk.add(OperationKind::statement, 4);
    const auto turn = desk.run();
    CHECK(turn.locked);
    CHECK(turn.done == 2);
    CHECK(failed(culprit, errc::constraint));
    CHECK(failed(aborted, errc::batch_aborted));
    CHECK(desk.waiting() == 3);
    const bool cancelled = GENERATE(false, true);
    first->cancel = cancelled;
    lock->release();
    CHECK(desk.run().done == 3);
    CHECK((cancelled ? failed(first, errc::cancelled) : succeeded(first)));
    CHECK((succeeded(third) && succeeded(last)));
    CHECK(first->claims + third->claims == 2); // each once
    CHECK(desk.entries() == (cancelled ? "3 4" : "1 3 4"));
}

TEST_CASE("the cancelled are not run, and those whose callers are gone are dropped")
{
    Desk desk;
    const auto first = desk.add(OperationKind::statement, 1);
    const auto cancelled = desk.add(OperationKind::body, 2);
    cancelled->cancel = true;
    const auto gone = desk.add(
        OperationKind::body, [](sqlite::Connection& connection) { return insert_entry(connection, 3); },
        false);
    // Too late: its statement is in the transaction already.
    const auto late = desk.add(OperationKind::body, [&](sqlite::Connection& connection) {
        first->cancel = true;
        return insert_entry(connection, 4);
    });
    CHECK(desk.run().done == 4);
    CHECK((succeeded(first) && succeeded(late)));
    CHECK(failed(cancelled, errc::cancelled));
    CHECK(gone->destroyed);
    CHECK(gone->answers + gone->runs + cancelled->runs == 0);
    CHECK(desk.entries() == "1 4");
}

TEST_CASE("a batch has its bounds")
{
    TenantOptions options;
    std::vector<FatePtr> fates;
    const auto fill = [&](Desk& desk) {
        for (int n = 1; n <= 10; ++n) fates.push_back(desk.add(OperationKind::statement, n));
    };
    SECTION("of writes")
    {
        options.batch_writes = 4;
        options.batch_time = std::chrono::hours(1);
        Desk desk(options);
        fill(desk);
        CHECK(desk.run().done == 4);
        CHECK(succeeded(fates[3]));
        CHECK(fates[4]->answers == 0);
        CHECK(desk.run().done == 4);
        CHECK(desk.run().done == 2);
        CHECK(desk.commits() == 3);
    }
    SECTION("of time")
    {
        options.batch_time = std::chrono::milliseconds(0);
        Desk desk(options);
        fill(desk);
        CHECK(desk.run().done == 1);
        CHECK(desk.commits() == 1);
    }
    SECTION("of what it changes")
    {
        options.batch_time = std::chrono::hours(1);
        options.profile.page_cache_kib = 128;
        Desk desk(options);
        for (int n = 0; n < 20; ++n)
            fates.push_back(desk.statement("CREATE TABLE IF NOT EXISTS large(b BLOB);"
                                           "INSERT INTO large VALUES (zeroblob(20000))"));
        const auto turn = desk.run();
        CHECK(turn.done > 1);
        CHECK(turn.done < 20);
        while (desk.waiting() != 0) (void)desk.run();
        for (const auto& fate : fates) CHECK(succeeded(fate));
    }
}

TEST_CASE("a write that is over its limits is ended, and told so")
{
    Desk desk;
    const auto before = desk.add(OperationKind::statement, 1);
    const bool by_deadline = GENERATE(false, true);
    const Limits limits = by_deadline ? test::from_now(std::chrono::milliseconds(20))
                                      : Limits{.time_limit = std::chrono::milliseconds(1)};
    const auto kind = GENERATE(OperationKind::statement, OperationKind::body, OperationKind::repeatable_body);
    const auto slow = desk.add(
        kind,
        [](sqlite::Connection& connection) {
            return connection.execute((std::string("INSERT INTO entry ") + endless).c_str());
        },
        true, limits);
    const auto after = desk.add(OperationKind::body, 2);
    while (desk.waiting() != 0) (void)desk.run();
    CHECK((succeeded(before) && succeeded(after)));
    REQUIRE(failed(slow, errc::timeout));
    CHECK(slow->error->tenant() == "desk");
    CHECK(desk.entries() == "1 2");
}

TEST_CASE("a statement that is ended by its limits takes no body with it")
{
    Desk desk;
    const auto statement = desk.add(OperationKind::statement, 1);
    const auto body = desk.add(OperationKind::body, 2);
    const auto slow = desk.add(
        OperationKind::statement,
        [](sqlite::Connection& connection) {
            return connection.execute((std::string("INSERT INTO entry ") + endless).c_str());
        },
        true, Limits{.time_limit = std::chrono::milliseconds(1)});
    const auto after = desk.add(OperationKind::body, 3);
    while (desk.waiting() != 0) (void)desk.run();
    CHECK((succeeded(statement) && succeeded(body) && succeeded(after)));
    CHECK(failed(slow, errc::timeout));
    CHECK(statement->runs + body->runs + after->runs == 3);
    CHECK(desk.entries() == "1 2 3");
}

TEST_CASE("a write whose deadline has passed is not run")
{
    Desk desk;
    const auto late = desk.add(
        OperationKind::statement, [](sqlite::Connection& connection) { return insert_entry(connection, 1); },
        true, Limits{.deadline = Limits::Clock::now()});
    const auto other = desk.add(OperationKind::statement, 2);
    (void)desk.run();
    CHECK(failed(late, errc::timeout));
    CHECK(late->runs + late->claims == 0);
    CHECK(succeeded(other));
}

TEST_CASE("a body with limits is committed alone, and its end harms nobody")
{
    const bool ended = GENERATE(false, true);
    Desk desk;
    const auto before = desk.add(OperationKind::body, 1);
    const auto limited = desk.add(
        OperationKind::body,
        [ended](sqlite::Connection& connection) -> Result<void> {
            must(insert_entry(connection, 2));
            if (!ended) return {};
            return connection.execute((std::string("INSERT INTO entry ") + endless).c_str());
        },
        true, Limits{.time_limit = ended ? std::chrono::milliseconds(1) : std::chrono::hours(1)});
    const auto after = desk.add(OperationKind::body, 3);
    while (desk.waiting() != 0) (void)desk.run();
    CHECK((succeeded(before) && succeeded(after)));
    CHECK(before->runs + after->runs == 2);
    CHECK((ended ? failed(limited, errc::timeout) : succeeded(limited)));
    CHECK(desk.commits() == (ended ? 2U : 3U));
    CHECK(desk.entries() == (ended ? "1 3" : "1 2 3"));
}

TEST_CASE(
    "a statement that begins a transaction of its own is refused, and what comes next is not inside of it")
{
    Desk desk;
    const auto left = desk.statement("BEGIN IMMEDIATE; INSERT INTO entry VALUES (1)");
    (void)desk.run();
    CHECK(left->failed(errc::invalid_sql));
    CHECK(left->runs == 1);
    const auto next = desk.add(OperationKind::statement, 2);
    (void)desk.run();
    CHECK(next->succeeded());
    CHECK(desk.entries() == "2");
    CHECK(desk.commits() == 1);
}

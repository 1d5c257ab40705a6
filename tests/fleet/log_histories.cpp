// A log that lies beside a tenant's database after a kill: the tenant's own is accepted, whatever was done before and whenever
// it was, and one of another time or tenant never. TENANTRY_LOG_HISTORIES says how many histories are tried,
// TENANTRY_LOG_SEED where to begin.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include <tenantry/fleet/open.hpp>
#include <tenantry/migrate/adopt.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/upkeep.hpp>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/crash.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

namespace {

using Numbers = std::vector<std::int64_t>;
constexpr auto over = fs::copy_options::overwrite_existing;

[[nodiscard]] fs::path database_in(const fs::path& root, const std::string& id = "acme")
{
    return root / "tenants" / id / "main.db";
}
[[nodiscard]] fs::path log_in(const fs::path& root, const std::string& id = "acme")
{
    return database_in(root, id).native() + "-wal";
}

/// What is in the log is not written back by this fleet, also when it is closed.
[[nodiscard]] FleetOptions left_alone()
{
    FleetOptions options{.threads = 2, .shards = ShardRule::flat};
    options.tenant.busy_deadline = std::chrono::milliseconds(200);
    options.tenant.checkpoints.automatic = false;
    return options;
}

[[nodiscard]] Result<Numbers> numbers_of(Fleet<Notes>& fleet, const std::string& id)
{
    auto db = wait_for(fleet.async_tenant(id));
    if (!db) return fail(db.error());
    return db->read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::number>))
        .transform([](const auto& rows) { return Numbers(rows.begin(), rows.end()); });
}

[[nodiscard]] Result<Numbers> numbers_in(const fs::path& root, const std::string& id = "acme")
{
    auto fleet = must(open_notes(root, {.threads = 1, .shards = ShardRule::flat}));
    return numbers_of(fleet, id);
}

/// The root of two tenants, `acme` with the note 1.
void make_root(const fs::path& root)
{
    auto fleet = must(open_notes(root, {.threads = 1, .shards = ShardRule::flat}));
    for (const char* id : {"acme", "globex"}) must(wait_for(fleet.async_create(id)));
    must(wait_for(add_note(must(wait_for(fleet.async_tenant("acme"))), "", 1)));
}

/// acme's database becomes one that others have made, with more tables than fit on one page of the schema, and whose last
/// table was made, and dropped, before the tenant's own row. So VACUUM moves that.
void adopt_acme(const fs::path& root)
{
    const auto path = database_in(root);
    fs::remove(path);
    auto made = must(sqlite::Connection::open(path, sqlite::OpenMode::create));
    for (const auto& object : schema_info<Notes>().objects) must(made.execute(std::string(object.sql)));
    for (int n = 0; n < 30; ++n) must(made.execute("CREATE TABLE other" + std::to_string(n) + "(a, b, c)"));
    must(made.execute("CREATE TABLE gone(a)"));
    must(made.execute("INSERT INTO note(text, number) VALUES ('old', 1)"));
    must(made.execute("PRAGMA application_id = " + std::to_string(TenantOptions().application_id)));
    must(adopt(made, schema_info<Notes>()));
    must(made.execute("DROP TABLE gone"));
    must(made.execute("INSERT INTO other1 VALUES (zeroblob(20000), 1, 2)"));
    must(made.checkpoint(sqlite::Checkpoint::truncate));
    must(made.close());
}

// A tenant's life, step by step, and copies of what would be there after a kill.
class Life {
public:
    explicit Life(unsigned seed) : random_(seed)
    {
        make_root(root_);
        adopted_ = one_in(3);
        if (adopted_) {
            adopt_acme(root_);
            CHECK(must(numbers_in(root_)) == Numbers{1}); // from now on it is the tenant's
        }
        save();
    }

    void step()
    {
        if (!fleet_) open();
        const int what = number(0, 99);
        if (what < 25)
            add(number(1, 3));
        else if (what < 35)
            add_together(number(1, 20));
        else if (what < 40)
            roll_back();
        else if (what < 50)
            change_nothing();
        else if (what < 55)
            remove_some();
        else if (what < 60)
            look_after();
        else if (what < 75)
            pass();
        else if (what < 80)
            read_on();
        else if (what < 84)
            close();
        else if (what < 94)
            look_at_what_is_left(one_in(4));
        else
            save();
    }

    [[nodiscard]] int refused() const noexcept { return refused_; }

private:
    [[nodiscard]] int number(int from, int to)
    {
        return std::uniform_int_distribution<int>(from, to)(random_);
    }
    [[nodiscard]] bool one_in(int many) { return number(1, many) == 1; }

    void open()
    {
        fleet_.emplace(must(open_notes(root_, left_alone())));
        db_ = must(wait_for(fleet_->async_tenant("acme")));
    }

    // Half of the times the log is written back and removed, as usual.
    void close()
    {
        reader_.reset();
        db_ = {};
        must(wait_for(fleet_->async_close(Shutdown::drain)));
        fleet_.reset();
        begun_anew_ = one_in(2);
        if (!begun_anew_) CHECK(must(numbers_in(root_)) == sorted());
        passed();
    }

    void add(int rows)
    {
        latest_.clear();
        for (; rows != 0; --rows) {
            must(wait_for(
                add_note(db_, std::string(static_cast<std::size_t>(number(0, 3000)), 'x'), ++last_)));
            all_.push_back(last_);
        }
    }

    void add_together(int rows)
    {
        latest_.clear();
        const auto body = [this, rows](auto& tx) -> Result<void> {
            for (int n = 1; n <= rows; ++n)
                if (auto done = tx.run(insert(note("together", last_ + n))); !done) return fail(done.error());
            return {};
        };
        must(wait_for(db_.async_write(body)));
        for (; rows != 0; --rows) all_.push_back(++last_);
    }

    void roll_back()
    {
        const auto body = [](auto& tx) -> Result<void> {
            (void)tx.run(insert(note("rolled back", -1)));
            return fail(errc::invalid_argument, "rolled back");
        };
        CHECK_FALSE(wait_for(db_.async_write(body)));
    }

    void change_nothing()
    {
        if (one_in(2))
            return (void)must(wait_for(db_.async_write(remove<Note>().where(col<&Note::number> == -5))));
        const auto body = [](auto&) -> Result<void> { return {}; };
        must(wait_for(db_.async_write(body)));
    }

    void remove_some()
    {
        const std::int64_t from = number(2, static_cast<int>(last_) + 2);
        must(wait_for(db_.async_write(
            remove<Note>().where(col<&Note::number> >= from && col<&Note::number> < from + 20))));
        std::erase_if(all_, [&](std::int64_t each) { return each >= from && each < from + 20; });
    }

    void look_after()
    {
        reader_.reset();
        if (one_in(3)) return must(wait_for(async_optimize(db_)));
        (void)must(wait_for(async_compact(db_, {.whole = one_in(2)})));
    }

    // Somebody else writes back what he can.
    void pass()
    {
        constexpr sqlite::Checkpoint ways[] = {sqlite::Checkpoint::passive, sqlite::Checkpoint::full,
                                               sqlite::Checkpoint::restart, sqlite::Checkpoint::truncate};
        sqlite::Profile profile;
        profile.keep_log = true;
        auto other =
            must(sqlite::Connection::open(database_in(root_), sqlite::OpenMode::read_write, profile));
        const auto done = other.checkpoint(ways[number(0, 3)]);
        if (done && done->checkpointed_frames > 0) begun_anew_ = false;
        passed();
    }

    // Somebody needs what is in the log now.
    void read_on()
    {
        if (reader_) return reader_.reset();
        reader_ = std::make_unique<sqlite::Connection>(
            must(sqlite::Connection::open(database_in(root_), sqlite::OpenMode::read_only)));
        must(reader_->execute("BEGIN; SELECT count(*) FROM note"));
    }

    [[nodiscard]] fs::path older(int n) const { return directory_.path() / ("older" + std::to_string(n)); }

    void save()
    {
        const int n = number(0, 5);
        fs::copy_file(database_in(root_), older(n), over);
        if (LogPages(database_in(root_)).count() != 0) (begun_anew_ ? since_killed_ : latest_).insert(n);
    }

    // Of the log before the one that it is put beside it is not told apart if nothing was written between two passes, or
    // nobody has written anything back since a kill.
    void passed()
    {
        for (auto* some : {&latest_, &since_killed_}) {
            for (const int n : *some) fs::remove(older(n));
            some->clear();
        }
    }

    // The process is killed, perhaps in the middle of a checkpoint. `stays`: and begun again with what is left.
    void look_at_what_is_left(bool stays)
    {
        const auto left = directory_.path() / ("left" + std::to_string(++copies_));
        copy_as_killed(root_, left);
        const LogPages log(database_in(left));
        if (log.count() != 0 && one_in(2))
            log.write_back(static_cast<std::size_t>(number(0, static_cast<int>(log.count()))));
        const auto other = directory_.path() / "other";
        if (log.count() != 0) {
            for (int n = 0; n <= 5; ++n) {
                if (!fs::exists(older(n))) continue;
                copy_as_killed(left, other);
                fs::copy_file(older(n), database_in(other), over);
                INFO("an older database");
                check_foreign(other);
            }
            copy_as_killed(left, other);
            fs::copy_file(log_in(left), log_in(other, "globex"), over);
            INFO("another tenant's log");
            CHECK_FALSE(numbers_in(other, "globex"));
        }
        if (stays) {
            passed();
            begun_anew_ = true;
            reader_.reset();
            db_ = {};
            must(wait_for(fleet_->async_close(Shutdown::drain)));
            fleet_.reset();
            fs::remove_all(root_);
            root_ = left;
            return open_is(must(open_notes(root_, left_alone())));
        }
        const auto found = numbers_in(left);
        if (!found) FAIL(said(found.error()));
        CHECK(*found == sorted());
        fs::remove_all(left);
    }

    void open_is(Fleet<Notes> fleet)
    {
        const auto found = numbers_of(fleet, "acme");
        if (!found) FAIL(said(found.error()));
        CHECK(*found == sorted());
        fleet_.emplace(std::move(fleet));
        db_ = must(wait_for(fleet_->async_tenant("acme")));
    }

    // Of the same log, which makes it whole, or refused.
    void check_foreign(const fs::path& root)
    {
        const auto found = numbers_in(root);
        if (found)
            CHECK(*found == sorted());
        else
            ++refused_;
    }

    [[nodiscard]] Numbers sorted() const
    {
        Numbers numbers = all_;
        std::ranges::sort(numbers);
        return numbers;
    }

    std::mt19937 random_;
    TempDir directory_;
    fs::path root_ = directory_.path() / "root";
    bool adopted_ = false;
    std::optional<Fleet<Notes>> fleet_;
    TenantDb<Notes> db_;
    std::unique_ptr<sqlite::Connection> reader_;
    Numbers all_{1};
    std::int64_t last_ = 1;
    std::set<int> latest_;       // of the older databases, those after which nothing was written
    std::set<int> since_killed_; // and those since which nothing was written back, nor from the kill on
    bool begun_anew_ = false;    // with what was left, and nothing was written back since
    int copies_ = 0;
    int refused_ = 0;
};

[[nodiscard]] unsigned from_environment(const char* name, unsigned otherwise)
{
    const char* const text = std::getenv(name);
    return text != nullptr ? static_cast<unsigned>(std::strtoul(text, nullptr, 10)) : otherwise;
}

} // namespace

TEST_CASE(
    "whatever was done before a kill, a tenant is there with its log, and no other database or log is taken for its own")
{
    const unsigned first = from_environment("TENANTRY_LOG_SEED", 1);
    const unsigned histories = from_environment("TENANTRY_LOG_HISTORIES", 6);
    int refused = 0;
    for (unsigned seed = first; seed < first + histories; ++seed) {
        Life life(seed);
        for (int n = 0; n < 150; ++n) {
            INFO("seed " << seed << ", step " << n);
            life.step();
        }
        refused += life.refused();
    }
    CHECK(refused > 0);
}

TEST_CASE("a write that changes something and one that changes nothing leave a log that is the tenant's own")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    make_root(root);
    auto fleet = must(open_notes(root, left_alone()));
    const auto db = must(wait_for(fleet.async_tenant("acme")));
    must(wait_for(add_note(db, "", 2)));
    must(wait_for(db.async_write(remove<Note>().where(col<&Note::number> == 99))));
    must(
        wait_for(db.async_write(update<Note>().set(col<&Note::number> = 5).where(col<&Note::number> == 99))));
    SECTION("at once") {}
    SECTION("and more is written") { must(wait_for(add_note(db, "", 3))); }
    copy_as_killed(root, directory.path() / "left");
    const auto found = must(numbers_in(directory.path() / "left"));
    CHECK(found.size() == static_cast<std::size_t>(must(count_notes(db))));
}

TEST_CASE(
    "a database that others have made may be killed at any moment of its adoption, and of a VACUUM that moves its row")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    make_root(root);
    adopt_acme(root);
    const bool vacuumed = GENERATE(false, true);
    if (vacuumed) {
        auto fleet = must(open_notes(root, left_alone()));
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        (void)must(wait_for(async_compact(db, {.whole = true})));
        must(wait_for(fleet.async_close(Shutdown::drain)));
    } else {
        sqlite::Profile profile;
        profile.keep_log = true;
        auto connection =
            must(sqlite::Connection::open(database_in(root), sqlite::OpenMode::read_write, profile));
        const auto state = must(detail::read_state(root / "tenants" / "acme"));
        must(detail::bind_database(connection, state.incarnation)); // what opening does first
    }
    const LogPages log(database_in(root));
    REQUIRE(log.count() > 1);
    const auto left = directory.path() / "left";
    for (std::size_t pages = 0; pages <= log.count(); ++pages) {
        CAPTURE(vacuumed, pages);
        copy_as_killed(root, left);
        LogPages(database_in(left)).write_back(pages);
        const auto found = numbers_in(left);
        if (!found) FAIL(said(found.error()));
        CHECK(*found == Numbers{1});
    }
}

namespace {

// A deployment later than Notes.
struct NewNote {
    Id<NewNote> id{};
    std::string text{};
    std::int64_t number{};
    std::optional<std::string> colour{};
};
struct NewReply {
    Id<NewReply, std::int32_t> id{};
    Id<NewNote> note{};
    std::optional<Id<NewNote>> other{};
};
struct NewNotes : Schema<Table<"note", NewNote>, Table<"reply", NewReply>> {};

// Somebody else writes the log of `root` back, as far as he can.
[[nodiscard]] bool pass(const fs::path& root, sqlite::Checkpoint how = sqlite::Checkpoint::passive)
{
    sqlite::Profile profile;
    profile.keep_log = true;
    auto other = must(sqlite::Connection::open(database_in(root), sqlite::OpenMode::read_write, profile));
    return must(other.checkpoint(how)).complete();
}

void add_rows(const TenantDb<Notes>& db, int from, int to)
{
    const auto body = [=](auto& tx) -> Result<void> {
        for (int n = from; n < to; ++n)
            if (auto done = tx.run(insert(note(std::string(300, 'x'), n))); !done) return fail(done.error());
        return {};
    };
    must(wait_for(db.async_write(body)));
}

} // namespace

TEST_CASE("whatever begins a log, a database of the time of the log before is not taken for its own")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    const auto older = directory.path() / "older.db";
    make_root(root);
    auto fleet = must(open_notes(root, left_alone()));
    auto db = must(wait_for(fleet.async_tenant("acme")));
    add_rows(db, 10, 50);
    {
        auto reader = must(sqlite::Connection::open(database_in(root), sqlite::OpenMode::read_only));
        must(reader.execute("BEGIN; SELECT count(*) FROM note"));
        add_rows(db, 50, 90);
        REQUIRE_FALSE(pass(root)); // the epoch is in the file then, and the later rows are not
        fs::copy_file(database_in(root), older);
        add_rows(db, 90, 91);
        must(reader.execute("COMMIT"));
    }
    SECTION("a small transaction")
    {
        REQUIRE(pass(root));
        must(wait_for(add_note(db, "", 100)));
    }
    SECTION("a transaction that is larger than the log before")
    {
        REQUIRE(pass(root));
        add_rows(db, 100, 400);
    }
    SECTION("a migration")
    {
        REQUIRE(pass(root, sqlite::Checkpoint::truncate));
        db = {};
        must(wait_for(fleet.async_close(Shutdown::drain)));
        auto renewed = must(Fleet<NewNotes>::open(root, left_alone()));
        CHECK_FALSE(must(wait_for(renewed.async_tenant("acme"))).opening().done.empty());
    }
    const auto left = directory.path() / "left";
    copy_as_killed(root, left);
    REQUIRE(LogPages(database_in(left)).count() != 0);
    fs::copy_file(older, database_in(left), over);
    const auto found = numbers_in(left);
    REQUIRE_FALSE(found);
    CHECK(found.error() == errc::foreign_log);
}

TEST_CASE("an older database that is copied over the one in use gets nothing of its log")
{
    const TempDir directory;
    const auto root = directory.path() / "root";
    const auto older = directory.path() / "older.db";
    const auto own = directory.path() / "own.db";
    make_root(root);
    fs::copy_file(database_in(root), older);
    for (int n = 0; n < 2; ++n) { // two logs since
        auto fleet = must(open_notes(root, {.threads = 2, .shards = ShardRule::flat}));
        add_rows(must(wait_for(fleet.async_tenant("acme"))), 10 + n, 11 + n);
    }
    FleetOptions options{.threads = 2, .shards = ShardRule::flat};
    const bool at_its_end = GENERATE(false, true);
    CAPTURE(at_its_end);
    options.tenant.checkpoints.interval = std::chrono::milliseconds(0);
    if (!at_its_end) options.tenant.checkpoints.size = 32768;
    Numbers written{1, 10, 11};
    {
        auto fleet = must(open_notes(root, options));
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        const auto add = [&](std::int64_t number) {
            auto done = wait_for(add_note(db, std::string(300, 'x'), number));
            if (done) written.push_back(number);
            return done;
        };
        must(add(20));
        fs::copy_file(database_in(root), own);
        fs::copy_file(older, database_in(root), over);
        for (int n = 21; !at_its_end && n < 10'000; ++n)
            if (const auto done = add(n); !done) {
                if (done.error() == errc::unknown_outcome)
                    written.push_back(n); // it was found right after COMMIT
                else
                    CHECK(done.error() == errc::tenant_gone);
                const auto renewed = numbers_of(fleet, "acme");
                REQUIRE_FALSE(renewed);
                CHECK(renewed.error() == errc::foreign_log);
                break;
            }
        CHECK(written.size() < 9'000);
    }
    const auto found = numbers_in(root);
    REQUIRE_FALSE(found);
    CHECK(found.error() == errc::foreign_log);
    fs::copy_file(own, database_in(root), over);
    CHECK(must(numbers_in(root)) == written);
}

namespace {

// Programs that write to acme, and what they were told is there.
struct Programs {
    TempDir directory;
    fs::path root = directory.path() / "root";
    std::set<std::int64_t> acknowledged{1};
    std::vector<std::unique_ptr<Child>> all;
    std::string how;

    explicit Programs(std::size_t count, std::string opened = "open restarting") : how(std::move(opened))
    {
        make_root(root);
        for (std::size_t n = 0; n < count; ++n) all.push_back(begun());
    }

    [[nodiscard]] std::unique_ptr<Child> begun() const
    {
        auto program = std::make_unique<Child>("fleet_client", std::vector<std::string>{root, "flat"});
        REQUIRE(program->ask(how) == "ok");
        return program;
    }

    // False: it has ended what it was told to do, or has ended itself.
    bool hear(Child& program)
    {
        const auto line = program.receive();
        if (!line || !line->starts_with("ack ")) {
            if (line) CHECK(*line == "ok");
            return false;
        }
        acknowledged.insert(std::stoll(line->substr(4)));
        return true;
    }

    void check(const fs::path& where) const
    {
        const auto found = numbers_in(where);
        if (!found) FAIL(said(found.error()));
        CHECK(std::ranges::includes(*found, acknowledged));
    }
};

} // namespace

TEST_CASE("the writes after a log was written back whole are there after a kill")
{
    Programs programs(1);
    for (std::int64_t round = 1; round <= 4; ++round) {
        CAPTURE(round);
        auto& program = *programs.all[0];
        program.send("pass_by acme " + std::to_string(1000 * round) + " " + std::to_string(round));
        while (programs.hear(program)) {}
        program.kill();
        copy_as_killed(programs.root, programs.directory.path() / "left");
        REQUIRE(fs::file_size(log_in(programs.root)) > 32);
        programs.check(programs.directory.path() / "left");
        if (round % 2 == 0) programs.check(programs.root); // and closed
        programs.all[0] = programs.begun();
    }
}

TEST_CASE("a sole owner leaves a log that is the tenant's own, whenever it is killed")
{
    Programs programs(1, "open alone restarting");
    const auto older = programs.directory.path() / "older.db";
    const auto left = programs.directory.path() / "left";
    const auto other = programs.directory.path() / "other";
    fs::copy_file(database_in(programs.root), older);
    int refused = 0;
    for (int round = 1; round <= 12; ++round) {
        CAPTURE(round);
        auto& program = *programs.all[0];
        program.send("add acme " + std::to_string(1000 * round) + " " + std::to_string(1000 * round + 200));
        for (int acks = 0; acks < 13 * round; ++acks) REQUIRE(programs.hear(program));
        program.pause();
        copy_as_killed(programs.root, left);
        program.resume();
        if (LogPages(database_in(left)).count() != 0) {
            copy_as_killed(left, other);
            fs::copy_file(older, database_in(other), over);
            if (const auto found = numbers_in(other))
                CHECK(std::ranges::includes(*found, programs.acknowledged));
            else
                ++refused;
        }
        programs.check(left);
        if (round % 3 == 0) program.kill();
        while (programs.hear(program)) {}
        if (round % 3 == 0) programs.all[0] = programs.begun();
    }
    CHECK(refused > 0);
}

TEST_CASE("processes that write to one tenant in turns leave a log that is its own, whenever they are killed")
{
    const unsigned first = from_environment("TENANTRY_LOG_SEED", 1);
    const unsigned histories = from_environment("TENANTRY_LOG_HISTORIES", 2);
    for (unsigned seed = first; seed < first + histories; ++seed) {
        Programs programs(2);
        const auto older = programs.directory.path() / "older.db";
        fs::copy_file(database_in(programs.root), older);
        std::mt19937 random(seed);
        const auto number = [&](int from, int to) {
            return std::uniform_int_distribution<int>(from, to)(random);
        };
        std::int64_t next = 1000;
        for (int step = 0; step < 60; ++step) {
            INFO("seed " << seed << ", step " << step);
            const auto one = static_cast<std::size_t>(number(0, 1));
            const auto both = static_cast<std::size_t>(number(0, 3) == 0);
            bool at_work[2] = {false, false};
            for (std::size_t n = 0; n <= both; ++n) {
                const auto which = (one + n) % 2;
                const int rows = number(1, 40);
                programs.all[which]->send("add acme " + std::to_string(next) + " " +
                                          std::to_string(next + rows));
                next += rows;
                at_work[which] = true;
            }
            for (int acks = number(0, 40); acks != 0 && at_work[one]; --acks)
                at_work[one] = programs.hear(*programs.all[one]);
            if (number(0, 4) == 0) {
                const auto dies = static_cast<std::size_t>(number(0, 1));
                programs.all[dies]->kill();
                while (programs.hear(*programs.all[dies])) {}
                programs.all[dies] = programs.begun();
                at_work[dies] = false;
            }
            for (auto& program : programs.all) program->pause();
            const auto left = programs.directory.path() / "left";
            copy_as_killed(programs.root, left);
            for (auto& program : programs.all) program->resume();
            if (LogPages(database_in(left)).count() != 0) {
                const auto other = programs.directory.path() / "other";
                copy_as_killed(left, other);
                fs::copy_file(older, database_in(other), over);
                INFO("an older database");
                if (const auto found = numbers_in(other))
                    CHECK(std::ranges::includes(*found, programs.acknowledged));
            }
            programs.check(left);
            for (std::size_t n = 0; n < 2; ++n)
                while (at_work[n]) at_work[n] = programs.hear(*programs.all[n]);
            if (number(0, 5) == 0) programs.check(programs.root); // beside them
        }
    }
}

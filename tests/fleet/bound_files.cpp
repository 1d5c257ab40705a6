// Files that were copied, moved or put back under the library: what belongs together is served, what does not is refused and
// left as it is.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include <tenantry/fleet/migrate_all.hpp>
#include <tenantry/fleet/migration_status.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/migrate/adopt.hpp>

#include "support/catch.hpp"
#include "support/child.hpp"
#include "support/faulty_vfs.hpp"
#include "support/fleet_fixture.hpp"
#include "support/listing.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

using namespace tenantry;
using namespace tenantry::test;
namespace fs = std::filesystem;

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

// A root, opened when it is asked for, and its tenants' files.
struct Site {
    TempDir directory;
    fs::path root = directory.path() / "root";
    FleetOptions options{.threads = 2, .shards = ShardRule::flat};

    Site()
    {
        options.tenant.busy_deadline = std::chrono::milliseconds(200);
        auto fleet = open();
        for (const char* id : {"acme", "globex"}) must(wait_for(fleet.async_create(id)));
        add(fleet, "acme", 1);
        add(fleet, "globex", 2);
    }

    [[nodiscard]] Fleet<Notes> open() const { return must(open_notes(root, options)); }
    [[nodiscard]] Fleet<Notes> open(const fs::path& other) const { return must(open_notes(other, options)); }

    [[nodiscard]] fs::path place(const std::string& id) const { return root / "tenants" / id; }
    [[nodiscard]] fs::path database(const std::string& id) const { return place(id) / "main.db"; }
    [[nodiscard]] fs::path aside(const std::string& name) const { return directory.path() / name; }

    static void add(Fleet<Notes>& fleet, const std::string& id, std::int64_t number)
    {
        must(wait_for(add_note(must(wait_for(fleet.async_tenant(id))), "", number)));
    }

    [[nodiscard]] static Result<std::vector<std::int64_t>> numbers(Fleet<Notes>& fleet, const std::string& id)
    {
        auto db = wait_for(fleet.async_tenant(id));
        if (!db) return fail(db.error());
        return db->read(select(col<&Note::number>).from(table<Note>).order_by(col<&Note::number>))
            .transform([](const auto& rows) {
                std::vector<std::int64_t> found;
                for (const auto& row : rows) found.push_back(row);
                return found;
            });
    }

    // Every operation on it is refused in this way, and nothing in its directory is changed by that.
    void refuses(const std::string& id, errc code, const std::string& with) const
    {
        INFO(id);
        const auto before = files_of(id);
        auto fleet = open();
        for (int tries = 0; tries < 2; ++tries) {
            const auto found = numbers(fleet, id);
            REQUIRE_FALSE(found);
            CHECK(found.error() == code);
            CHECK(found.error().tenant() == id);
            CHECK_THAT(said(found.error()), ContainsSubstring(with));
        }
        const auto& status = must(migration_status(fleet));
        const auto& one = *std::ranges::find(status, std::string_view(id),
                                             [](const TenantStatus& each) { return each.id.view(); });
        CHECK(one.state.standing == migrate::Standing::refused);
        CHECK(*one.state.error == code);
        const auto report = must(wait_for(async_migrate_all(fleet)));
        for (const TenantMigration& each : report.tenants)
            if (each.id.view() == id) {
                REQUIRE(each.error);
                CHECK(*each.error == code);
            }
        must(wait_for(fleet.async_close(Shutdown::drain)));
        CHECK(files_of(id) == before);
    }

    // All there is to say of its files. The shared memory is nobody's once all have closed it.
    [[nodiscard]] std::vector<std::string> files_of(const std::string& id) const
    {
        auto lines = listing(place(id));
        std::erase_if(lines, [](const std::string& line) { return line.starts_with("main.db-shm"); });
        return lines;
    }

    void serves(const std::string& id, const std::vector<std::int64_t>& expected) const
    {
        INFO(id);
        auto fleet = open();
        CHECK(must(numbers(fleet, id)) == expected);
    }
};

void exchange(const fs::path& one, const fs::path& other)
{
    const fs::path between = one.string() + ".between";
    fs::rename(one, between);
    fs::rename(other, one);
    fs::rename(between, other);
}

void write_file(const fs::path& path, const std::string& text)
{
    std::ofstream(path, std::ios::binary) << text;
}

constexpr auto over = fs::copy_options::overwrite_existing;

} // namespace

TEST_CASE("a tenant's directory that was copied under another name is refused, and the tenant is not")
{
    const Site site;
    fs::copy(site.place("acme"), site.place("copy"));
    site.refuses("copy", errc::misplaced_tenant, "'acme'");
    site.serves("acme", {1});
    auto fleet = site.open();
    must(wait_for(fleet.async_destroy("copy"))); // it goes like any other
    CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1});
}

TEST_CASE("tenants whose directories were exchanged are refused until they are back in their places")
{
    const Site site;
    exchange(site.place("acme"), site.place("globex"));
    site.refuses("acme", errc::misplaced_tenant, "'globex'");
    site.refuses("globex", errc::misplaced_tenant, "'acme'");
    exchange(site.place("acme"), site.place("globex"));
    site.serves("acme", {1});
    site.serves("globex", {2});
}

TEST_CASE("another tenant's database is refused")
{
    const Site site;
    SECTION("copied over")
    {
        fs::copy_file(site.database("acme"), site.aside("kept"));
        fs::copy_file(site.database("globex"), site.database("acme"), over);
        site.refuses("acme", errc::misplaced_tenant, "another tenant than 'acme'");
        fs::copy_file(site.aside("kept"), site.database("acme"), over);
    }
    SECTION("exchanged")
    {
        exchange(site.database("acme"), site.database("globex"));
        site.refuses("acme", errc::misplaced_tenant, "another tenant than 'acme'");
        site.refuses("globex", errc::misplaced_tenant, "another tenant than 'globex'");
        exchange(site.database("acme"), site.database("globex"));
    }
    site.serves("acme", {1});
    site.serves("globex", {2});
}

TEST_CASE("a state file that is not the tenant's own is refused")
{
    const Site site;
    SECTION("another tenant's")
    {
        fs::copy_file(site.place("globex") / "tenant.state", site.place("acme") / "tenant.state", over);
        site.refuses("acme", errc::misplaced_tenant, "'globex'");
    }
    SECTION("an earlier one's of the same name")
    {
        fs::copy_file(site.place("acme") / "tenant.state", site.aside("state"));
        {
            auto fleet = site.open();
            must(wait_for(fleet.async_destroy("acme")));
            must(wait_for(fleet.async_create("acme")));
        }
        fs::copy_file(site.aside("state"), site.place("acme") / "tenant.state", over);
        site.refuses("acme", errc::misplaced_tenant, "an earlier one of that name");
    }
    SECTION("of a version that is not known")
    {
        write_file(site.place("acme") / "tenant.state", "tenantry tenant 3\nid acme\nincarnation none\n");
        site.refuses("acme", errc::unsupported_version, "version 3");
    }
    SECTION("of the version before ids were in it")
    {
        write_file(site.place("acme") / "tenant.state", "tenantry tenant 1\nincarnation 0123456789abcdef\n");
        site.refuses("acme", errc::unsupported_version, "version 1");
    }
    site.serves("globex", {2});
}

TEST_CASE("a root that was copied whole opens as it is")
{
    const Site site;
    fs::copy(site.root, site.aside("copy"), fs::copy_options::recursive);
    fs::remove_all(site.root);
    auto fleet = site.open(site.aside("copy"));
    CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1});
    CHECK(must(Site::numbers(fleet, "globex")) == std::vector<std::int64_t>{2});
    Site::add(fleet, "acme", 3);
    must(wait_for(fleet.async_close(Shutdown::drain)));
    fs::rename(site.aside("copy"), site.root);
    site.serves("acme", {1, 3});
}

TEST_CASE(
    "a database that was adopted becomes the tenant's it is put into, keeps its user_version, and is refused elsewhere")
{
    const Site site;
    {
        // Made by others, who use user_version for themselves.
        auto made = must(sqlite::Connection::open(site.aside("old.db"), sqlite::OpenMode::create));
        for (const auto& object : schema_info<Notes>().objects) must(made.execute(std::string(object.sql)));
        must(made.execute("INSERT INTO note(text, number) VALUES ('old', 7); PRAGMA user_version = 42"));
        must(made.execute("PRAGMA application_id = " + std::to_string(TenantOptions().application_id)));
        must(adopt(made, schema_info<Notes>()));
        must(made.checkpoint(sqlite::Checkpoint::truncate));
        must(made.close());
    }
    fs::remove(site.database("acme"));
    fs::rename(site.aside("old.db"), site.database("acme"));
    site.serves("acme", {7});
    {
        auto fleet = site.open();
        Site::add(fleet, "acme", 8);
        const auto status = must(migration_status(fleet));
        CHECK(status.front().state.standing == migrate::Standing::current);
    }
    site.serves("acme", {7, 8});
    {
        auto database = must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_write));
        CHECK(must(database.query_integer("PRAGMA user_version")) == 42);
    }
    fs::copy_file(site.database("acme"), site.database("globex"), over);
    site.refuses("globex", errc::misplaced_tenant, "another tenant than 'globex'");
    site.serves("acme", {7, 8});
}

TEST_CASE("a replaced database is opened once the one before it is closed, though somebody holds that")
{
    const Site site;
    fs::copy_file(site.database("acme"), site.aside("old.db"));
    auto fleet = site.open();
    const auto kept = must(wait_for(fleet.async_tenant("acme")));
    must(count_notes(kept)); // with its log and shared memory, and nothing in the log
    fs::rename(site.aside("old.db"), site.database("acme"));
    for (int n = 0; n < 3; ++n) {
        const auto renewed = must(wait_for(fleet.async_tenant("acme")));
        CHECK(must(count_notes(renewed)) == 1 + n);
        must(wait_for(add_note(renewed)));
        CHECK(count_notes(kept).error() == errc::tenant_gone);
        CHECK(wait_for(add_note(kept)).error() == errc::tenant_gone);
    }
}

TEST_CASE(
    "a database that another fleet of this process has open is not opened under it when it was replaced")
{
    const Site site;
    fs::copy_file(site.database("acme"), site.aside("old.db"));
    auto first = site.open();
    auto second = site.open();
    {
        const auto kept = must(wait_for(first.async_tenant("acme")));
        must(count_notes(kept));
        fs::rename(site.aside("old.db"), site.database("acme"));
        const auto refused = Site::numbers(second, "acme");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::busy);
        CHECK(count_notes(kept).error() == errc::tenant_gone);
    }
    must(wait_for(first.async_close(Shutdown::drain)));
    CHECK(must(Site::numbers(second, "acme")) == std::vector<std::int64_t>{1});
}

namespace {

// A program that was killed: what it had done with acme's database lies there, with its log.
struct Killed : Site {
    std::vector<std::int64_t> all{1};

    // What somebody does while the tenant is open in a fleet that writes no log back. Then it is as if it was killed.
    template <class Act>
    void run(Act act)
    {
        auto left_alone = options;
        left_alone.tenant.checkpoints.automatic = false;
        auto fleet = must(open_notes(root, left_alone));
        act(fleet);
        must(wait_for(fleet.async_close(Shutdown::drain)));
    }

    void write(Fleet<Notes>& fleet, int rows)
    {
        for (int n = 0; n < rows; ++n) {
            all.push_back(all.back() + 10);
            Site::add(fleet, "acme", all.back());
        }
    }

    // Another program, as Litestream, writes the log back as far as it can. True: the whole of it.
    [[nodiscard]] bool pass() const
    {
        sqlite::Profile profile;
        profile.keep_log = true;
        auto other = must(sqlite::Connection::open(database("acme"), sqlite::OpenMode::read_write, profile));
        return must(other.checkpoint(sqlite::Checkpoint::passive)).complete();
    }

    [[nodiscard]] fs::path log() const { return database("acme").string() + "-wal"; }

    // The tenant with what was written and is not in its database's file, and that file as it was before.
    void make_restarted_logs()
    {
        fs::copy_file(database("acme"), aside("old.db"));
        run([&](auto& fleet) {
            for (int n = 0; n < 2; ++n) {
                write(fleet, 20);
                CHECK(pass());
            }
            write(fleet, 20);
        });
        REQUIRE(fs::file_size(log()) > 32);
    }
};

} // namespace

TEST_CASE("a database opens with its own log, however much of it was written back")
{
    Killed site;
    SECTION("nothing")
    {
        site.run([&](auto& fleet) { site.write(fleet, 50); });
    }
    SECTION("all of one log, and nothing of the next")
    {
        site.run([&](auto& fleet) {
            site.write(fleet, 20);
            CHECK(site.pass());
            site.write(fleet, 5);
        });
    }
    SECTION("all")
    {
        site.run([&](auto& fleet) {
            site.write(fleet, 20);
            CHECK(site.pass());
        });
    }
    SECTION("some, since somebody reads")
    {
        site.run([&](auto& fleet) {
            site.write(fleet, 30);
            auto reader = must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_only));
            must(reader.execute("BEGIN; SELECT count(*) FROM note"));
            site.write(fleet, 30);
            CHECK_FALSE(site.pass());
            site.write(fleet, 30);
            must(reader.execute("COMMIT"));
        });
    }
    SECTION("many logs, and programs that were killed in between")
    {
        for (int round = 0; round < 12; ++round)
            site.run([&](auto& fleet) {
                site.write(fleet, 1 + round % 4);
                if (round % 2 == 0) (void)site.pass();
                if (round % 3 == 0) site.write(fleet, 1);
                if (round % 5 == 0) (void)site.pass();
            });
    }
    SECTION("with a pool of its own, as usual")
    {
        site.options.tenant.checkpoints.size = 16384;
        site.options.tenant.checkpoints.limit = 65536;
        site.options.tenant.checkpoints.interval = std::chrono::milliseconds(0);
        {
            auto fleet = site.open();
            site.write(fleet, 60);
            auto db = must(wait_for(fleet.async_tenant("acme")));
            CHECK(db.stats().checkpoints > 0);
        }
        site.run([&](auto& fleet) { site.write(fleet, 3); });
    }
    REQUIRE(fs::file_size(site.log()) > 32);
    fs::copy(site.root, site.aside("copy"), fs::copy_options::recursive); // with its log
    {
        auto fleet = site.open(site.aside("copy"));
        CHECK(must(Site::numbers(fleet, "acme")) == site.all);
        site.add(fleet, "acme", 5);
    }
    site.serves("acme", site.all);
    CHECK_FALSE(fs::exists(site.log()));
}

TEST_CASE("an older database is refused beside a log of later times, and both cures help")
{
    Killed site;
    site.make_restarted_logs();
    fs::copy_file(site.database("acme"), site.aside("own.db"));
    const int how = GENERATE(0, 1, 2);
    CAPTURE(how);
    if (how == 1) {
        fs::copy_file(site.aside("old.db"), site.aside("copy.db"));
        fs::rename(site.aside("copy.db"), site.database("acme"));
    } else {
        fs::copy_file(site.aside("old.db"), site.database("acme"), over);
    }
    if (how == 2) { // characters that mean something in a URI
        fs::rename(site.root, site.aside("100% what?#1"));
        site.root = site.aside("100% what?#1");
    }
    site.refuses("acme", errc::foreign_log, "main.db-wal' away");
    SECTION("the one that the log belongs to is put back")
    {
        fs::copy_file(site.aside("own.db"), site.database("acme"), over);
        site.serves("acme", site.all);
    }
    SECTION("the log is moved away")
    {
        fs::rename(site.log(), site.aside("log"));
        site.serves("acme", {1});
    }
}

TEST_CASE("a copy that is torn between two logs is refused, and one that its log makes whole is not")
{
    Killed site;
    site.run([&](auto& fleet) { site.write(fleet, 5); });
    fs::copy_file(site.database("acme"), site.aside("old.db"));
    SECTION("the log was restarted twice since")
    {
        site.run([&](auto& fleet) {
            CHECK(site.pass());
            site.write(fleet, 1);
            CHECK(site.pass());
            site.write(fleet, 1);
        });
        fs::copy_file(site.aside("old.db"), site.database("acme"), over);
        site.refuses("acme", errc::foreign_log, "of another time");
    }
    SECTION("it is the same log")
    {
        site.run([&](auto& fleet) { site.write(fleet, 5); });
        fs::copy_file(site.aside("old.db"), site.database("acme"), over);
        site.serves("acme", site.all);
    }
}

TEST_CASE("what is put beside a log that is not its own is refused, whatever it is")
{
    Killed site;
    site.make_restarted_logs();
    const auto replace_by = [&](const fs::path& what) { fs::copy_file(what, site.database("acme"), over); };
    fs::copy_file(site.database("acme"), site.aside("own.db"));
    SECTION("another tenant's database")
    {
        replace_by(site.database("globex"));
        site.refuses("acme", errc::misplaced_tenant, "another tenant than 'acme'");
    }
    SECTION("another tenant's log")
    {
        site.run([](auto& fleet) {
            for (int n = 0; n < 10; ++n) Site::add(fleet, "globex", n);
        });
        fs::copy_file(site.log(), site.aside("log"));
        fs::copy_file(site.database("globex").string() + "-wal", site.log(), over);
        site.refuses("acme", errc::foreign_log, "main.db-wal' away");
        fs::copy_file(site.aside("log"), site.log(), over);
    }
    SECTION("what VACUUM INTO has made of the tenant itself, with all its rows")
    {
        {
            sqlite::Profile profile;
            profile.keep_log = true;
            profile.fences = {.attached = 1, .defensive = false, .authorizer = false};
            auto own =
                must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_write, profile));
            must(own.execute("VACUUM INTO '" + site.aside("vacuumed.db").string() + "'"));
        }
        if (const bool in_wal_mode = GENERATE(false, true); in_wal_mode) {
            auto vacuumed =
                must(sqlite::Connection::open(site.aside("vacuumed.db"), sqlite::OpenMode::read_write));
            must(vacuumed.enable_wal());
        }
        replace_by(site.aside("vacuumed.db"));
        site.refuses("acme", errc::foreign_log, "main.db-wal' away");
    }
    SECTION("an empty file")
    {
        write_file(site.database("acme"), "");
        site.refuses("acme", errc::foreign_log, "is empty");
    }
    SECTION("no database")
    {
        write_file(site.database("acme"), std::string(20000, 'x'));
        auto fleet = site.open();
        CHECK_FALSE(Site::numbers(fleet, "acme"));
    }
    SECTION("a database of others")
    {
        fs::remove(site.aside("old.db"));
        {
            auto made = must(sqlite::Connection::open(site.aside("old.db"), sqlite::OpenMode::create));
            for (int n = 0; n < 40; ++n) must(made.execute("CREATE TABLE t" + std::to_string(n) + "(a)"));
            must(made.checkpoint(sqlite::Checkpoint::truncate));
        }
        replace_by(site.aside("old.db"));
        site.refuses("acme", errc::foreign_log, "main.db-wal' away");
    }
    CHECK(fs::file_size(site.log()) > 32);
    replace_by(site.aside("own.db"));
    site.serves("acme", site.all);
}

TEST_CASE("an older database that is moved over the one in use is refused beside its log")
{
    Killed site;
    site.make_restarted_logs();
    auto fleet = site.open();
    const auto kept = must(wait_for(fleet.async_tenant("acme")));
    must(wait_for(add_note(kept, "", 7)));
    fs::rename(site.database("acme"), site.aside("own.db"));
    fs::copy_file(site.aside("old.db"), site.aside("copy.db"));
    fs::rename(site.aside("copy.db"), site.database("acme"));
    CHECK(count_notes(kept).error() == errc::tenant_gone);
    for (int tries = 0; tries < 3; ++tries) {
        const auto found = Site::numbers(fleet, "acme");
        REQUIRE_FALSE(found);
        CHECK(found.error() == errc::foreign_log);
    }
    CHECK(must(Site::numbers(fleet, "globex")) == std::vector<std::int64_t>{2});
    SECTION("what was acknowledged is there with the file that was in use")
    {
        fs::rename(site.aside("own.db"), site.database("acme"));
        auto all = site.all;
        all.push_back(7);
        std::ranges::sort(all);
        CHECK(must(Site::numbers(fleet, "acme")) == all);
    }
    SECTION("the older one is served once the log is away")
    {
        fs::remove(site.log());
        CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1});
    }
}

TEST_CASE("a log that another fleet has begun is no new one where it cannot be seen for a moment")
{
    Killed site;
    const auto away = site.aside("away-wal");
    FaultyVfs vfs;
    using Op = FaultyVfs::Op;
    site.run([&](Fleet<Notes>& first) {
        const auto db = must(wait_for(first.async_tenant("acme"))); // while there is none
        site.run([&](Fleet<Notes>& second) { site.write(second, 2); });
        REQUIRE(fs::file_size(site.log()) > 0);
        // From when the write has its lock until the first row is read for it.
        const auto moves_back = [&] { vfs.call(Op::read, 1, [&] { fs::rename(away, site.log()); }); };
        const auto moves_away = [&] {
            fs::rename(site.log(), away);
            moves_back();
        };
        vfs.call(Op::read, 1, [&] { vfs.call(Op::lock, 1, moves_away); }); // the first page, before that
        site.all.push_back(7);
        must(wait_for(add_note(db, "", 7)));
        CHECK(fs::exists(site.log()));
        CHECK_FALSE(fs::exists(away));
        vfs.heal();
    });
    std::ranges::sort(site.all);
    site.serves("acme", site.all);
}

TEST_CASE("a log that a migration has begun is the database's own")
{
    Killed site;
    {
        auto left_alone = site.options;
        left_alone.tenant.checkpoints.automatic = false;
        auto fleet = must(Fleet<NewNotes>::open(site.root, left_alone));
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        CHECK_FALSE(db.opening().done.empty());
        if (GENERATE(false, true)) {
            site.all.push_back(11);
            const NewNote row{.number = 11};
            must(wait_for(db.async_write(insert(row))));
        }
        must(wait_for(fleet.async_close(Shutdown::drain)));
    }
    REQUIRE(fs::file_size(site.log()) > 32);
    site.run([&](auto& fleet) { site.write(fleet, 2); });
    site.serves("acme", site.all);
}

TEST_CASE(
    "whoever was killed while he wrote, what he was told of is there, and an older database is refused beside it")
{
    Killed site;
    fs::copy_file(site.database("acme"), site.aside("old.db"));
    std::set<std::int64_t> acknowledged{1};
    int refused = 0;
    const auto program = [&] {
        return std::make_unique<Child>("fleet_client", std::vector<std::string>{site.root, "flat"});
    };
    for (int round = 0; round < 6; ++round) {
        // Two of them in every other round.
        std::vector<std::unique_ptr<Child>> writers;
        for (int n = 0; n <= round % 2; ++n) {
            writers.push_back(program());
            REQUIRE(writers.back()->ask("open restarting") == "ok");
        }
        const std::int64_t first = 1000 * (round + 1);
        for (std::size_t n = 0; n < writers.size(); ++n) {
            const auto from = first + 500 * static_cast<std::int64_t>(n);
            writers[n]->send("add acme " + std::to_string(from) + " " + std::to_string(from + 500));
        }
        const auto hear = [&](Child& writer) {
            const auto line = writer.receive();
            if (line && line->starts_with("ack ")) acknowledged.insert(std::stoll(line->substr(4)));
            return line.has_value();
        };
        for (int n = 0; n < 60 + 7 * round; ++n)
            for (auto& writer : writers) REQUIRE(hear(*writer));
        for (auto& writer : writers) writer->kill();
        for (auto& writer : writers)
            while (hear(*writer)) {}

        fs::remove_all(site.aside("copy"));
        fs::copy(site.root, site.aside("copy"), fs::copy_options::recursive);
        fs::copy_file(site.aside("old.db"), site.aside("copy") / "tenants" / "acme" / "main.db", over);
        const bool logged = fs::file_size(site.log()) > 32;
        auto copy = site.open(site.aside("copy"));
        const auto old = Site::numbers(copy, "acme");
        if (logged) {
            REQUIRE_FALSE(old);
            CHECK(old.error() == errc::foreign_log);
            ++refused;
        }

        auto fleet = site.open();
        const auto found = must(Site::numbers(fleet, "acme"));
        const std::set<std::int64_t> there(found.begin(), found.end());
        CHECK(std::ranges::includes(there, acknowledged));
        must(wait_for(fleet.async_close(Shutdown::drain)));
    }
    CHECK(refused > 0);
}

TEST_CASE("a tenant in rollback-journal mode is brought to WAL when it is opened for use")
{
    const Site site;
    const auto is_wal = [&] {
        auto database = must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_only));
        return must(database.query_integer("SELECT 'wal' = journal_mode FROM pragma_journal_mode")) == 1;
    };
    {
        sqlite::Profile profile;
        profile.fences = {.attached = 1, .defensive = false, .authorizer = false};
        auto other =
            must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_write, profile));
        if (GENERATE(false, true)) {
            must(other.execute("PRAGMA journal_mode = DELETE"));
            must(other.close());
        } else {
            must(other.execute("VACUUM INTO '" + site.aside("vacuumed.db").string() + "'"));
            must(other.close());
            fs::rename(site.aside("vacuumed.db"), site.database("acme"));
        }
    }
    REQUIRE_FALSE(is_wal());
    auto fleet = site.open();
    SECTION("and readers are not in the way of the writer")
    {
        (void)must(migration_status(fleet)); // only looks
        CHECK_FALSE(is_wal());
        const auto db = must(wait_for(fleet.async_tenant("acme")));
        CHECK(is_wal());
        auto reader = must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_only));
        must(reader.execute("BEGIN; SELECT count(*) FROM note"));
        must(wait_for(add_note(db, "", 3)));
        must(reader.execute("COMMIT"));
        CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1, 3});
    }
    SECTION("or migrated")
    {
        must(wait_for(async_migrate_all(fleet)));
        CHECK(is_wal());
    }
    SECTION("or refused as long as another program uses it in the other mode")
    {
        auto reader = must(sqlite::Connection::open(site.database("acme"), sqlite::OpenMode::read_only));
        must(reader.execute("BEGIN; SELECT count(*) FROM note"));
        const auto refused = Site::numbers(fleet, "acme");
        REQUIRE_FALSE(refused);
        CHECK(refused.error() == errc::busy);
        CHECK_THAT(said(refused.error()), ContainsSubstring("WAL mode"));
        must(reader.execute("COMMIT"));
        CHECK(must(Site::numbers(fleet, "acme")) == std::vector<std::int64_t>{1});
        must(reader.close());
        CHECK(is_wal());
    }
    must(wait_for(fleet.async_close(Shutdown::drain)));
    CHECK(is_wal());
}

// docs/write.md
#include "docs/database.hpp"

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/schema/default.hpp>
#include <tenantry/schema/index.hpp>
#include <tenantry/schema/primary_key.hpp>
#include <tenantry/schema/unique.hpp>

#include "support/temp_dir.hpp"

using namespace tenantry;

namespace {

// [schema]
enum class JobStatus { pending, running, done };

struct Setting {
    std::string key{};
    std::string value{};
    Timestamp updated_at{};
};
struct Job {
    Id<Job> id{};
    std::string name{};
    std::string module{};
    JobStatus status = JobStatus::pending;
    std::int64_t tries{};
    std::optional<std::string> note{};
};
struct Archive {
    Id<Archive> id{};
    std::string name{};
    std::int64_t tries{};
};

inline constexpr auto untried = col<&Archive::tries> == 0;

struct Slot : Schema<Table<"config", Setting, PrimaryKey<&Setting::key>,
                           Default<&Setting::updated_at, current_timestamp>>,
                     Table<"queue", Job, Unique<&Job::name>, Default<&Job::tries, 0>,
                           Default<&Job::status, JobStatus::pending>>,
                     Table<"archive", Archive, UniqueIndex<"one_untried", &Archive::name, Where<untried>>>> {
};
// [/schema]

// [patch-type]
struct Changes {
    std::optional<std::string> module{};
    std::optional<std::optional<std::string>> note{}; // nullopt in it: NULL
};
// [/patch-type]

// [tries]
struct Tries {
    std::string name{};
    std::int64_t tries{};
};
// [/tries]

// [file]
struct File {
    Id<File> id{};
    std::string name{};
    std::optional<std::vector<std::byte>> content{};
};
// [/file]
struct Files : Schema<Table<"file", File>> {};

Job job(std::string name)
{
    Job made;
    made.name = std::move(name);
    made.module = "mail";
    return made;
}

} // namespace

TEST_CASE("rows are inserted whole, in part, and many at a time")
{
    docs::Database<Slot> tx;
    {
        // [insert]
        Job report;
        report.name = "report";
        report.module = "mail";
        auto key = tx.write(insert(report)); // every column; the unset id is assigned
        // [/insert]
        CHECK(key->value() == 1);
    }
    {
        Setting setting{.key = "theme", .value = "dark", .updated_at = {}};
        // [defaults]
        auto done = tx.write(insert(setting).defaults(col<&Setting::updated_at>));
        // [/defaults]
        CHECK(done);
        CHECK(test::must(tx.connection().query_integer("SELECT updated_at > 0 FROM config")) == 1);
    }
    {
        // [some]
        auto key = tx.write(insert<Job>().set(col<&Job::name> = "invoice", col<&Job::module> = "billing"));
        // [/some]
        CHECK(key->value() == 2);
    }
    {
        // [many]
        std::vector<Job> jobs{job("first"), job("second"), job("third")};
        auto keys = tx.write(insert(jobs)); // a vector of three keys
        // [/many]
        REQUIRE(keys);
        CHECK(keys->size() == 3);
    }
    {
        // [from]
        auto written =
            tx.write(insert<Archive>()
                         .columns(col<&Archive::name>, col<&Archive::tries>)
                         .from(select(col<&Job::name>, col<&Job::tries>).where(col<&Job::module> == "mail")));
        // [/from]
        CHECK(written == 4);
    }
}

TEST_CASE("what is there already is passed over, replaced or changed")
{
    docs::Database<Slot> tx;
    const Setting setting{.key = "theme", .value = "dark", .updated_at = {}};
    {
        // [upsert]
        auto done = tx.run(upsert(setting)); // every column but the key
        // [/upsert]
        CHECK(done);
    }
    {
        // [nothing]
        auto written = tx.write(insert(setting).on_conflict(col<&Setting::key>).do_nothing()); // false
        // [/nothing]
        CHECK(written == false);
    }
    {
        const Job report = job("report");
        test::must(tx.run(insert(report)));
        // [update]
        auto key = tx.write(insert(report)
                                .on_conflict(col<&Job::name>)
                                .do_update(col<&Job::tries> = col<&Job::tries> + 1,
                                           col<&Job::module> = excluded(col<&Job::module>))
                                .where(col<&Job::status> != JobStatus::done));
        // [/update]
        REQUIRE(key);
        CHECK(key->has_value());
        CHECK(test::must(tx.read(one(select(col<&Job::tries>)))) == 1);
    }
    {
        const Archive archived{.id = {}, .name = "report", .tries = 0};
        // [index]
        auto key = tx.write(insert(archived)
                                .on_conflict("one_untried"_n)
                                .do_update(col<&Archive::name> = excluded(col<&Archive::name>)));
        // [/index]
        CHECK(key);
        CHECK(*key ==
              test::must(tx.write(
                  insert(archived).on_conflict("one_untried"_n).do_update(col<&Archive::tries> = 0))));
    }
}

TEST_CASE("rows are changed and removed by condition, key or record")
{
    docs::Database<Slot> tx;
    const auto key = test::must(tx.write(insert(job("report"))));
    test::must(tx.run(insert(job("invoice"))));
    {
        // [condition]
        auto changed =
            tx.write(update<Job>()
                         .set(col<&Job::status> = JobStatus::running, col<&Job::tries> = col<&Job::tries> + 1)
                         .where(col<&Job::module> == "mail"));
        // [/condition]
        CHECK(changed == 2);
    }
    {
        // [key]
        auto changed = tx.write(update<Job>(key).set(col<&Job::note> = "by hand"));
        auto removed = tx.write(remove<Setting>("theme"));
        // [/key]
        CHECK(changed == 1);
        CHECK(removed == 0);
    }
    {
        const bool again = true;
        const Changes patch{.module = {}, .note = std::optional<std::string>()};
        // [patch]
        auto changed =
            tx.write(update<Job>(key)
                         .set(when(patch.module, col<&Job::module>), when(patch.note, col<&Job::note>),
                              when(again, col<&Job::tries> = col<&Job::tries> + 1))
                         .returning());
        // [/patch]
        const auto now = test::must(changed);
        REQUIRE(now.size() == 1);
        CHECK(now[0].module == "mail");
        CHECK(now[0].note == std::nullopt);
    }
    {
        // [rename]
        auto renamed = tx.write(update<Setting>("theme").set(rename_key(col<&Setting::key> = "colour")));
        // [/rename]
        CHECK(renamed == 0);
    }
    {
        test::must(tx.run(insert(std::vector<Job>{job("first"), job("second")})));
        // [rows]
        auto jobs = tx.read(select<Job>().where(in(col<&Job::name>, "first", "second")));
        for (Job& job : *jobs) job.tries += 1;
        auto changed = tx.write(update(*jobs));
        auto removed = tx.write(remove(*jobs));
        // [/rows]
        CHECK(changed == 2);
        CHECK(removed == 2);
    }
    {
        test::must(tx.run(insert(Archive{.id = {}, .name = "invoice", .tries = 7})));
        // [other]
        auto changed = tx.write(update<Job>()
                                    .from(table<Archive>)
                                    .set(col<&Job::tries> = col<&Archive::tries>)
                                    .where(col<&Job::name> == col<&Archive::name>));
        // [/other]
        CHECK(changed == 1);
        // [with]
        auto removed = tx.write(
            remove<Archive>()
                .with(cte<"tries">(select(col<&Job::name>, col<&Job::tries>).into(table<Tries>)))
                .where(in(col<&Archive::name>, select(col<&Tries::name>).where(col<&Tries::tries> > 5))));
        // [/with]
        CHECK(removed == 1);
    }
    {
        // [record]
        auto report = tx.read(one(select<Job>().where(col<&Job::name> == "report")));
        report->note = "written back";
        auto changed = tx.write(update(*report)); // every column but the key
        auto removed = tx.write(remove(*report));
        // [/record]
        CHECK(changed == 1);
        CHECK(removed == 1);
    }
    {
        test::must(tx.run(insert(Setting{.key = "theme", .value = "dark", .updated_at = {}})));
        const auto log = [](const std::string& line) { CHECK(line == "theme=dark"); };
        const auto take = [](const Setting& row) { CHECK(row.value == "dark"); };
        // [members]
        auto setting = tx.read(one(select<Setting>().where(col<&Setting::key> == "theme")));
        log(setting->key + "=" + setting->value); // the row's own members
        take(plain(*setting));                    // the row itself: a Setting&
        auto invoice = tx.read(one(select<Job>().where(col<&Job::name> == "invoice")));
        auto of_invoice = key_of(*invoice); // Key<Job, T>
        // [/members]
        CHECK(of_invoice.value() == 2);
    }
    {
        // [all]
        auto emptied = tx.write(remove<Job>().all_rows());
        // [/all]
        CHECK(emptied == 1);
    }
}

TEST_CASE("what was written comes back")
{
    docs::Database<Slot> tx;
    test::must(tx.run(insert(job("report"))));
    {
        const auto key = test::must(tx.read(one(select(col<&Job::id>))));
        // [returning]
        auto tries = tx.write(
            one(update<Job>(key).set(col<&Job::tries> = col<&Job::tries> + 1).returning(col<&Job::tries>)));
        auto gone = tx.write(remove<Job>().where(col<&Job::status> == JobStatus::pending).returning());
        // [/returning]
        CHECK(tries == 1);
        REQUIRE(gone);
        REQUIRE(gone->size() == 1);
        CHECK(gone->front().name == "report");
    }
}

TEST_CASE("a large value is written in pieces")
{
    const test::TempDir directory;
    auto fleet = test::must(Fleet<Files>::open(directory.path() / "fleet"));
    test::must(fleet.create("acme"));
    auto db = test::must(fleet.tenant("acme"));
    constexpr std::size_t size = 3000;
    const std::vector<std::byte> piece(1000, std::byte{7});
    const auto next_piece = [&](std::size_t /*at*/) { return std::span(piece); };
    // [pieces]
    auto body = [&](auto& tx) -> Result<void> {
        auto key =
            tx.write(insert<File>().set(col<&File::name> = "scan", col<&File::content> = zeroblob(size)));
        if (!key) return tl::unexpected(key.error());
        auto blob = tx.blob(col<&File::content>, *key);
        if (!blob) return tl::unexpected(blob.error());
        for (std::size_t at = 0; at < size; at += piece.size())
            if (auto done = blob->write(at, next_piece(at)); !done) return done;
        return {};
    };
    // [/pieces]
    test::must(db.write(body));
    CHECK(test::must(db.read(one(select(col<&File::content>)))) ==
          std::vector<std::byte>(size, std::byte{7}));
}

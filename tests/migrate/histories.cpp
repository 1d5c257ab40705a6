// Random histories: a database at any of their revisions, with a ledger of them, without one, or of a fleet that had no
// history, runs those that it has not run, each once, and ends where the others end; or all of them say the same.
// TENANTRY_HISTORIES says how many, TENANTRY_HISTORY_SEED where to begin.
#include <tenantry/migrate/ensure.hpp>

#include <cstdint>
#include <list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/migrate/forecast.hpp>
#include <tenantry/migrate/next_revision.hpp>

#include "support/catch.hpp"
#include "support/declaration.hpp"
#include "support/dice.hpp"
#include "support/looked_at.hpp"
#include "support/must.hpp"
#include "support/random_schema.hpp"

using namespace tenantry;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

struct Release {
    Release(Shape made, History its)
        : shape(std::move(made)), declaration(shape.statements(), shape.limits()), history(std::move(its))
    {}
    Shape shape;
    Declaration declaration;
    History history; // up to this release
};

Connection memory()
{
    Profile profile;
    profile.trusted_schema = true;
    return must(Connection::open_memory(profile));
}

// How a database came to be at a release.
enum class Past { ledger, none, automatic };

// Each revision notes that it was run.
std::string noted(std::int64_t number)
{
    return "INSERT INTO log(n) VALUES (" + std::to_string(number) + ");\n";
}

std::vector<std::int64_t> run_in(Connection& db)
{
    std::vector<std::int64_t> numbers;
    auto rows = must(db.prepare("SELECT n FROM log ORDER BY rowid"));
    while (must(rows.step())) numbers.push_back(rows.integer(0));
    return numbers;
}

// The walk's next schema; with what was renamed on the way there.
std::pair<Shape, std::vector<Rename>> next_shape(SchemaWalk& walk, Dice& dice, const Shape& from,
                                                 std::size_t number)
{
    Shape shape = walk.next(from);
    std::vector<Rename> renames;
    const std::string to = "renamed" + std::to_string(number);
    const Shape::Table& table = dice.of(shape.tables);
    if (dice.one_in(3)) {
        const std::string name = table.name;
        if (from.table(name) != nullptr) renames.push_back(rename_table(name, to));
        rename_all(shape, name, to);
    } else if (dice.one_in(2) && !table.columns.empty()) {
        const std::string name = dice.of(table.columns).name;
        for (const Shape::Table& t : shape.tables)
            if (const Shape::Table* old = from.table(t.name))
                for (const Shape::Column& c : old->columns)
                    if (c.name == name) renames.push_back(rename_column(t.name, name, to));
        rename_all(shape, name, to);
    }
    if (!can_be_declared(shape)) return {walk.next(from), {}};
    return {std::move(shape), std::move(renames)};
}

// What others have put into it besides.
void add_others(Connection& db, const Shape& shape, Dice& dice)
{
    must(db.execute("CREATE TABLE others (x INTEGER); INSERT INTO others VALUES (7);"
                    "CREATE VIEW others_view AS SELECT x FROM others"));
    const std::string on = migrate::quoted_name(dice.of(shape.tables).name);
    must(db.execute("ALTER TABLE " + on + " ADD COLUMN theirs TEXT"));
    if (dice.one_in(2)) must(db.execute("CREATE INDEX others_index ON " + on + " (theirs)"));
}

} // namespace

TEST_CASE(
    "random histories bring a database from any revision to the last, however it is known which it is at")
{
    const std::size_t walks = from_environment("TENANTRY_HISTORIES", 60);
    const std::size_t first = from_environment("TENANTRY_HISTORY_SEED", 1);
    std::size_t brought = 0;
    std::size_t failed = 0;
    std::size_t renamed = 0;
    std::size_t older = 0;
    for (std::size_t seed = first; seed < first + walks; ++seed) {
        Dice dice(seed);
        SchemaWalk walk(dice);
        INFO("seed " << seed);
        std::list<Release> releases;
        std::vector<Revision> revisions;
        Shape shape = walk.first();
        shape.more = {"CREATE TABLE log (n INTEGER)"};
        const std::size_t count = 3 + dice.below(3);
        std::string all;
        for (std::size_t k = 1; k <= count; ++k) {
            std::vector<Rename> renames;
            if (k > 1) std::tie(shape, renames) = next_shape(walk, dice, releases.back().shape, k);
            renamed += renames.empty() ? 0 : 1;
            const Declaration wanted(shape.statements(), shape.limits());
            const auto number = static_cast<std::int64_t>(10 * k);
            INFO("revisions so far:\n" << all);
            INFO("leads to: " << [&] {
                std::string text;
                for (const std::string& sql : shape.statements()) text += sql + ";\n";
                return text;
            }());
            const Draft draft = must(next_revision(wanted.info(), History(revisions), "step", renames));
            Revision made = revision(number, "step", draft.to_sql() + noted(number));
            if (k > 1 && dice.one_in(6)) made = made.compatible_with_older();
            revisions.push_back(std::move(made));
            all += "-- " + std::to_string(number) + '\n' + revisions.back().sql;
            releases.emplace_back(shape, History(revisions));
            INFO("with the last:\n" << revisions.back().sql);
            const Draft none = must(next_revision(wanted.info(), releases.back().history, "none"));
            INFO("and still:\n" << none.to_sql());
            REQUIRE(none.empty());
        }
        INFO("the history:\n" << all);
        const Release& last = releases.back();
        const std::size_t at = 1 + dice.below(count);
        const Release& start = *std::next(releases.begin(), static_cast<std::ptrdiff_t>(at - 1));
        INFO("at revision " << 10 * at);
        // Where several revisions lead to one schema it is taken to be at the first of them.
        std::size_t taken_for = at;
        for (std::size_t k = at; k-- > 1;)
            if (must(next_revision(start.declaration.info(),
                                   std::next(releases.begin(), static_cast<std::ptrdiff_t>(k - 1))->history,
                                   "none"))
                    .empty())
                taken_for = k;
        const bool others = dice.one_in(2);
        const Dice same = dice;
        Texts rows_of_first;
        Texts found_by_first;
        bool first_was_brought = false;
        for (const Past past : {Past::ledger, Past::none, Past::automatic}) {
            if (past != Past::ledger && taken_for != at) continue;
            INFO("known by " << (past == Past::ledger ? "its ledger"
                                 : past == Past::none ? "nothing"
                                                      : "a ledger without revisions"));
            dice = same;
            Connection db = memory();
            must(ensure_schema(db, start.declaration.info(),
                               past == Past::automatic ? nullptr : &start.history));
            for (int n = 0; n < 30; ++n) (void)db.execute(random_statement(dice, start.shape));
            if (!rows_of(db, "PRAGMA foreign_key_check").empty()) empty_all(db);
            if (others) add_others(db, start.shape, dice);
            if (past == Past::none)
                must(db.execute("DROP TABLE _tenantry_migrations; PRAGMA user_version = 0"));
            const Texts before = everything(db);
            const auto told = must(migrate::forecast(db, last.declaration.info(), &last.history, true));
            const auto rehearsed = migrate::rehearse(db, last.declaration.info(), &last.history);
            REQUIRE(everything(db) == before);
            const auto opened = ensure_schema(db, last.declaration.info(), &last.history);
            INFO("opening: " << (opened ? std::string("done") : said(opened.error())));
            INFO("rehearsed: " << (rehearsed ? std::string("done") : said(rehearsed.error())));
            REQUIRE(opened.has_value() == rehearsed.has_value());
            if (told.standing == migrate::Standing::refused) REQUIRE_FALSE(opened);
            if (past == Past::ledger) first_was_brought = opened.has_value();
            REQUIRE(opened.has_value() == first_was_brought);
            if (!opened) {
                ++failed;
                // It is at the revision before the one that failed.
                REQUIRE((opened.error() == errc::migration_failed ||
                         opened.error() == errc::destructive_migration));
                const auto numbers = run_in(db);
                REQUIRE(numbers.size() < count - at + 1);
                for (std::size_t i = 0; i < numbers.size(); ++i)
                    REQUIRE(numbers[i] == static_cast<std::int64_t>(10 * (at + i + 1)));
                continue;
            }
            ++brought;
            REQUIRE(told.to_do == opened->done);
            REQUIRE(rehearsed->done == opened->done);
            std::vector<std::int64_t> expected;
            for (std::size_t k = at + 1; k <= count; ++k)
                expected.push_back(static_cast<std::int64_t>(10 * k));
            REQUIRE(run_in(db) == expected);
            REQUIRE(must(ensure_schema(db, last.declaration.info(), &last.history)).was_current);
            if (others) REQUIRE(rows_of(db, "SELECT x FROM others_view") == Texts{"7|"});
            check_integrity(db, last.shape);
            const Texts rows = declared_rows(db, last.shape);
            const Texts found = found_texts(db, last.shape);
            if (past == Past::ledger) {
                rows_of_first = rows;
                found_by_first = found;
            }
            REQUIRE(rows == rows_of_first);
            REQUIRE(found == found_by_first);
            Connection twin = memory();
            make_twin(db, twin, last.shape);
            (void)same_as_twin(db, twin, last.shape, dice, 15);
            // Older releases work with it, or say that they cannot; nothing is changed.
            const Texts then = everything(db);
            for (const Release& release : releases) {
                if (&release == &last) break;
                const auto seen =
                    must(migrate::forecast(db, release.declaration.info(), &release.history, true));
                const auto by_older = ensure_schema(db, release.declaration.info(), &release.history);
                REQUIRE(everything(db) == then);
                REQUIRE((seen.standing == migrate::Standing::refused) == !by_older);
                if (by_older)
                    REQUIRE(by_older->is_newer);
                else
                    REQUIRE(by_older.error() == errc::newer_schema);
                older += by_older ? 1 : 0;
            }
        }
    }
    if (walks < 50) return;
    CHECK(brought > walks);
    CHECK(failed > walks / 20);
    CHECK(renamed > walks / 2);
    CHECK(older > walks / 2);
}

TEST_CASE("a database from before a random history comes through its first revision as it does in two steps")
{
    const std::size_t walks = from_environment("TENANTRY_HISTORIES", 60);
    const std::size_t first = from_environment("TENANTRY_HISTORY_SEED", 1);
    std::size_t brought = 0;
    std::size_t refused = 0;
    std::size_t unlike = 0;
    for (std::size_t seed = first; seed < first + 2 * walks; ++seed) {
        Dice dice(seed);
        SchemaWalk walk(dice);
        INFO("seed " << seed);
        // Releases without a history, the last of which is its first revision; and one that has a second.
        std::list<Release> releases;
        Shape shape = walk.first();
        shape.more = {"CREATE TABLE log (n INTEGER)"};
        const std::size_t count = 2 + dice.below(3);
        for (std::size_t k = 1; k <= count; ++k) {
            if (k > 1) shape = walk.next(shape);
            releases.emplace_back(shape, History({}));
        }
        const Declaration& initial = releases.back().declaration;
        std::vector<Revision> revisions{
            revision(10, "initial", must(next_revision(initial.info(), History({}), "initial")).to_sql())};
        auto [next, renames] = next_shape(walk, dice, shape, count + 1);
        const Declaration last(next.statements(), next.limits());
        const Draft draft = must(next_revision(last.info(), History(revisions), "step", renames));
        revisions.push_back(revision(20, "step", draft.to_sql() + noted(20)));
        const History history(revisions);
        INFO("the history:\n" << revisions[0].sql << revisions[1].sql);

        // What has been opened by some releases.
        const Release& start =
            *std::next(releases.begin(), static_cast<std::ptrdiff_t>(dice.below(count - 1)));
        const bool others = dice.one_in(3);
        const Dice same = dice;
        const auto make = [&] {
            dice = same;
            Connection db = memory();
            for (const Release& release : releases) {
                if (!ensure_schema(db, release.declaration.info())) break;
                for (int n = 0; n < 10; ++n) (void)db.execute(random_statement(dice, release.shape));
                if (&release == &start) break;
            }
            if (!rows_of(db, "PRAGMA foreign_key_check").empty()) empty_all(db);
            if (others) add_others(db, start.shape, dice);
            return db;
        };
        Connection in_one = make();
        Connection in_two = make();
        const Texts before = everything(in_one);
        REQUIRE(everything(in_two) == before);
        const auto told = must(migrate::forecast(in_one, last.info(), &history, true));
        const auto rehearsed = migrate::rehearse(in_one, last.info(), &history);
        REQUIRE(everything(in_one) == before);
        const auto opened = ensure_schema(in_one, last.info(), &history);
        INFO("opening: " << (opened ? std::string("done") : said(opened.error())));
        REQUIRE(opened.has_value() == rehearsed.has_value());
        if (told.standing == migrate::Standing::refused) REQUIRE_FALSE(opened);
        if (!opened && opened.error() == errc::history_mismatch) {
            ++unlike;
            REQUIRE(everything(in_one) == before);
            continue;
        }
        const auto first_step = ensure_schema(in_two, initial.info());
        const auto second_step = first_step ? ensure_schema(in_two, last.info(), &history) : first_step;
        INFO("in two steps: " << (second_step ? std::string("done") : said(second_step.error())));
        REQUIRE(opened.has_value() == second_step.has_value());
        if (!opened) {
            ++refused;
            REQUIRE(opened.error().code() == second_step.error().code());
            continue;
        }
        ++brought;
        REQUIRE(told.to_do == opened->done);
        REQUIRE(rehearsed->done == opened->done);
        REQUIRE(run_in(in_one) == std::vector<std::int64_t>{20});
        REQUIRE(must(ensure_schema(in_one, last.info(), &history)).was_current);
        check_integrity(in_one, next);
        REQUIRE(declared_rows(in_one, next) == declared_rows(in_two, next));
        REQUIRE(found_texts(in_one, next) == found_texts(in_two, next));
        (void)same_as_twin(in_one, in_two, next, dice, 15);
    }
    if (walks < 50) return;
    CHECK(brought > walks / 2);
    CHECK(refused > walks / 20);
    CHECK(unlike < walks / 2);
}

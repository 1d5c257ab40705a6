// Random chains of declarations: a database that goes through all of them, with rows of each, is in the end not told from
// one that was made of the last; each step is what was foretold, and an older release beside it can work or says that it
// cannot. TENANTRY_CHAINS says how many, TENANTRY_CHAIN_SEED where to begin.
#include <tenantry/migrate/ensure.hpp>

#include <list>
#include <string>
#include <vector>

#include <tenantry/migrate/compare.hpp>
#include <tenantry/migrate/forecast.hpp>

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
    explicit Release(Shape made)
        : shape(std::move(made)), declaration(shape.statements(), shape.limits(), shape.needs_trust())
    {}
    Shape shape;
    Declaration declaration;
};

Connection memory(bool trusted)
{
    Profile profile;
    profile.trusted_schema = trusted;
    return must(Connection::open_memory(profile));
}

std::string listed(const Shape& shape)
{
    std::string all;
    for (const std::string& sql : shape.statements()) all += sql + ";\n";
    return all;
}

// Opens it by the release, as it was foretold in both ways. False: it is refused, and nothing was changed.
bool open(Connection& db, const Release& release)
{
    const SchemaInfo& info = release.declaration.info();
    trust(db, info.needs_trust);
    const Texts before = everything(db);
    const auto told = must(migrate::forecast(db, info, nullptr, true));
    const auto rehearsed = migrate::rehearse(db, info, nullptr);
    REQUIRE(everything(db) == before);
    const auto opened = ensure_schema(db, info);
    INFO("the plan:\n" << told.plan);
    INFO("opening: " << (opened ? std::string("done") : said(opened.error())));
    INFO("foretold: " << (told.error ? said(*told.error) : std::string("nothing is in the way")));
    REQUIRE(rehearsed.has_value() == opened.has_value());
    REQUIRE((told.standing == migrate::Standing::refused) == !opened);
    if (!opened) {
        REQUIRE(opened.error() == errc::destructive_migration);
        REQUIRE(told.error->code() == opened.error().code());
        REQUIRE(everything(db) == before);
        return false;
    }
    REQUIRE(told.to_do == opened->done);
    REQUIRE(told.tolerated == opened->tolerated);
    REQUIRE(rehearsed->done == opened->done);
    REQUIRE(must(ensure_schema(db, info)).was_current);
    const Comparison compared = must(compare(db, info));
    INFO("compared afterwards: " << compared);
    REQUIRE(compared.plan.steps.empty());
    REQUIRE(compared.conflicts.empty());
    REQUIRE(compared.misfits.empty());
    return true;
}

// An earlier release looks at it, and works with it or says that it cannot; the newer one notices nothing.
bool beside(Connection& db, const Release& older, const Release& newer, Dice& dice)
{
    const SchemaInfo& info = older.declaration.info();
    INFO("an older release:\n" << listed(older.shape));
    trust(db, info.needs_trust);
    const Texts before = everything(db);
    const auto told = must(migrate::forecast(db, info, nullptr, true));
    const auto opened = ensure_schema(db, info);
    INFO("opening: " << (opened ? std::string("done") : said(opened.error())));
    REQUIRE(everything(db) == before);
    REQUIRE((told.standing == migrate::Standing::refused) == !opened);
    if (!opened) {
        REQUIRE(opened.error() == errc::newer_schema);
        trust(db, newer.shape.needs_trust());
        return false;
    }
    REQUIRE(opened->is_newer);
    REQUIRE(told.standing == migrate::Standing::newer);
    const auto tables = tables_of(db);
    must(db.execute("BEGIN"));
    for (int n = 0; n < 15; ++n) {
        // A newer one may refuse rows, and says so; whatever is there can be read.
        const std::string sql = random_statement(dice, older.shape);
        if (sql.starts_with("INSERT OR REPLACE")) continue; // no trigger tells an index of what is replaced
        INFO(sql);
        if (auto done = db.execute(sql); !done) {
            INFO(said(done.error()));
            REQUIRE(done.error() == errc::constraint);
        }
        for (const Shape::Table& table : older.shape.tables)
            for (const Shape::Column& c : table.columns) {
                const std::string name = migrate::quoted_name(c.name);
                std::string wrong;
                if (c.not_null) wrong = name + " IS NULL";
                const auto found = std::ranges::find(tables, table.name, &SeenTable::name);
                if (table.strict && c.type != "ANY" && found->strict)
                    wrong += (wrong.empty() ? "" : " OR ") + std::string("typeof(") + name +
                             ") NOT IN ('null', '" + migrate::lowered(c.type) + "')";
                if (wrong.empty()) continue;
                INFO(wrong);
                REQUIRE(rows_of(db, "SELECT 1 FROM " + migrate::quoted_name(table.name) + " WHERE " + wrong)
                            .empty());
            }
    }
    if (db.execute("COMMIT") && rows_of(db, "PRAGMA foreign_key_check").empty()) {
        check_integrity(db, older.shape);
        check_integrity(db, newer.shape);
    } else { // a deferred reference
        (void)db.execute("ROLLBACK");
        empty_all(db);
    }
    trust(db, newer.shape.needs_trust());
    REQUIRE(must(ensure_schema(db, newer.declaration.info())).was_current);
    return true;
}

} // namespace

TEST_CASE("random chains of declarations end as if they had begun with the last")
{
    const std::size_t chains = from_environment("TENANTRY_CHAINS", 120);
    const std::size_t first = from_environment("TENANTRY_CHAIN_SEED", 1);
    std::size_t applied = 0;
    std::size_t refused = 0;
    std::size_t taken = 0;
    std::size_t older = 0;
    for (std::size_t seed = first; seed < first + chains; ++seed) {
        Dice dice(seed);
        SchemaWalk walk(dice);
        std::list<Release> releases;
        releases.emplace_back(walk.first());
        Connection db = memory(true);
        INFO("seed " << seed);
        must(ensure_schema(db, releases.front().declaration.info()));
        for (std::size_t steps = 3 + dice.below(4); steps > 0; --steps) {
            const Release& now = releases.back();
            INFO("from:\n" << listed(now.shape));
            {
                Connection twin = memory(true);
                make_twin(db, twin, now.shape);
                taken += same_as_twin(db, twin, now.shape, dice, 25);
                // SQLite loses count of some references of a row to itself.
                if (!rows_of(twin, "PRAGMA foreign_key_check").empty()) empty_all(db);
            }
            check_integrity(db, now.shape);
            Release& next = releases.emplace_back(walk.next(now.shape));
            INFO("to:\n" << listed(next.shape));
            const bool again = std::ranges::any_of(releases, [&](const Release& r) {
                return &r != &next && r.declaration.info().fingerprint == next.declaration.info().fingerprint;
            });
            if (again) { // it would be taken for the older one
                releases.pop_back();
                continue;
            }
            const Kept kept(db);
            if (open(db, next)) {
                ++applied;
                kept.compare(db, converted(now.shape, next.shape));
            } else {
                ++refused;
                trust(db, now.shape.needs_trust());
                if (dice.one_in(2)) { // it was not released
                    releases.pop_back();
                    continue;
                }
                empty_all(db);
                REQUIRE(open(db, next)); // nothing else is in the way
            }
            check_integrity(db, next.shape);
            for (const Release& release : releases)
                if (&release != &next && dice.one_in(2)) older += beside(db, release, next, dice) ? 1 : 0;
        }
        const Release& last = releases.back();
        INFO("the last:\n" << listed(last.shape));
        Connection twin = memory(true);
        make_twin(db, twin, last.shape);
        taken += same_as_twin(db, twin, last.shape, dice, 40);
        if (rows_of(twin, "PRAGMA foreign_key_check").empty()) check_integrity(db, last.shape);
    }
    // The walks have been where they should have been.
    if (chains < 50) return;
    CHECK(applied > chains);
    CHECK(refused > chains / 4);
    CHECK(older > chains / 4);
    CHECK(taken > chains * 30);
}

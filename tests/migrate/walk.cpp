// Random pairs of schemas, with rows: migrate from one to the other, and look at what came of it without the code
// under test. TENANTRY_WALKS says how many (300), TENANTRY_WALK_SEED where to begin.
#include <tenantry/migrate/apply.hpp>
#include <tenantry/migrate/diff.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include <algorithm>
#include <iterator>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/catch.hpp"
#include "support/dice.hpp"
#include "support/must.hpp"

using namespace tenantry;
using namespace tenantry::migrate;
using namespace tenantry::sqlite;
using namespace tenantry::test;

namespace {

using Texts = std::vector<std::string>;

// A schema as statements, in an order in which they can be run. With `changes`, the one that `dice` would give with
// something more, and something less.
Texts random_schema(Dice& dice, Dice* changes = nullptr)
{
    Texts statements;
    struct Made {
        std::string name;
        bool has_id;
        Texts columns;
        bool has_pair = false; // its columns a and b are unique together
    };
    std::vector<Made> tables;
    for (const char* name : {"alpha", "Beta", "or\"der", "delta"}) {
        if (dice.one_in(5)) continue;
        Made made{name, !dice.one_in(3), {}};
        const bool strict = !dice.one_in(3);
        const bool without_rowid = !made.has_id && dice.one_in(2);
        Texts parts;
        if (made.has_id)
            parts.push_back(std::string("id INTEGER PRIMARY KEY") + (dice.one_in(2) ? " AUTOINCREMENT" : ""));
        Texts constraints;
        for (const char* column : {"a", "b", "select", "d", "e"}) {
            if (dice.one_in(4) && std::string_view(column) != "a") continue;
            made.columns.emplace_back(column);
            const std::string quoted = quoted_name(column);
            std::string type = dice.pick({"INTEGER", "TEXT", "TEXT", "REAL", strict ? "ANY" : "VARCHAR(20)"});
            std::string text = quoted + ' ' + type;
            if (dice.one_in(4))
                text += dice.pick({" NOT NULL", " NOT NULL DEFAULT 7", " NOT NULL DEFAULT '7'"});
            else if (dice.one_in(4))
                text += dice.pick({" DEFAULT 3", " DEFAULT '4'", " DEFAULT (1 + 1)", " DEFAULT NULL"});
            if (dice.one_in(6)) text += " COLLATE NOCASE";
            if (dice.one_in(6))
                text += dice.pick({" CHECK (", " CONSTRAINT \"a rule\" CHECK ("}) + quoted +
                        dice.pick({" <> 13", " IS NOT 'x'", " < 900"}) + ")";
            if (dice.one_in(12)) text += " UNIQUE";
            if (made.has_id && dice.one_in(8) && !tables.empty() && tables.front().has_id)
                constraints.push_back(
                    "FOREIGN KEY (" + quoted + ") REFERENCES " + quoted_name(tables.front().name) + " (id)" +
                    dice.pick({"", " ON DELETE CASCADE", " ON DELETE SET NULL",
                               " ON UPDATE CASCADE ON DELETE RESTRICT", " DEFERRABLE INITIALLY DEFERRED",
                               " ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED"}));
            parts.push_back(text);
        }
        if (dice.one_in(4)) {
            parts.push_back(std::string("g TEXT AS (\"a\" || '!') ") + dice.pick({"VIRTUAL", "STORED"}));
            made.columns.emplace_back("g");
            if (dice.one_in(3)) // one made of another
                parts.push_back(std::string("h INTEGER ") + dice.pick({"", "NOT NULL "}) +
                                "AS (length(g) + " + dice.pick({"0", "1"}) + ") " +
                                dice.pick({"VIRTUAL", "STORED"}));
        }
        const bool has_b = std::find(made.columns.begin(), made.columns.end(), "b") != made.columns.end();
        while (changes != nullptr && changes->one_in(2))
            parts.push_back(
                "x" + std::to_string(parts.size()) +
                changes->pick({" TEXT", " INTEGER NOT NULL DEFAULT -5", " TEXT CHECK (\"a\" IS NOT 'x17')",
                               " TEXT COLLATE NOCASE DEFAULT 'it''s'", " INTEGER AS (length(\"a\"))",
                               " TEXT DEFAULT (lower('X'))", " REAL DEFAULT 1.5",
                               " INTEGER NOT NULL AS (length(\"a\"))", " TEXT AS (\"a\" || 'x') STORED"}));
        if (!made.has_id)
            constraints.emplace_back(has_b && dice.one_in(2) ? "PRIMARY KEY (\"a\", \"b\")"
                                                             : "PRIMARY KEY (\"a\")");
        if (has_b && dice.one_in(3)) {
            made.has_pair = true;
            constraints.emplace_back("UNIQUE (\"a\", \"b\")");
        }
        if (has_b && !tables.empty() && tables.front().has_pair && dice.one_in(2))
            constraints.push_back("FOREIGN KEY (\"b\", \"a\") REFERENCES " +
                                  quoted_name(tables.front().name) + " (\"b\", \"a\")" +
                                  dice.pick({"", " ON UPDATE CASCADE", " DEFERRABLE INITIALLY DEFERRED"}));
        if (dice.one_in(5))
            constraints.push_back("CHECK (\"a\" IS NOT " + std::to_string(dice.below(30)) + ")");
        std::string sql = "CREATE TABLE " + quoted_name(name) + " (";
        for (std::size_t i = 0; i < parts.size(); ++i) sql += (i == 0 ? "\n  " : ",\n  ") + parts[i];
        for (const std::string& constraint : constraints) sql += ", -- a remark\n  " + constraint;
        sql += ')';
        if (strict) sql += " STRICT";
        if (without_rowid) sql += strict ? ", WITHOUT ROWID" : " WITHOUT ROWID";
        statements.push_back(sql);
        tables.push_back(made);
    }
    for (const Made& table : tables) {
        const std::string on = quoted_name(table.name);
        for (const std::string& column : table.columns) {
            if (!dice.one_in(4) || (changes != nullptr && changes->one_in(4))) continue;
            statements.push_back(std::string(dice.one_in(6) ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
                                 quoted_name("i_" + table.name + column) + " ON " + on + " (" +
                                 quoted_name(column) + dice.pick({"", " DESC", " COLLATE NOCASE"}) +
                                 dice.pick({"", "", ", \"a\" || '-'", ", length(\"a\") DESC"}) + ')' +
                                 dice.pick({"", "", " WHERE \"a\" IS NOT NULL", " WHERE \"a\" > 5"}));
        }
        if (dice.one_in(3))
            statements.push_back("CREATE VIEW " + quoted_name("v_" + table.name) +
                                 dice.pick({"", " (\"a\")", " (\"one\")"}) + " AS SELECT \"a\" FROM " + on +
                                 dice.pick({"", " WHERE \"a\" > 3"}));
        if (dice.one_in(3))
            statements.push_back("CREATE TRIGGER " + quoted_name("t_" + table.name) +
                                 " AFTER UPDATE OF \"a\" ON " + on + " BEGIN SELECT " +
                                 dice.pick({"1", "new.\"a\"", "1 WHERE old.\"a\" = 'x1'"}) + "; END");
        if (table.has_id && dice.one_in(3)) {
            const std::string name = quoted_name("f_" + table.name);
            const bool two = dice.one_in(2) && std::find(table.columns.begin(), table.columns.end(), "b") !=
                                                   table.columns.end();
            const std::string columns = two ? "\"a\", \"b\"" : "\"a\"";
            statements.push_back("CREATE VIRTUAL TABLE " + name + " USING fts5(" + columns +
                                 ", content=" + quoted_text(table.name) + ", content_rowid='id'" +
                                 dice.pick({"", ", tokenize='porter'", ", prefix='2 3'"}) + ")");
            // What keeps it in step.
            const std::string old_row = std::string("old.id, old.\"a\"") + (two ? ", old.\"b\"" : "");
            const std::string new_row = std::string("new.id, new.\"a\"") + (two ? ", new.\"b\"" : "");
            const std::string put =
                "INSERT INTO " + name + "(rowid, " + columns + ") VALUES (" + new_row + "); ";
            const std::string take = "INSERT INTO " + name + '(' + name + ", rowid, " + columns +
                                     ") VALUES ('delete', " + old_row + "); ";
            auto trigger = [&](const char* suffix, const char* event, const std::string& body) {
                statements.push_back("CREATE TRIGGER " + quoted_name("f_" + table.name + suffix) + " AFTER " +
                                     event + " ON " + on + " BEGIN " + body + "END");
            };
            trigger("_insert", "INSERT", put);
            trigger("_update", "UPDATE", take + put);
            trigger("_remove", "DELETE", take);
        }
        if (dice.one_in(4))
            statements.push_back("CREATE VIRTUAL TABLE " + quoted_name("own_" + table.name) + " USING fts5(" +
                                 dice.pick({"p, q", "p, q UNINDEXED", "p", "q, p, tokenize='trigram'"}) +
                                 ")");
        if (dice.one_in(6))
            statements.push_back("CREATE VIRTUAL TABLE " + quoted_name("none_" + table.name) +
                                 " USING fts5(p, content=''" + dice.pick({"", ", prefix='2'"}) + ")");
    }
    return statements;
}

Connection made_from(const Texts& statements)
{
    Profile profile = Profile::maintenance();
    profile.foreign_keys = false;
    profile.trusted_schema = true; // triggers that keep full-text tables in step
    Connection connection = must(Connection::open_memory(profile));
    for (const std::string& sql : statements) {
        INFO(sql);
        must(connection.execute(sql));
    }
    return connection;
}

void fill(Connection& connection, Dice& dice)
{
    const SchemaModel model = must(introspect(connection));
    for (const TableModel& table : model.tables) {
        if (table.is_virtual) {
            if (table.name.starts_with("f_")) continue; // filled by triggers
            for (std::size_t n = dice.below(4); n > 0; --n)
                must(connection.execute("INSERT INTO " + quoted_name(table.name) + "(rowid, p) VALUES (" +
                                        std::to_string(10 * n) + ", 'word" + std::to_string(dice.below(9)) +
                                        "')"));
            continue;
        }
        const std::size_t rows = dice.one_in(4) ? 0 : dice.below(12);
        for (std::size_t n = 0; n < rows; ++n) {
            std::string names;
            std::string values;
            for (const ColumnText& column : table.text.columns) {
                if (column.generated != Computed::no || dice.one_in(6)) continue;
                const std::string number = std::to_string(dice.below(20));
                const std::string value = same_name(column.name, "id") ? std::to_string(n + 1)
                                          : dice.one_in(5)             ? "NULL"
                                          : dice.one_in(4)             ? "'x" + number + "'"
                                          : dice.one_in(3)             ? number + ".5"
                                          : dice.one_in(2)             ? '\'' + number + '\''
                                                                       : number;
                names += (names.empty() ? "" : ", ") + quoted_name(column.name);
                values += (values.empty() ? "" : ", ") + value;
            }
            if (names.empty()) continue;
            // Rows that the old schema does not allow are none.
            (void)connection.execute("INSERT OR IGNORE INTO " + quoted_name(table.name) + '(' + names +
                                     ") VALUES (" + values + ')');
        }
    }
}

Texts rows_of(Connection& connection, const std::string& sql)
{
    const Privileged gate(connection);
    Statement statement = must(connection.prepare(sql));
    Texts rows;
    while (must(statement.step())) {
        std::string row;
        for (int i = 0; i < statement.column_count(); ++i)
            row.append(statement.storage(i) == Storage::null ? "NULL" : statement.text(i)).append("|");
        rows.push_back(row);
    }
    std::sort(rows.begin(), rows.end());
    return rows;
}

// What SQLite says of a schema; the order of columns does not matter.
Texts described(Connection& connection)
{
    const char* const ours = " WHERE m.name NOT LIKE 'sqlite%'";
    Texts all;
    auto add = [&](const std::string& sql) {
        for (std::string& row : rows_of(connection, sql)) all.push_back(std::move(row));
    };
    add(std::string("SELECT m.type, lower(m.name), lower(m.tbl_name) FROM sqlite_schema m") + ours);
    add("SELECT 'list', lower(name), type, wr, strict, ncol FROM pragma_table_list"
        " WHERE schema = 'main' AND name NOT LIKE 'sqlite%'");
    add("SELECT 'column', m.name, lower(x.name), iif(x.type LIKE 'VARCHAR%', 'TEXT', upper(x.type)), x.\"notnull\", x.dflt_value, x.pk, x.hidden"
        " FROM sqlite_schema m, pragma_table_xinfo(m.name) x WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'");
    add("SELECT 'index', m.name, CASE l.origin WHEN 'c' THEN l.name ELSE l.origin END, l.\"unique\", l.partial,"
        " (SELECT group_concat(coalesce(lower(x.name), 'e') || x.desc || x.coll || x.key) FROM pragma_index_xinfo(l.name) x"
        "  WHERE x.key) FROM sqlite_schema m, pragma_index_list(m.name) l WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite%'");
    add("SELECT 'reference', m.name, lower(f.\"table\"), f.\"from\", f.\"to\", f.on_update, f.on_delete"
        " FROM sqlite_schema m, pragma_foreign_key_list(m.name) f WHERE m.type = 'table'");
    add("SELECT 'text', name, sql FROM sqlite_schema WHERE type IN ('view', 'trigger', 'index') AND sql IS NOT NULL");
    // What no pragma tells.
    for (const char* word :
         {"DEFERRABLE INITIALLY DEFERRED", "AUTOINCREMENT", "CHECK (", "UNIQUE", "STORED", " AS ("})
        add("SELECT 'says', name, " + quoted_text(word) + ", length(replace(upper(sql), " +
            quoted_text(word) + ", upper(" + quoted_text(std::string(word) + '!') +
            "))) - length(sql) FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'");
    add("SELECT 'virtual', name, sql FROM sqlite_schema WHERE type = 'table' AND sql LIKE 'CREATE VIRTUAL%'");
    return all;
}

// A row's values by column, as numbers and texts that do not tell 5, 5.0 and '5' apart.
using Rows = std::multiset<std::map<std::string, std::string>>;

Rows values_of(Connection& connection, const TableModel& table, const std::set<std::string>& columns)
{
    Rows rows;
    std::string list;
    for (const std::string& column : columns) list += (list.empty() ? "" : ", ") + quoted_name(column);
    if (list.empty()) return rows;
    Statement statement = must(connection.prepare("SELECT " + list + " FROM " + quoted_name(table.name)));
    while (must(statement.step())) {
        std::map<std::string, std::string> row;
        int i = 0;
        for (const std::string& column : columns) {
            std::string text =
                statement.storage(i) == Storage::null ? "NULL" : std::string(statement.text(i));
            if (text.size() > 2 && text.ends_with(".0")) text.resize(text.size() - 2);
            row[column] = text;
            ++i;
        }
        rows.insert(row);
    }
    return rows;
}

std::set<std::string> shared_columns(const TableModel& a, const TableModel& b)
{
    std::set<std::string> names;
    for (const ColumnText& column : a.text.columns) {
        const ColumnText* other = b.column(column.name);
        if (other != nullptr && column.generated == Computed::no && other->generated == Computed::no)
            names.insert(column.name);
    }
    return names;
}

// The counters of AUTOINCREMENT, by the name of their table.
std::map<std::string, std::string> counters(Connection& connection)
{
    std::map<std::string, std::string> all;
    if (rows_of(connection, "SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_sequence'").empty()) return all;
    Statement statement = must(connection.prepare("SELECT name, seq FROM sqlite_sequence"));
    while (must(statement.step())) all[lowered(statement.text(0))] = statement.text(1);
    return all;
}

// The columns of a full-text table, which are its own.
std::set<std::string> texts_of(Connection& connection, const TableModel& table)
{
    std::set<std::string> names{"rowid"};
    for (const std::string& row :
         rows_of(connection, "SELECT name FROM pragma_table_info(" + quoted_text(table.name) + ')'))
        names.insert(row.substr(0, row.size() - 1));
    return names;
}

std::set<std::string> in_both(const std::set<std::string>& a, const std::set<std::string>& b)
{
    std::set<std::string> both;
    std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::inserter(both, both.end()));
    return both;
}

Result<void> migrate_to(Connection& connection, const Plan& plan)
{
    const RebuildMode mode(connection);
    auto transaction = Transaction::begin(connection);
    if (!transaction) return fail(transaction.error());
    if (auto done = apply(connection, plan); !done) return done;
    return transaction->commit();
}

// All rows of what is declared.
Texts declared_rows(Connection& connection, const SchemaModel& wanted)
{
    Texts all;
    for (const TableModel& table : wanted.tables) {
        if (table.is_virtual) continue;
        std::string list;
        for (const ColumnText& column : table.text.columns)
            list += (list.empty() ? "" : ", ") + quoted_name(column.name);
        for (std::string& row : rows_of(connection, "SELECT " + list + " FROM " + quoted_name(table.name)))
            all.push_back(table.name + row);
    }
    return all;
}

// A database with what is left of a former schema, and one of the new schema alone, take the same statements in the same
// way. Returns how many both took.
std::size_t same_as_twin(Connection& connection, Connection& twin, const SchemaModel& wanted, Dice& dice)
{
    for (Connection* both : {&connection, &twin}) {
        for (const TableModel& table : wanted.tables)
            if (!table.is_virtual) must(both->execute("DELETE FROM " + quoted_name(table.name)));
        const Privileged gate(*both);
        must(both->execute("PRAGMA foreign_keys = ON"));
    }
    if (wanted.tables.empty()) return 0;
    std::size_t taken = 0;
    for (int n = 1; n <= 25; ++n) {
        const TableModel& table = wanted.tables[dice.below(wanted.tables.size())];
        if (table.is_virtual) continue;
        auto value = [&] {
            const std::string number = std::to_string(dice.below(8));
            return std::string(dice.pick({"NULL", "", "", "'", "'x"})).append(number);
        };
        auto literal = [&] {
            std::string text = value();
            if (text.starts_with("NULL")) return std::string("NULL");
            if (text.starts_with('\'')) text += '\'';
            return text;
        };
        std::string names;
        std::string values;
        std::string sets;
        for (const ColumnText& column : table.text.columns) {
            if (column.generated != Computed::no) continue;
            // Ids are given: what SQLite would give depends on what was there.
            const std::string given =
                same_name(column.name, "id") ? std::to_string(dice.below(9)) : literal();
            if (!same_name(column.name, "id") && dice.one_in(5)) continue;
            names += (names.empty() ? "" : ", ") + quoted_name(column.name);
            values += (values.empty() ? "" : ", ") + given;
            if (dice.one_in(2)) sets += (sets.empty() ? "" : ", ") + quoted_name(column.name) + " = " + given;
        }
        const std::string on = quoted_name(table.name);
        std::string sql = "DELETE FROM " + on + " WHERE \"a\" IS " + literal();
        if (!sets.empty() && dice.one_in(3))
            sql = "UPDATE " + on + " SET " + sets;
        else if (!names.empty() && !dice.one_in(5))
            sql = "INSERT INTO " + on + '(' + names + ") VALUES (" + values + ')';
        INFO(sql);
        const auto here = connection.execute(sql);
        const auto there = twin.execute(sql);
        INFO((here ? std::string() : std::string(here.error().message())));
        REQUIRE(here.has_value() == there.has_value());
        taken += here ? 1 : 0;
        REQUIRE(declared_rows(connection, wanted) == declared_rows(twin, wanted));
    }
    return taken;
}

Texts everything(Connection& connection)
{
    Texts all = rows_of(connection, "SELECT type, name, sql FROM sqlite_schema");
    for (const SchemaModel found = must(introspect(connection)); const TableModel& table : found.tables)
        for (std::string& row : rows_of(connection, "SELECT * FROM " + quoted_name(table.name)))
            all.push_back(table.name + row);
    return all;
}

} // namespace

TEST_CASE("random walks from schema to schema end where they should, with the rows that were there")
{
    const std::size_t walks = from_environment("TENANTRY_WALKS", 300);
    const std::size_t first = from_environment("TENANTRY_WALK_SEED", 1);
    std::size_t applied = 0;
    std::size_t refused = 0;
    std::size_t rebuilt = 0;
    std::size_t added = 0;
    std::size_t counted = 0;
    std::size_t twins = 0;
    for (std::size_t seed = first; seed < first + walks; ++seed) {
        Dice dice(seed);
        Dice same = dice;
        const Texts old_sql = random_schema(dice);
        const Texts new_sql = dice.one_in(2) ? random_schema(dice) : random_schema(same, &dice);
        const bool keep = dice.one_in(2);
        Connection connection = made_from(old_sql);
        fill(connection, dice);
        // The rows refer to nothing in particular: those that dangle go, as they would never have been written.
        for (int round = 0; !rows_of(connection, "PRAGMA foreign_key_check").empty(); ++round) {
            for (const SchemaModel found = must(introspect(connection));
                 const TableModel& table : found.tables)
                for (const ConstraintText& c : table.text.constraints)
                    if (c.kind == migrate::ConstraintKind::foreign_key)
                        must(connection.execute(
                            "DELETE FROM " + quoted_name(table.name) + " WHERE " +
                            quoted_name(c.columns.front()) +
                            (round > 9 ? " IS NOT NULL"
                             : c.columns.size() > 1
                                 ? " IS NOT NULL AND (" + quoted_names(c.columns) + ") NOT IN (SELECT " +
                                       quoted_names(c.others) + " FROM " + quoted_name(c.table) + ")"
                                 : " NOT IN (SELECT id FROM " + quoted_name(c.table) + ")")));
        }
        Connection fresh = made_from(new_sql);
        const SchemaModel before = must(introspect(connection));
        const SchemaModel wanted = must(introspect(fresh));
        Plan plan = diff(before, wanted, keep ? Unknown::keep : Unknown::drop);
        INFO("seed " << seed << (keep ? " keep\n" : " drop\n") << plan);
        REQUIRE(plan.problems.empty());
        // Somebody has looked at what goes, and let it go.
        for (Step& step : plan.steps)
            std::erase_if(step.conditions, [](const Condition& c) {
                return c.what.ends_with("is dropped") || c.what.starts_with("there is any");
            });
        std::map<std::string, Rows> rows;
        for (const TableModel& table : before.tables)
            if (const TableModel* there = wanted.table(table.name); there != nullptr && !table.is_virtual)
                rows[there->name] = values_of(connection, table, shared_columns(table, *there));
        std::map<std::string, std::pair<std::set<std::string>, Rows>> kept_texts;
        for (const TableModel& table : before.tables)
            if (const TableModel* there = wanted.table(table.name);
                there != nullptr && table.name.starts_with("own_")) {
                auto columns = in_both(texts_of(connection, table), texts_of(fresh, *there));
                Rows values = values_of(connection, table, columns);
                kept_texts[there->name] = {std::move(columns), std::move(values)};
            }
        const auto counters_before = counters(connection);
        const Texts all_before = everything(connection);

        // What a plan foretells is what comes.
        const auto told = must(find_conflicting_rows(connection, plan));
        auto done = migrate_to(connection, plan);
        std::string said;
        if (!done)
            said = std::string(done.error().message()) + " [" + std::string(done.error().sql()) + "] " +
                   std::to_string(done.error().sqlite_code());
        INFO(said);
        REQUIRE(told.empty() == done.has_value());
        if (!done) {
            REQUIRE(done.error() == errc::destructive_migration);
            REQUIRE(everything(connection) == all_before);
            ++refused;
            continue;
        }
        ++applied;
        for (const Step& step : plan.steps) {
            rebuilt += step.kind == StepKind::rebuild_table ? 1 : 0;
            added += step.kind == StepKind::add_column ? 1 : 0;
        }
        REQUIRE(rows_of(connection, "PRAGMA integrity_check") == Texts{"ok|"});
        REQUIRE(rows_of(connection, "PRAGMA foreign_key_check").empty());
        const SchemaModel after = must(introspect(connection));
        REQUIRE(diff(after, wanted, keep ? Unknown::keep : Unknown::drop).steps.empty());
        if (!keep) {
            Texts is = described(connection);
            Texts should = described(fresh);
            std::sort(is.begin(), is.end());
            std::sort(should.begin(), should.end());
            // The same objects under the names that the old ones had.
            for (Texts* both : {&is, &should})
                for (std::string& text : *both) std::transform(text.begin(), text.end(), text.begin(), lower);
            REQUIRE(is == should);
        }
        for (const TableModel& table : wanted.tables) {
            const TableModel* was = before.table(table.name);
            if (table.is_virtual || was == nullptr) continue;
            REQUIRE(values_of(connection, *after.table(table.name), shared_columns(*was, table)) ==
                    rows[table.name]);
        }
        for (const auto& [name, texts] : kept_texts)
            REQUIRE(values_of(connection, *after.table(name), texts.first) == texts.second);
        for (const auto& [name, counter] : counters_before) {
            const TableModel* was = before.table(name);
            const TableModel* is = after.table(name);
            if (was == nullptr || is == nullptr || !is->text.autoincrement) continue;
            REQUIRE(counters(connection)[name] == counter);
            ++counted;
        }
        if (keep) twins += same_as_twin(connection, fresh, wanted, dice);
        for (const TableModel& table : wanted.tables)
            if (table.is_virtual) {
                // With the rank it is also compared with the table it is the index of.
                const bool in_step = wanted.view(table.name + "_update") != nullptr;
                must(connection.execute("INSERT INTO " + quoted_name(table.name) + '(' +
                                        quoted_name(table.name) + ", rank) VALUES ('integrity-check', " +
                                        (in_step ? "1)" : "0)")));
            }
    }
    // The walks have been where they should have been.
    CHECK(applied > walks / 4);
    CHECK(refused > walks / 20);
    CHECK(rebuilt > walks / 4);
    CHECK(added > walks / 50);
    CHECK(counted > walks / 50);
    CHECK(twins > walks); // statements that both took
}

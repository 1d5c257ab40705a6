// Random schemas of all that can be declared, their random successors, and random statements on them.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/migrate/detail/sql_text.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/connection.hpp>

#include "support/declaration.hpp"
#include "support/dice.hpp"
#include "support/must.hpp"

namespace tenantry::test {

/// A schema that can be declared, as parts that can be changed one by one.
struct Shape {
    struct Column {
        std::string name;
        std::string type;
        std::string meaning{};
        bool not_null = false;
        std::string default_value{};
        std::string collation{};
        std::string check{};
        std::string expression{}; ///< of a generated one
        bool stored = false;
        std::string reference{};
        sqlite::ValueLimits limits{};
    };
    struct Index {
        std::string name;
        bool unique;
        std::string parts;
        std::string where;
    };
    struct Trigger {
        std::string name;
        std::string sql;
    };
    struct FullText {
        std::string name;
        std::vector<std::string> columns;
        std::string optional{}; ///< one of its columns, of a table of its own
        std::string options{};
    };
    struct Table {
        std::string name;
        bool id = true;
        bool autoincrement = false;
        bool strict = true;
        bool without_rowid = false;
        std::vector<std::string> key{}; ///< where there is no id
        std::vector<Column> columns{};
        std::vector<std::string> constraints{};
        std::vector<Index> indexes{};
        std::vector<Trigger> triggers{};
        std::vector<FullText> texts{};
    };
    struct View {
        std::string name;
        std::string select;
    };

    std::vector<Table> tables{};
    std::vector<FullText> own_texts{};
    std::vector<View> views{};
    std::vector<std::string> more{}; ///< statements that stay as they are

    [[nodiscard]] bool needs_trust() const
    {
        return std::ranges::any_of(tables, [](const Table& t) { return !t.texts.empty(); });
    }

    [[nodiscard]] static std::string sql_of(const Table& table)
    {
        using migrate::quoted_name;
        std::string sql = "CREATE TABLE " + quoted_name(table.name) + " (";
        bool first = true;
        auto next = [&] { sql += std::exchange(first, false) ? "\n    " : ",\n    "; };
        if (table.id) {
            next();
            sql += std::string("\"id\" INTEGER PRIMARY KEY") + (table.autoincrement ? " AUTOINCREMENT" : "");
        }
        for (const Column& c : table.columns) {
            next();
            sql += quoted_name(c.name);
            if (!c.type.empty()) sql += ' ' + c.type;
            if (!c.meaning.empty()) sql += " /* tenantry: " + c.meaning + " */";
            if (c.not_null) sql += " NOT NULL";
            if (!table.id && table.key.size() == 1 && table.key.front() == c.name) sql += " PRIMARY KEY";
            if (!c.default_value.empty()) sql += " DEFAULT " + c.default_value;
            if (!c.collation.empty()) sql += " COLLATE " + c.collation;
            if (!c.expression.empty())
                sql += " GENERATED ALWAYS AS (" + c.expression + (c.stored ? ") STORED" : ")");
            if (!c.check.empty()) sql += " CHECK (" + c.check + ")";
            if (!c.reference.empty()) sql += " REFERENCES " + c.reference;
        }
        if (!table.id && table.key.size() > 1) {
            next();
            sql += "PRIMARY KEY (" + migrate::quoted_names(table.key) + ")";
        }
        for (const std::string& constraint : table.constraints) {
            next();
            sql += constraint;
        }
        sql += "\n)";
        if (table.strict) sql += " STRICT";
        if (table.without_rowid) sql += table.strict ? ", WITHOUT ROWID" : " WITHOUT ROWID";
        return sql;
    }

    /// In an order in which they can be run: tables, the rest, triggers.
    [[nodiscard]] std::vector<std::string> statements() const
    {
        using migrate::quoted_name;
        using migrate::quoted_names;
        std::vector<std::string> all = more;
        for (const Table& table : tables) all.push_back(sql_of(table));
        for (const Table& table : tables)
            for (const Index& i : table.indexes)
                all.push_back(std::string(i.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ") +
                              quoted_name(i.name) + " ON " + quoted_name(table.name) + " (" + i.parts + ")" +
                              (i.where.empty() ? "" : " WHERE " + i.where));
        for (const View& view : views)
            all.push_back("CREATE VIEW " + quoted_name(view.name) + " AS " + view.select);
        for (const Table& table : tables)
            for (const FullText& text : table.texts)
                all.push_back("CREATE VIRTUAL TABLE " + quoted_name(text.name) + " USING fts5(" +
                              quoted_names(text.columns) + ", content=" + quoted_name(table.name) +
                              ", content_rowid=\"id\"" + text.options + ")");
        for (const FullText& text : own_texts)
            all.push_back("CREATE VIRTUAL TABLE " + quoted_name(text.name) +
                          (text.optional.empty() ? "" : " /* tenantry: optional " + text.optional + " */") +
                          " USING fts5(" + quoted_names(text.columns) + text.options + ")");
        for (const Table& table : tables) {
            for (const FullText& text : table.texts) {
                std::string olds;
                std::string news;
                for (const std::string& column : text.columns) {
                    olds += ", old." + quoted_name(column);
                    news += ", new." + quoted_name(column);
                }
                const std::string name = quoted_name(text.name);
                const std::string list = "rowid, " + quoted_names(text.columns);
                const std::string put =
                    "\n    INSERT INTO " + name + " (" + list + ") VALUES (new.\"id\"" + news + ");";
                const std::string take = "\n    INSERT INTO " + name + " (" + name + ", " + list +
                                         ") VALUES ('delete', old.\"id\"" + olds + ");";
                auto trigger = [&](const char* suffix, const std::string& event, const std::string& body) {
                    all.push_back("CREATE TRIGGER " + quoted_name(text.name + suffix) + " AFTER " + event +
                                  " ON " + quoted_name(table.name) + " BEGIN" + body + "\nEND");
                };
                trigger("_insert", "INSERT", put);
                trigger("_update", "UPDATE", take + put);
                trigger("_remove", "DELETE", take);
            }
            for (const Trigger& trigger : table.triggers) all.push_back(trigger.sql);
        }
        return all;
    }

    [[nodiscard]] Declaration::Limits limits() const
    {
        Declaration::Limits all;
        for (const Table& table : tables)
            for (const Column& column : table.columns)
                if (column.limits.any()) all.push_back({table.name, column.name, column.limits});
        return all;
    }

    [[nodiscard]] const Table* table(std::string_view name) const
    {
        for (const Table& t : tables)
            if (t.name == name) return &t;
        return nullptr;
    }
};

/// Can it be made, and does every kind of statement on its tables run? What is refused only when it runs cannot be declared.
inline bool can_be_declared(const Shape& shape)
{
    sqlite::Profile profile;
    profile.trusted_schema = true;
    sqlite::Connection memory = must(sqlite::Connection::open_memory(profile));
    for (const std::string& sql : shape.statements())
        if (!memory.execute(sql)) return false;
    for (const Shape::Table& table : shape.tables) {
        const std::string name = migrate::quoted_name(table.name);
        std::string sets = table.id ? ", \"id\" = 1" : "";
        for (const Shape::Column& column : table.columns)
            if (column.expression.empty()) sets += ", " + migrate::quoted_name(column.name) + " = 1";
        if (sets.empty() || !memory.prepare("INSERT INTO " + name + " DEFAULT VALUES") ||
            !memory.prepare("UPDATE " + name + " SET " + sets.substr(2)) ||
            !memory.prepare("DELETE FROM " + name))
            return false;
    }
    for (const Shape::Table& table : shape.tables)
        for (const Shape::Column& column : table.columns) {
            // In a program it would not compile; SQLite 3.40 takes it, and calls the rows damaged.
            const std::string& made = column.expression;
            const bool text = made.find("||") != std::string::npos || made.starts_with("upper") ||
                              made.find("AS TEXT") != std::string::npos;
            const bool number =
                made.find("length(") != std::string::npos || made.find("AS INTEGER") != std::string::npos;
            if (table.strict && !made.empty() && !(column.type == "TEXT" && text) &&
                !(column.type == "INTEGER" && number))
                return false;
            // SQLite cannot rename a column that is unique beside being the key.
            if (table.key.size() == 1)
                for (const std::string& constraint : table.constraints)
                    if (constraint == "UNIQUE (" + migrate::quoted_name(table.key.front()) + ")")
                        return false;
        }
    // A trigger that writes into the table of the statement that runs it comes before the one that keeps an index in step.
    for (const Shape::Table& table : shape.tables)
        for (const Shape::Table& target : shape.tables)
            for (const Shape::Trigger& trigger : table.triggers) {
                const bool writes =
                    trigger.sql.find("INTO " + migrate::quoted_name(target.name)) != std::string::npos ||
                    trigger.sql.find("UPDATE " + migrate::quoted_name(target.name)) != std::string::npos ||
                    trigger.sql.find("FROM " + migrate::quoted_name(target.name)) != std::string::npos;
                if (writes && !target.texts.empty()) return false;
            }
    return std::ranges::all_of(shape.views, [&](const Shape::View& view) {
        return memory.prepare("SELECT * FROM " + migrate::quoted_name(view.name)).has_value();
    });
}

/// `"from"` becomes `"to"` wherever it is named.
inline void rename_all(Shape& shape, std::string_view from, std::string_view to)
{
    const std::string old_name = migrate::quoted_name(from);
    const std::string new_name = migrate::quoted_name(to);
    auto in_text = [&](std::string& text) {
        for (std::size_t at = 0; (at = text.find(old_name, at)) != std::string::npos; at += new_name.size())
            text.replace(at, old_name.size(), new_name);
    };
    auto in_name = [&](std::string& name) {
        if (name == from) name = to;
    };
    for (Shape::Table& table : shape.tables) {
        in_name(table.name);
        for (std::string& key : table.key) in_name(key);
        for (Shape::Column& c : table.columns) {
            in_name(c.name);
            for (std::string* text : {&c.check, &c.expression, &c.reference}) in_text(*text);
        }
        for (std::string& constraint : table.constraints) in_text(constraint);
        for (Shape::Index& index : table.indexes) {
            in_text(index.parts);
            in_text(index.where);
        }
        for (Shape::Trigger& trigger : table.triggers) in_text(trigger.sql);
        for (Shape::FullText& text : table.texts)
            for (std::string& column : text.columns) in_name(column);
    }
    for (Shape::View& view : shape.views) in_text(view.select);
}

class SchemaWalk {
public:
    explicit SchemaWalk(Dice& dice) : dice_(dice) {}

    /// A schema of one to four tables.
    Shape first()
    {
        for (;;) {
            Shape shape;
            for (std::size_t n = 1 + dice_.below(3); n > 0; --n) add_table(shape);
            for (std::size_t n = dice_.below(8); n > 0; --n) change_once(shape);
            if (!shape.tables.empty() && can_be_declared(shape)) return shape;
        }
    }

    /// The same with one to five changes.
    Shape next(const Shape& from)
    {
        for (;;) {
            Shape shape = from;
            const std::size_t wanted = 1 + dice_.below(5);
            for (std::size_t n = 0; n < wanted; ++n) {
                Shape before = shape;
                change_once(shape);
                if (!can_be_declared(shape)) shape = std::move(before);
            }
            if (!shape.tables.empty() && shape.statements() != from.statements()) return shape;
        }
    }

private:
    static std::string quoted(std::string_view name) { return migrate::quoted_name(name); }
    static bool has(std::string_view text, std::string_view name)
    {
        return text.find(quoted(name)) != std::string_view::npos;
    }

    std::string unused(const std::vector<std::string>& taken, std::initializer_list<const char*> names)
    {
        for (int i = 0; i < 20; ++i) {
            std::string name = dice_.pick(names);
            if (std::ranges::find(taken, name) == taken.end()) return name;
        }
        return {};
    }

    // A field as a type of C++ declares it.
    Shape::Column column(std::string name, bool strict)
    {
        Shape::Column c{.name = std::move(name), .type = "INTEGER"};
        const std::string n = quoted(c.name);
        switch (dice_.below(14)) {
        case 0:
        case 1:
        case 2: c.type = "TEXT"; break;
        case 3: c.check = n + " IN (0, 1)"; break;
        case 4:
            c.type = "TEXT";
            c.check =
                n + dice_.pick({" IN ('open', 'paid')", " IN ('open', 'paid', 'x1')", " IN ('x1', 'x2')"});
            break;
        case 5:
            c.meaning = dice_.pick({"enum open=0 paid=1", "enum paid=0 open=1", "enum open=0 paid=1 late=2"});
            c.check = n + (c.meaning.ends_with("2") ? " IN (0, 1, 2)" : " IN (0, 1)");
            break;
        case 6: c.meaning = dice_.pick({"time in 1/1000 s", "time in 1 s", "time in 1/1000000 s"}); break;
        case 7:
            c.meaning = dice_.pick({"duration in 1/1000 s", "duration in 60 s", "duration in 1 s"});
            if (dice_.one_in(2)) c.type = "REAL";
            break;
        case 8:
        case 9:
            c.type = "REAL";
            if (dice_.one_in(3)) c.limits.single = true;
            break;
        case 10:
            c.type = "BLOB";
            if (dice_.one_in(3)) c.check = "length(" + n + ") = 16";
            break;
        case 11: c.type = strict ? "ANY" : ""; break;
        default:
            if (dice_.one_in(3)) c.limits.least = 0;
            if (dice_.one_in(3)) c.limits.most = 32767;
            break;
        }
        if (!strict && dice_.one_in(5)) // ColumnType
            c.type = c.type == "INTEGER" ? dice_.pick({"bigint", "bool", "integer unsigned"})
                     : c.type == "TEXT"  ? dice_.pick({"NVARCHAR(120)", "datetime", "varchar"})
                     : c.type == "REAL"  ? dice_.pick({"NUMERIC(10,2)", "DOUBLE"})
                                         : c.type;
        if (dice_.one_in(3)) c.not_null = true;
        if (dice_.one_in(c.not_null ? 2 : 4)) c.default_value = default_of(c);
        if (c.type == "TEXT" && dice_.one_in(4))
            c.collation = dice_.pick({"\"nocase\"", "\"rtrim\"", "NOCASE"});
        return c;
    }

    std::string default_of(const Shape::Column& c)
    {
        if (c.check.find("'x1'") != std::string::npos) return "'x1'";
        if (c.check.find("'open'") != std::string::npos) return "'open'";
        if (c.check.find("length") != std::string::npos) return "x'00112233445566778899aabbccddeeff'";
        if (c.type == "TEXT" || c.type.find("char") != std::string::npos ||
            c.type.find("CHAR") != std::string::npos)
            return dice_.pick({"'x1'", "''", "(lower('X2'))", "'it''s'"});
        if (c.type == "REAL") return dice_.pick({"0.5", "1.0", "(1.0 / 4)"});
        if (c.type == "BLOB") return dice_.pick({"x'00'", "x''"});
        return dice_.pick({"0", "1", "(2 - 1)"});
    }

    std::string operand(const Shape::Table& table)
    {
        if (table.columns.empty()) return "\"id\"";
        return quoted(dice_.of(table.columns).name);
    }

    // A generated one, of others.
    void generate(const Shape::Table& table, Shape::Column& c)
    {
        const std::string a = operand(table);
        const std::string b = operand(table);
        c.check.clear();
        c.default_value.clear();
        c.limits = {};
        c.reference.clear();
        c.meaning.clear();
        c.not_null = dice_.one_in(3);
        // SQLite 3.40 takes any value where a STRICT table generates a BLOB or a REAL.
        if (table.strict && c.type != "INTEGER") c.type = "TEXT";
        if (c.type == "TEXT")
            c.expression = dice_.one_in(2)   ? "coalesce(" + a + ", '') || " + dice_.pick({"'!'", "'x'"})
                           : dice_.one_in(2) ? a + " || " + b
                           : dice_.one_in(2) ? "upper(" + a + ")"
                                             : "CAST(" + a + " AS TEXT)";
        else if (c.type == "INTEGER")
            c.expression = dice_.one_in(2)   ? "length(" + a + ")"
                           : dice_.one_in(2) ? "CAST(coalesce(" + a + ", 0) AS INTEGER) % 5"
                           : dice_.one_in(2)
                               ? "coalesce(length(" + a + "), 0) + coalesce(length(" + b + "), 0)"
                               : "abs(length(" + a + "))";
        else
            c.expression = dice_.one_in(2) ? a : "coalesce(" + a + ", " + b + ")";
        c.stored = dice_.one_in(2);
    }

    std::string condition(const Shape::Table& table)
    {
        const std::string a = operand(table);
        const std::string b = operand(table);
        switch (dice_.below(6)) {
        case 0: return a + " IS NOT 'x3'";
        case 1: return a + " <> " + dice_.pick({"3", "5", "'x4'", "7"});
        case 2: return "length(" + a + ") < 30";
        case 3: return a + " IS NOT " + b;
        case 4: return a + " < 900000 OR " + b + " IS NULL";
        default: return "typeof(" + a + ") <> 'blob' OR " + a + " = x'00'";
        }
    }

    std::string actions()
    {
        return std::string(dice_.pick({"", " ON DELETE CASCADE", " ON DELETE SET NULL", " ON DELETE RESTRICT",
                                       " ON DELETE SET DEFAULT", " ON DELETE CASCADE"})) +
               dice_.pick({"", "", " ON UPDATE CASCADE", " ON UPDATE SET NULL", " ON UPDATE RESTRICT"}) +
               dice_.pick({"", "", " DEFERRABLE INITIALLY DEFERRED"});
    }

    // ---- changes

    void add_table(Shape& shape)
    {
        std::vector<std::string> taken;
        for (const Shape::Table& t : shape.tables) taken.push_back(t.name);
        Shape::Table table{.name = unused(taken, {"alpha", "Beta", "or\"der", "delta", "note"})};
        if (table.name.empty()) return;
        table.id = !dice_.one_in(3);
        table.strict = !dice_.one_in(3);
        table.without_rowid = !table.id && dice_.one_in(2);
        table.autoincrement = table.id && dice_.one_in(4);
        for (std::size_t n = 1 + dice_.below(4); n > 0; --n) add_column(shape, table);
        if (!table.id) {
            for (const Shape::Column& c : table.columns)
                if (c.expression.empty() && (table.key.empty() || dice_.one_in(3)))
                    table.key.push_back(c.name);
            if (dice_.one_in(2)) std::ranges::reverse(table.key);
            for (Shape::Column& c : table.columns)
                if (std::ranges::find(table.key, c.name) != table.key.end()) c.not_null = true;
        }
        shape.tables.insert(shape.tables.begin() +
                                static_cast<std::ptrdiff_t>(dice_.below(shape.tables.size() + 1)),
                            std::move(table));
    }

    void add_column(const Shape& shape, Shape::Table& table)
    {
        std::vector<std::string> taken;
        for (const Shape::Column& c : table.columns) taken.push_back(c.name);
        std::string name = unused(taken, {"a", "b", "c", "d", "e", "select", "It's", "rowid", "key"});
        if (name.empty()) return;
        Shape::Column c = column(std::move(name), table.strict);
        if (!table.columns.empty() && dice_.one_in(5))
            generate(table, c);
        else if (dice_.one_in(5))
            refer(shape, table, c);
        table.columns.insert(table.columns.begin() +
                                 static_cast<std::ptrdiff_t>(dice_.below(table.columns.size() + 1)),
                             std::move(c));
    }

    void refer(const Shape& shape, const Shape::Table& table, Shape::Column& c)
    {
        const Shape::Table& other =
            shape.tables.empty() || dice_.one_in(5) ? table : shape.tables[dice_.below(shape.tables.size())];
        if (!other.id) return;
        c = {.name = c.name, .type = "INTEGER", .not_null = dice_.one_in(4)};
        if (dice_.one_in(5)) c.default_value = "1";
        c.reference = quoted(other.name) + " (\"id\")" + actions();
    }

    // Whatever names the column, of the table and of others.
    static void forget_column(Shape& shape, Shape::Table& table, const std::string& name)
    {
        for (bool again = true; again;) {
            again = false;
            for (const Shape::Column& c : table.columns)
                if (c.name != name && (has(c.expression, name) || has(c.check, name))) {
                    const std::string other = c.name;
                    std::erase_if(table.columns, [&](const Shape::Column& d) { return d.name == other; });
                    forget_column(shape, table, other);
                    again = true;
                    break;
                }
        }
        std::erase_if(table.columns, [&](const Shape::Column& c) { return c.name == name; });
        std::erase(table.key, name);
        std::erase_if(table.constraints, [&](const std::string& c) { return has(c, name); });
        std::erase_if(table.indexes,
                      [&](const Shape::Index& i) { return has(i.parts, name) || has(i.where, name); });
        for (Shape::FullText& text : table.texts) std::erase(text.columns, name);
        std::erase_if(table.texts, [](const Shape::FullText& text) { return text.columns.empty(); });
        auto names_it = [&](const std::string& sql) { return has(sql, name) && has(sql, table.name); };
        for (Shape::Table& t : shape.tables) {
            std::erase_if(t.triggers, [&](const Shape::Trigger& g) { return names_it(g.sql); });
            std::erase_if(t.constraints, [&](const std::string& c) {
                return c.find("REFERENCES " + quoted(table.name)) != std::string::npos && has(c, name);
            });
            for (Shape::Column& c : t.columns)
                if (c.reference.starts_with(quoted(table.name) + " (" + quoted(name))) c.reference.clear();
        }
        std::erase_if(shape.views, [&](const Shape::View& v) { return names_it(v.select); });
    }

    static void forget_table(Shape& shape, const std::string& name)
    {
        std::erase_if(shape.tables, [&](const Shape::Table& t) { return t.name == name; });
        for (Shape::Table& t : shape.tables) {
            std::erase_if(t.triggers, [&](const Shape::Trigger& g) { return has(g.sql, name); });
            std::erase_if(t.constraints, [&](const std::string& c) {
                return c.find("REFERENCES " + quoted(name)) != std::string::npos;
            });
            for (Shape::Column& c : t.columns)
                if (c.reference.starts_with(quoted(name))) c.reference.clear();
        }
        std::erase_if(shape.views, [&](const Shape::View& v) { return has(v.select, name); });
    }

    void add_index(Shape::Table& table)
    {
        const std::string name = "i" + std::to_string(dice_.below(3)) + table.name;
        std::erase_if(table.indexes, [&](const Shape::Index& i) { return i.name == name; });
        const std::string a = operand(table);
        std::string parts = a + dice_.pick({"", "", " DESC", " COLLATE \"nocase\""});
        if (dice_.one_in(3)) parts = dice_.pick({"length(", "lower("}) + a + ")";
        if (dice_.one_in(3)) parts += ", " + operand(table);
        table.indexes.push_back({name, dice_.one_in(4), parts,
                                 dice_.one_in(3)
                                     ? operand(table) + dice_.pick({" IS NOT NULL", " > 2", " = 'open'"})
                                     : std::string()});
    }

    void add_trigger(const Shape& shape, Shape::Table& table)
    {
        const std::string name = "g" + std::to_string(dice_.below(3)) + table.name;
        std::erase_if(table.triggers, [&](const Shape::Trigger& g) { return g.name == name; });
        const std::size_t event = dice_.below(3);
        std::string sql = "CREATE TRIGGER " + quoted(name) + dice_.pick({" AFTER ", " AFTER ", " BEFORE "}) +
                          (event == 0   ? "INSERT"
                           : event == 1 ? "UPDATE"
                                        : "DELETE");
        if (event == 1 && dice_.one_in(2)) sql += " OF " + operand(table);
        sql += " ON " + quoted(table.name);
        const std::string row = event == 2 ? "old." : event == 0 ? "new." : dice_.pick({"new.", "old."});
        if (dice_.one_in(3))
            sql += " WHEN " + row + operand(table) + dice_.pick({" IS NOT 3", " > 1", " <> 'x2'"});
        const Shape::Table& other = dice_.of(shape.tables);
        const std::string o = quoted(other.name);
        const std::string at = operand(other);
        const std::string value = row + operand(table);
        std::string body;
        switch (dice_.below(6)) {
        case 0: body = "SELECT RAISE(ABORT, 'no') WHERE " + value + " = " + dice_.pick({"2", "'x1'"}); break;
        case 1: body = "UPDATE " + o + " SET " + at + " = " + value + " WHERE " + at + " = " + value; break;
        case 2: body = "DELETE FROM " + o + " WHERE " + at + " = " + value; break;
        case 3: body = "INSERT INTO " + o + " (" + at + ") VALUES (" + value + ")"; break;
        case 4:
            body = "INSERT INTO " + o + " (" + at + ") SELECT " + value + " WHERE " + value + " IS NOT NULL";
            break;
        default:
            body = "UPDATE " + quoted(table.name) + " SET " + operand(table) + " = " +
                   dice_.pick({"1", "'x1'", "NULL"}) + " WHERE " + operand(table) + " = 4";
            break;
        }
        table.triggers.push_back({name, sql + " BEGIN\n    " + body + ";\nEND"});
    }

    void add_text(Shape::Table& table)
    {
        if (!table.id || table.columns.empty()) return;
        Shape::FullText text{.name = "f" + std::to_string(dice_.below(2)) + table.name, .columns = {}};
        for (const Shape::Column& c : table.columns)
            if (c.name != "rowid" && (text.columns.empty() || dice_.one_in(2)))
                text.columns.push_back(c.name);
        if (text.columns.empty()) return;
        text.options = dice_.pick({"", ", tokenize='porter'", ", prefix='1 2'"});
        std::erase_if(table.texts, [&](const Shape::FullText& t) { return t.name == text.name; });
        table.texts.push_back(std::move(text));
    }

    void change_once(Shape& shape)
    {
        if (shape.tables.empty()) return add_table(shape);
        Shape::Table& table = dice_.of(shape.tables);
        Shape::Column* c = table.columns.empty() ? nullptr : &dice_.of(table.columns);
        switch (dice_.below(30)) {
        case 0:
            if (shape.tables.size() < 4) add_table(shape);
            break;
        case 1: forget_table(shape, std::string(table.name)); break;
        case 2:
        case 3:
        case 4: add_column(shape, table); break;
        case 5:
        case 6:
        case 7:
            if (c != nullptr && table.columns.size() > 1) forget_column(shape, table, std::string(c->name));
            break;
        case 8: // another type
        case 9:
            if (c != nullptr) {
                const bool key = std::ranges::find(table.key, c->name) != table.key.end();
                *c = column(c->name, table.strict);
                c->not_null = c->not_null || key;
            }
            break;
        case 10:
            if (c != nullptr && c->expression.empty() &&
                std::ranges::find(table.key, c->name) == table.key.end())
                c->not_null = !c->not_null;
            break;
        case 11:
            if (c != nullptr && c->expression.empty())
                c->default_value =
                    c->default_value.empty() || dice_.one_in(2) ? default_of(*c) : std::string();
            break;
        case 12:
            if (c != nullptr)
                c->collation = c->collation.empty() ? dice_.pick({"\"nocase\"", "\"rtrim\""}) : "";
            break;
        case 13: // generated, and no longer
            if (c != nullptr && table.columns.size() > 1) {
                if (c->expression.empty() && std::ranges::find(table.key, c->name) == table.key.end())
                    generate(table, *c);
                else
                    c->expression.clear();
            }
            break;
        case 14:
            if (c != nullptr && c->reference.empty() && c->expression.empty())
                refer(shape, table, *c);
            else if (c != nullptr)
                c->reference.clear();
            break;
        case 15:
            if (c != nullptr && !c->reference.empty())
                c->reference = c->reference.substr(0, c->reference.find(')') + 1) + actions();
            break;
        case 16:
            table.constraints.push_back("CONSTRAINT " + quoted("rule" + std::to_string(dice_.below(9))) +
                                        " CHECK (" + condition(table) + ")");
            break;
        case 17:
            if (!table.constraints.empty())
                table.constraints.erase(table.constraints.begin() +
                                        static_cast<std::ptrdiff_t>(dice_.below(table.constraints.size())));
            break;
        case 18: {
            const std::string a = operand(table);
            const std::string b = operand(table);
            if (a != "\"id\"") table.constraints.push_back("UNIQUE (" + a + (b != a ? ", " + b : "") + ")");
            break;
        }
        case 19: { // to what is unique
            Shape::Table& other = dice_.of(shape.tables);
            for (const std::string& constraint : other.constraints)
                if (constraint.starts_with("UNIQUE (")) {
                    const std::string others = constraint.substr(8, constraint.size() - 9);
                    const bool two = others.find(", ") != std::string::npos;
                    const std::string a = operand(table);
                    const std::string b = operand(table);
                    if (two && a == b) break;
                    table.constraints.push_back("FOREIGN KEY (" + a + (two ? ", " + b : "") +
                                                ") REFERENCES " + quoted(other.name) + " (" + others + ")" +
                                                actions());
                    break;
                }
            break;
        }
        case 20:
        case 21: add_index(table); break;
        case 22:
            if (!table.indexes.empty()) table.indexes.pop_back();
            break;
        case 23: add_trigger(shape, table); break;
        case 24:
            if (!table.triggers.empty() && dice_.one_in(2))
                table.triggers.pop_back();
            else
                add_trigger(shape, table);
            break;
        case 25: add_text(table); break;
        case 26:
            if (!table.texts.empty())
                table.texts.pop_back();
            else if (shape.own_texts.empty())
                shape.own_texts.push_back(
                    {.name = "own", .columns = {"p", "q"}, .optional = dice_.pick({"", "q"})});
            else if (dice_.one_in(2))
                shape.own_texts.pop_back();
            else {
                Shape::FullText& text = shape.own_texts.front();
                text.options = dice_.pick({"", ", tokenize='porter'", ", prefix='2'"});
                text.columns = dice_.one_in(2) ? std::vector<std::string>{"p", "q"}
                                               : std::vector<std::string>{"q", "p", "r"};
                text.optional = dice_.pick({"", "q", "r"});
                if (text.columns.size() == 2 && text.optional == "r") text.optional.clear();
            }
            break;
        case 27: {
            const std::string name = "v" + std::to_string(dice_.below(2));
            const bool there =
                std::erase_if(shape.views, [&](const Shape::View& v) { return v.name == name; }) != 0;
            if (!there || dice_.one_in(2))
                shape.views.push_back({name, "SELECT " + operand(table) +
                                                 " AS \"one\", count(*) AS \"n\" FROM " + quoted(table.name) +
                                                 dice_.pick({"", " WHERE 1 = 1"}) + " GROUP BY " +
                                                 operand(table)});
            break;
        }
        case 28:
            if (dice_.one_in(2) && !table.id)
                table.without_rowid = !table.without_rowid;
            else if (table.id && dice_.one_in(2))
                table.autoincrement = !table.autoincrement;
            else {
                table.strict = !table.strict;
                for (Shape::Column& col : table.columns)
                    if (table.strict) {
                        if (col.type.empty()) col.type = "ANY";
                        const std::string lower = migrate::lowered(col.type);
                        if (lower.find("char") != std::string::npos || lower == "datetime") col.type = "TEXT";
                        if (lower == "numeric(10,2)" || lower == "double") col.type = "REAL";
                        if (lower == "bigint" || lower == "bool" || lower == "integer unsigned")
                            col.type = "INTEGER";
                    } else if (col.type == "ANY")
                        col.type.clear();
            }
            break;
        default: // another key, another order
            if (!table.id && table.columns.size() > 1 && dice_.one_in(2)) {
                table.key.clear();
                for (Shape::Column& col : table.columns)
                    if (col.expression.empty() && (table.key.empty() || dice_.one_in(2))) {
                        table.key.push_back(col.name);
                        col.not_null = true;
                    }
            } else
                std::ranges::reverse(table.columns);
        }
    }

    Dice& dice_;
};

/// A value as SQL that a column may be given; not always one that it takes.
inline std::string random_value(Dice& dice, const Shape::Column& column)
{
    if (dice.one_in(column.not_null ? 20 : 5)) return "NULL";
    if (dice.one_in(25)) return dice.pick({"'x1'", "3", "2.5", "x'00'"});
    const std::string& type = column.type;
    if (!column.reference.empty()) return std::to_string(dice.below(7));
    if (column.check.find("'x1'") != std::string::npos || column.check.find("'open'") != std::string::npos)
        return dice.pick({"'open'", "'paid'", "'x1'", "'x2'"});
    if (column.check.find("length") != std::string::npos)
        return "x'0011223344556677889900112233445" + std::to_string(dice.below(6)) + "'";
    if (!column.check.empty()) return dice.pick({"0", "1", "2", "1"});
    if (column.meaning.starts_with("time") || column.meaning.starts_with("duration"))
        return dice.pick({"0", "1000", "60000", "1500", "7", "120000000"});
    if (type == "INTEGER" || type == "bigint" || type == "bool" || type == "integer unsigned") {
        if (column.limits.any()) return dice.pick({"0", "1", "2", "3", "5", "300"});
        return dice.pick({"0", "1", "2", "3", "4", "5", "6", "-3", "100000", "9007199254740993", "4"});
    }
    if (type == "REAL" || type == "DOUBLE" || type == "NUMERIC(10,2)") {
        if (column.limits.any()) return dice.pick({"0.5", "1.0", "2.5"});
        return dice.pick({"0.5", "1.0", "2.5", "0.1", "1e300", "3.0"});
    }
    if (type == "BLOB") return dice.pick({"x'00'", "x'0102'", "x''"});
    if (type.empty() || type == "ANY") return dice.pick({"'x1'", "3", "2.5", "x'00'", "'5'", "5"});
    return dice.pick(
        {"'x0'", "'x1'", "'x2'", "'x3'", "'X1'", "'5'", "'5 '", "'one two'", "'open'", "''", "'Two'"});
}

/// An insert, update or remove of rows of the shape.
inline std::string random_statement(Dice& dice, const Shape& shape)
{
    using migrate::quoted_name;
    if (!shape.own_texts.empty() && dice.one_in(8)) {
        const Shape::FullText& text = shape.own_texts.front();
        const std::string name = quoted_name(text.name);
        const std::string rowid = std::to_string(dice.below(6));
        switch (dice.below(4)) {
        case 0: return "DELETE FROM " + name + " WHERE rowid = " + rowid;
        case 1: return "UPDATE " + name + " SET p = 'two' WHERE rowid = " + rowid;
        default: {
            std::string values;
            for (const std::string& c : text.columns)
                values += std::string(", ") + (c == text.optional && dice.one_in(2)
                                                   ? "NULL"
                                                   : dice.pick({"'one two'", "'x1'", "'open'"}));
            return "INSERT INTO " + name + " (rowid, " + migrate::quoted_names(text.columns) + ") VALUES (" +
                   rowid + values + ")";
        }
        }
    }
    const Shape::Table& table = shape.tables[dice.below(shape.tables.size())];
    const std::string on = quoted_name(table.name);
    auto where = [&]() -> std::string {
        if (table.id && dice.one_in(2)) return " WHERE \"id\" = " + std::to_string(dice.below(9));
        if (table.columns.empty()) return " WHERE 1 = 0";
        const Shape::Column& c = table.columns[dice.below(table.columns.size())];
        return " WHERE " + quoted_name(c.name) + " IS " + random_value(dice, c);
    };
    const std::size_t what = dice.below(10);
    if (what == 0) return "DELETE FROM " + on + where();
    if (what < 4) {
        std::string sets;
        for (const Shape::Column& c : table.columns)
            if (c.expression.empty() && (sets.empty() || dice.one_in(3)))
                sets += ", " + quoted_name(c.name) + " = " + random_value(dice, c);
        if (table.id && dice.one_in(4)) sets += ", \"id\" = " + std::to_string(dice.below(9));
        if (sets.empty()) return "SELECT 1";
        return "UPDATE " + on + " SET " + sets.substr(2) + where();
    }
    std::string names;
    std::string values;
    if (table.id && !dice.one_in(3)) {
        names = ", \"id\"";
        values = ", " + std::to_string(dice.below(9));
    }
    for (const Shape::Column& c : table.columns) {
        if (!c.expression.empty()) continue;
        const bool needed = c.not_null && c.default_value.empty();
        if (dice.one_in(needed ? 20 : 4)) continue;
        names += ", " + quoted_name(c.name);
        values += ", " + random_value(dice, c);
    }
    if (names.empty()) return "INSERT INTO " + on + " DEFAULT VALUES";
    // SQLite loses count of references of a row to itself when it is replaced.
    const bool own = Shape::sql_of(table).find("REFERENCES " + on) != std::string::npos;
    const bool replace = table.texts.empty() && !own && dice.one_in(8);
    return std::string(replace ? "INSERT OR REPLACE INTO " : "INSERT INTO ") + on + " (" + names.substr(2) +
           ") VALUES (" + values.substr(2) + ")" +
           (!replace && dice.one_in(8) ? " ON CONFLICT DO NOTHING" : "");
}

} // namespace tenantry::test

// What is in a database, read without the code under test: for tests that compare two.
#pragma once

#include <algorithm>
#include <initializer_list>
#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "support/must.hpp"
#include "support/random_schema.hpp"

namespace tenantry::test {

using Texts = std::vector<std::string>;

/// Each row as one text, with the storage of each value; sorted.
inline Texts rows_of(sqlite::Connection& connection, const std::string& sql)
{
    const sqlite::Privileged gate(connection);
    sqlite::Statement statement = must(connection.prepare(sql));
    Texts rows;
    while (must(statement.step())) {
        std::string row;
        for (int i = 0; i < statement.column_count(); ++i)
            row.append(statement.storage(i) == sqlite::Storage::null ? "NULL" : statement.text(i))
                .append("|");
        rows.push_back(std::move(row));
    }
    std::ranges::sort(rows);
    return rows;
}

/// A table as it lies there, whoever made it.
struct SeenColumn {
    std::string name;
    std::string type;
    bool generated;
};
struct SeenTable {
    std::string name;
    bool is_virtual;
    bool strict;
    std::vector<SeenColumn> columns{};

    [[nodiscard]] const SeenColumn* column(std::string_view wanted) const
    {
        for (const SeenColumn& c : columns)
            if (migrate::same_name(c.name, wanted)) return &c;
        return nullptr;
    }
};

/// Tables that hold rows of somebody's: neither SQLite's nor the library's, nor those that belong to virtual ones, nor
/// full-text tables over others.
inline std::vector<SeenTable> tables_of(sqlite::Connection& connection)
{
    const sqlite::Privileged gate(connection);
    std::vector<SeenTable> tables;
    auto list = must(connection.prepare(
        "SELECT name, type = 'virtual', strict FROM pragma_table_list l"
        " WHERE schema = 'main' AND type IN ('table', 'virtual') AND NOT EXISTS"
        " (SELECT 1 FROM sqlite_schema s WHERE s.name = l.name AND s.sql LIKE '%content=%')"
        " AND name NOT LIKE 'sqlite%' AND name NOT LIKE '\\_tenantry%' ESCAPE '\\'"));
    while (must(list.step()))
        tables.push_back({std::string(list.text(0)), list.integer(1) != 0, list.integer(2) != 0});
    for (SeenTable& table : tables) {
        auto columns = must(connection.prepare("SELECT name, type, hidden FROM pragma_table_xinfo(?1)"));
        columns.text(1, table.name);
        while (must(columns.step()))
            if (columns.integer(2) != 1)
                table.columns.push_back(
                    {std::string(columns.text(0)), std::string(columns.text(1)), columns.integer(2) != 0});
    }
    return tables;
}

/// All that is there, schema and rows.
inline Texts everything(sqlite::Connection& connection)
{
    Texts all = rows_of(connection, "SELECT type, name, sql FROM sqlite_schema");
    for (const SeenTable& table : tables_of(connection)) {
        std::string list;
        for (const SeenColumn& column : table.columns)
            list += (list.empty() ? "quote(" : ", quote(") + migrate::quoted_name(column.name) + ')';
        for (std::string& row :
             rows_of(connection, "SELECT " + list + " FROM " + migrate::quoted_name(table.name)))
            all.push_back(table.name + '|' + row);
    }
    std::ranges::sort(all);
    return all;
}

/// The rows of what is declared.
inline Texts declared_rows(sqlite::Connection& connection, const Shape& shape)
{
    Texts all;
    auto add = [&](const std::string& name, const std::string& list) {
        for (std::string& row : rows_of(connection, "SELECT " + list + " FROM " + migrate::quoted_name(name)))
            all.push_back(name + '|' + row);
    };
    for (const Shape::Table& table : shape.tables) {
        std::string list = table.id ? ", id" : "";
        for (const Shape::Column& column : table.columns)
            list += ", quote(" + migrate::quoted_name(column.name) + ')';
        if (!list.empty()) add(table.name, list.substr(2));
    }
    for (const Shape::FullText& text : shape.own_texts)
        add(text.name, "rowid, " + migrate::quoted_names(text.columns));
    return all;
}

/// What is found by some words in each full-text table that is declared.
inline Texts found_texts(sqlite::Connection& connection, const Shape& shape)
{
    Texts all;
    auto add = [&](const std::string& name) {
        for (const char* word : {"x0", "x1", "x2", "x3", "one", "two", "open", "paid", "5", "3", "0"})
            for (std::string& row :
                 rows_of(connection, "SELECT rowid FROM " + migrate::quoted_name(name) + " WHERE " +
                                         migrate::quoted_name(name) + " MATCH '" + word + "'"))
                all.push_back(name + '|' + word + '|' + row);
    };
    for (const Shape::Table& table : shape.tables)
        for (const Shape::FullText& text : table.texts) add(text.name);
    for (const Shape::FullText& text : shape.own_texts) add(text.name);
    return all;
}

/// SQLite finds nothing wrong.
inline void check_integrity(sqlite::Connection& connection, const Shape& shape)
{
    Texts wrong = rows_of(connection, "PRAGMA integrity_check");
    // SQLite 3.40 says that of sound rows, where a table is WITHOUT ROWID and its key does not come first.
    std::erase_if(wrong, [](const std::string& text) { return text.starts_with("NULL value in"); });
    REQUIRE((wrong.empty() || wrong == Texts{"ok|"}));
    REQUIRE(rows_of(connection, "PRAGMA foreign_key_check").empty());
    auto in_step = [&](const std::string& name, bool with_content) {
        const std::string table = migrate::quoted_name(name);
        INFO("integrity of " << name);
        must(connection.execute("INSERT INTO " + table + '(' + table + ", rank) VALUES ('integrity-check', " +
                                (with_content ? "1)" : "0)")));
    };
    for (const Shape::Table& table : shape.tables)
        for (const Shape::FullText& text : table.texts) in_step(text.name, true);
    for (const Shape::FullText& text : shape.own_texts) in_step(text.name, false);
}

/// Fills an empty `to`, of the shape alone, with the declared rows that `from` has, without anything that would fire.
inline void make_twin(sqlite::Connection& from, sqlite::Connection& to, const Shape& shape)
{
    using migrate::quoted_name;
    must(to.execute("PRAGMA foreign_keys = OFF"));
    auto copy = [&](const std::string& name, const std::vector<std::string>& columns) {
        auto read =
            must(from.prepare("SELECT " + migrate::quoted_names(columns) + " FROM " + quoted_name(name)));
        std::string marks;
        for (std::size_t i = 0; i < columns.size(); ++i) marks += i == 0 ? "?" : ", ?";
        auto write = must(to.prepare("INSERT INTO " + quoted_name(name) + " (" +
                                     migrate::quoted_names(columns) + ") VALUES (" + marks + ")"));
        while (must(read.step())) {
            write.reset();
            for (int i = 0; i < read.column_count(); ++i) {
                switch (read.storage(i)) {
                case sqlite::Storage::null: write.null(i + 1); break;
                case sqlite::Storage::integer: write.integer(i + 1, read.integer(i)); break;
                case sqlite::Storage::real: write.real(i + 1, read.real(i)); break;
                case sqlite::Storage::text: write.text(i + 1, read.text(i)); break;
                case sqlite::Storage::blob: write.blob(i + 1, read.blob(i)); break;
                }
            }
            INFO("a row of " << name << " in a fresh database: "
                             << rows_of(from, "SELECT * FROM " + quoted_name(name)).front());
            must(write.run());
        }
    };
    for (const std::string& sql : shape.statements())
        if (!sql.starts_with("CREATE TRIGGER")) must(to.execute(sql));
    for (const Shape::Table& table : shape.tables) {
        std::vector<std::string> columns;
        if (table.id) columns.emplace_back("id");
        for (const Shape::Column& column : table.columns)
            if (column.expression.empty()) columns.push_back(column.name);
        copy(table.name, columns);
        const std::string name = migrate::quoted_text(table.name);
        if (!table.autoincrement) continue;
        const Texts counter = rows_of(from, "SELECT seq FROM sqlite_sequence WHERE name = " + name);
        must(to.execute("DELETE FROM sqlite_sequence WHERE name = " + name));
        if (!counter.empty())
            must(to.execute("INSERT INTO sqlite_sequence VALUES (" + name + ", " +
                            counter.front().substr(0, counter.front().size() - 1) + ")"));
    }
    for (const Shape::Table& table : shape.tables)
        for (const Shape::FullText& text : table.texts)
            must(to.execute("INSERT INTO " + quoted_name(text.name) + '(' + quoted_name(text.name) +
                            ") VALUES ('rebuild')"));
    for (const Shape::FullText& text : shape.own_texts) {
        std::vector<std::string> columns = text.columns;
        columns.emplace_back("rowid");
        copy(text.name, columns);
    }
    for (const std::string& sql : shape.statements())
        if (sql.starts_with("CREATE TRIGGER")) must(to.execute(sql));
    must(to.execute("PRAGMA foreign_keys = ON"));
}

/// Both take `count` random statements of the shape in the same way. Returns how many were taken.
inline std::size_t same_as_twin(sqlite::Connection& here, sqlite::Connection& there, const Shape& shape,
                                Dice& dice, std::size_t count)
{
    std::size_t taken = 0;
    std::string past;
    for (std::size_t n = 0; n < count; ++n) {
        const std::string sql = random_statement(dice, shape);
        INFO("the same before:\n" << past << "now: " << sql);
        const auto a = here.execute(sql);
        const auto b = there.execute(sql);
        INFO("here: " << (a ? std::string("done") : std::string(a.error().message())));
        INFO("in a fresh one: " << (b ? std::string("done") : std::string(b.error().message())));
        // Which of two faults of a row SQLite sees first depends on the indexes that are there.
        if (sql.ends_with("DO NOTHING") && a.has_value() != b.has_value()) break;
        REQUIRE(a.has_value() == b.has_value());
        if (!a) REQUIRE(a.error().code() == b.error().code());
        taken += a ? 1 : 0;
        if (a) past += sql + '\n';
        REQUIRE(declared_rows(here, shape) == declared_rows(there, shape));
    }
    REQUIRE(found_texts(here, shape) == found_texts(there, shape));
    return taken;
}

/// What the columns that both have held before, they hold after; what is not there any more held nothing.
class Kept {
public:
    explicit Kept(sqlite::Connection& connection) : tables_(tables_of(connection))
    {
        for (const SeenTable& table : tables_)
            for (const SeenColumn& column : table.columns) {
                values_[table.name][column.name] = values(connection, table, column, false);
                loose_[table.name][column.name] = values(connection, table, column, true);
            }
    }

    /// But for `converted`, `table.column`s whose numbers mean something else.
    void compare(sqlite::Connection& connection, const Texts& converted) const
    {
        const auto now = tables_of(connection);
        for (const SeenTable& table : tables_) {
            const auto found = std::ranges::find(now, table.name, &SeenTable::name);
            INFO("table " << table.name);
            REQUIRE(found != now.end());
            for (const SeenColumn& column : table.columns) {
                const SeenColumn* is = found->column(column.name);
                INFO("column " << column.name);
                if (is == nullptr) {
                    if (!column.generated)
                        for (const std::string& value : values_.at(table.name).at(column.name))
                            REQUIRE(value == "NULL|");
                    continue;
                }
                if ((column.generated && is->generated) ||
                    std::ranges::find(converted, table.name + '.' + column.name) != converted.end())
                    continue;
                const bool same = column.type == is->type && table.strict == found->strict &&
                                  !column.generated && !is->generated;
                REQUIRE(values(connection, *found, *is, !same) ==
                        (same ? values_ : loose_).at(table.name).at(column.name));
            }
        }
    }

private:
    // Loosely: as texts that do not tell 5, 5.0 and '5' apart.
    static Texts values(sqlite::Connection& connection, const SeenTable& table, const SeenColumn& column,
                        bool loosely)
    {
        const std::string name = migrate::quoted_name(column.name);
        Texts all = rows_of(connection, "SELECT " +
                                            (loosely ? "CASE typeof(" + name + ") WHEN 'blob' THEN quote(" +
                                                           name + ") ELSE CAST(" + name + " AS TEXT) END"
                                                     : "quote(" + name + ')') +
                                            " FROM " + migrate::quoted_name(table.name));
        if (loosely)
            for (std::string& text : all)
                if (text.ends_with(".0|")) text.replace(text.size() - 3, 2, "");
        std::ranges::sort(all);
        return all;
    }

    std::vector<SeenTable> tables_;
    std::map<std::string, std::map<std::string, Texts>> values_;
    std::map<std::string, std::map<std::string, Texts>> loose_;
};

/// Columns whose numbers mean something else from one to the other.
inline Texts converted(const Shape& from, const Shape& to)
{
    Texts all;
    for (const Shape::Table& table : to.tables)
        for (const Shape::Table& was : from.tables)
            for (const Shape::Column& column : table.columns)
                for (const Shape::Column& old : was.columns)
                    if (was.name == table.name && old.name == column.name && old.meaning != column.meaning)
                        all.push_back(table.name + '.' + column.name);
    return all;
}

/// All rows go, of declared tables and of others', and nothing is run for it.
inline void empty_all(sqlite::Connection& db)
{
    sqlite3_db_config(db.native_handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, nullptr);
    must(db.execute("PRAGMA foreign_keys = OFF"));
    for (const SeenTable& table : tables_of(db))
        must(db.execute("DELETE FROM " + migrate::quoted_name(table.name)));
    for (const std::string& row :
         rows_of(db, "SELECT name FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL%content=%'")) {
        const std::string name = migrate::quoted_name(std::string_view(row).substr(0, row.size() - 1));
        must(db.execute("INSERT INTO " + name + '(' + name + ") VALUES ('delete-all')"));
    }
    must(db.execute("PRAGMA foreign_keys = ON"));
    sqlite3_db_config(db.native_handle(), SQLITE_DBCONFIG_ENABLE_TRIGGER, 1, nullptr);
}

inline void trust(sqlite::Connection& connection, bool trusted)
{
    sqlite3_db_config(connection.native_handle(), SQLITE_DBCONFIG_TRUSTED_SCHEMA, trusted ? 1 : 0, nullptr);
}

} // namespace tenantry::test

// What a CREATE TABLE statement says, as far as SQLite's pragmas do not tell it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/migrate/detail/sql_text.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::migrate {

enum class ConstraintKind { primary_key, unique, check, foreign_key };

/// A constraint, written at a column or on its own.
struct ConstraintText {
    ConstraintKind kind;
    std::string normal;               ///< equal for two that say the same, wherever they are written
    std::string text;                 ///< as a constraint of the table: `CHECK (...)`
    std::string expression{};         ///< of a CHECK
    std::vector<std::string> columns; ///< of keys: those of this table
    std::string table{};              ///< of a foreign key: the other table
    std::vector<std::string>
        others{};                    ///< of a foreign key: the other table's columns; empty: its primary key
    bool others_are_implied = false; ///< they are what the other table's primary key was found to be
    std::optional<std::size_t> at_column{}; ///< written in the definition of this column
    std::size_t begin = 0;                  ///< where it is in the statement, with its name
    std::size_t end = 0;
};

enum class Computed { no, in_memory, stored };

struct ColumnText {
    std::string name;
    std::string type;        ///< as written
    std::string constraints; ///< what follows the type, as written
    bool not_null = false;
    std::string not_null_conflict{};            ///< what follows ON CONFLICT
    std::optional<std::string> default_value{}; ///< as written, with its parentheses
    std::string collation{};                    ///< lower case; empty: binary
    Computed generated = Computed::no;
    std::string expression{};     ///< of a generated column
    sqlite::ValueLimits limits{}; ///< of a declared one: what its type can hold
    std::string meaning{};        ///< what a comment of this library's behind the type says of the numbers
};

struct TableText {
    std::string name;
    std::vector<ColumnText> columns;
    std::vector<ConstraintText> constraints;
    bool strict = false;
    bool without_rowid = false;
    bool autoincrement = false;
    std::size_t name_begin = 0; ///< where the name is in the statement
    std::size_t name_end = 0;
    std::size_t columns_end = 0; ///< after the last column's definition
    std::size_t body_end = 0;    ///< of the closing parenthesis
};

/// Reads `CREATE TABLE` as SQLite's grammar has it (https://sqlite.org/lang_createtable.html). Meant for the text
/// that SQLite keeps in its schema, which it has accepted.
class TableParser {
public:
    explicit TableParser(std::string_view sql) : sql_(sql), tokens_(sql_tokens(sql)) {}

    /// Nothing where it is something else than a table with columns.
    [[nodiscard]] std::optional<TableText> parse()
    {
        if (!word("create")) return std::nullopt;
        if (!word("temp")) word("temporary");
        if (!word("table")) return std::nullopt;
        if (word("if") && !(word("not") && word("exists"))) return std::nullopt;
        if (!name_here()) return std::nullopt;
        if (at_ + 1 < tokens_.size() && is_sign(tokens_[at_ + 1], ".")) at_ += 2;
        if (!name_here()) return std::nullopt;
        table_.name = name_of(tokens_[at_]);
        table_.name_begin = tokens_[at_].begin;
        table_.name_end = tokens_[at_].end;
        ++at_;
        if (!sign("(")) return std::nullopt;
        while (ok_ && !here_sign(")")) {
            if (at_ >= tokens_.size()) return std::nullopt;
            const std::size_t first = at_;
            if (begins_table_constraint())
                note_place(first, [this] { table_constraint(); });
            else
                column();
            sign(","); // between constraints it may be missing
        }
        if (!ok_) return std::nullopt;
        table_.body_end = tokens_[at_].begin;
        ++at_;
        while (at_ < tokens_.size()) {
            if (word("strict"))
                table_.strict = true;
            else if (word("without") && word("rowid"))
                table_.without_rowid = true;
            else if (!sign(","))
                return std::nullopt;
        }
        return std::move(table_);
    }

private:
    [[nodiscard]] bool here(std::string_view text) const
    {
        return at_ < tokens_.size() && is_word(tokens_[at_], text);
    }
    [[nodiscard]] bool after(std::size_t n, std::string_view text) const
    {
        return at_ + n < tokens_.size() && is_word(tokens_[at_ + n], text);
    }
    [[nodiscard]] bool here_sign(std::string_view text) const
    {
        return at_ < tokens_.size() && is_sign(tokens_[at_], text);
    }
    [[nodiscard]] bool name_here() const { return at_ < tokens_.size() && is_name(tokens_[at_]); }

    bool word(std::string_view text)
    {
        if (!here(text)) return false;
        ++at_;
        return true;
    }
    bool sign(std::string_view text)
    {
        if (!here_sign(text)) return false;
        ++at_;
        return true;
    }
    std::string name()
    {
        if (!name_here()) {
            ok_ = false;
            return {};
        }
        return name_of(tokens_[at_++]);
    }

    [[nodiscard]] SqlTokens since(std::size_t begin) const
    {
        return SqlTokens(tokens_).subspan(begin, at_ - begin);
    }
    [[nodiscard]] std::string written_since(std::size_t begin) const
    {
        return std::string(written(sql_, since(begin)));
    }

    // The group in parentheses that begins here, with them.
    SqlTokens group()
    {
        if (!here_sign("(")) {
            ok_ = false;
            return {};
        }
        const auto size = group_size(SqlTokens(tokens_).subspan(at_));
        at_ += size;
        return SqlTokens(tokens_).subspan(at_ - size, size);
    }

    [[nodiscard]] bool begins_table_constraint() const
    {
        return here("constraint") || (here("primary") && after(1, "key")) || here("unique") ||
               here("check") || (here("foreign") && after(1, "key"));
    }
    [[nodiscard]] bool begins_column_constraint() const
    {
        for (const std::string_view first : {"constraint", "primary", "not", "null", "unique", "check",
                                             "default", "collate", "references", "generated", "as"})
            if (here(first)) return true;
        return false;
    }

    std::string conflict()
    {
        if (!here("on") || !after(1, "conflict")) return {};
        at_ += 2;
        return name();
    }

    void column()
    {
        ColumnText column;
        column.name = name();
        const std::size_t type = at_;
        while (ok_ && at_ < tokens_.size() && !begins_column_constraint() && !here_sign(",") &&
               !here_sign(")"))
            here_sign("(") ? static_cast<void>(group()) : static_cast<void>(++at_);
        column.type = written_since(type);
        if (at_ > type && at_ < tokens_.size())
            column.meaning =
                meaning_in(sql_.substr(tokens_[at_ - 1].end, tokens_[at_].begin - tokens_[at_ - 1].end));
        const std::size_t constraints = at_;
        while (ok_ && begins_column_constraint()) note_place(at_, [&] { column_constraint(column); });
        if (!ok_) return;
        column.constraints = written_since(constraints);
        table_.columns_end = tokens_[at_ - 1].end;
        // What its numbers mean stays with it.
        if (constraints == at_ && !column.meaning.empty())
            table_.columns_end = sql_.find(" */", table_.columns_end) + 3;
        table_.columns.push_back(std::move(column));
    }

    // Where the constraint is that `read` reads, if it is one.
    void note_place(std::size_t first, const auto& read)
    {
        const std::size_t before = table_.constraints.size();
        read();
        if (table_.constraints.size() == before || at_ == 0) return;
        table_.constraints.back().begin = tokens_[first].begin;
        table_.constraints.back().end = tokens_[at_ - 1].end;
    }

    // `/* tenantry: time in 1/1000 s */`
    static std::string meaning_in(std::string_view space)
    {
        constexpr std::string_view begin = "/* tenantry: ";
        const auto at = space.find(begin);
        const auto end = space.find(" */", at);
        if (at == std::string_view::npos || end == std::string_view::npos) return {};
        return std::string(space.substr(at + begin.size(), end - at - begin.size()));
    }

    void column_constraint(ColumnText& column)
    {
        const std::size_t index = table_.columns.size();
        if (word("constraint")) {
            name();
            if (!begins_column_constraint()) return; // a name of nothing, which SQLite accepts
        }
        if (word("primary")) {
            ok_ = ok_ && word("key");
            const bool descending = word("desc");
            if (!descending) word("asc");
            const std::string how = conflict();
            if (word("autoincrement")) table_.autoincrement = true;
            key(ConstraintKind::primary_key, {column.name},
                lowered(quoted_name(column.name)) + (descending ? " desc" : ""),
                quoted_name(column.name) + (descending ? " DESC" : ""), how, index);
        } else if (word("not")) {
            ok_ = ok_ && word("null");
            column.not_null = true;
            column.not_null_conflict = lowered(conflict());
        } else if (word("null")) {
            conflict();
        } else if (word("unique")) {
            const std::string how = conflict();
            key(ConstraintKind::unique, {column.name}, lowered(quoted_name(column.name)),
                quoted_name(column.name), how, index);
        } else if (word("check")) {
            check(index);
        } else if (word("default")) {
            const std::size_t begin = at_;
            if (here_sign("("))
                group();
            else {
                if (!sign("-")) sign("+");
                ++at_;
            }
            column.default_value = written_since(begin);
        } else if (word("collate")) {
            column.collation = lowered(name());
            if (column.collation == "binary") column.collation.clear();
        } else if (here("references")) {
            reference({column.name}, index);
        } else {
            if (word("generated")) ok_ = ok_ && word("always");
            ok_ = ok_ && word("as");
            column.expression = std::string(written(sql_, without_parentheses(group())));
            column.generated = Computed::in_memory;
            if (word("stored")) column.generated = Computed::stored;
            word("virtual");
        }
    }

    void table_constraint()
    {
        if (word("constraint")) {
            name();
            if (!begins_table_constraint()) return;
        }
        if (word("primary")) {
            ok_ = ok_ && word("key");
            key_list(ConstraintKind::primary_key);
        } else if (word("unique")) {
            key_list(ConstraintKind::unique);
        } else if (word("check")) {
            check(std::nullopt);
        } else if (word("foreign")) {
            ok_ = ok_ && word("key");
            reference(names(group()), std::nullopt);
        }
    }

    // The names in a list in parentheses.
    static std::vector<std::string> names(SqlTokens list)
    {
        std::vector<std::string> result;
        bool expected = true;
        for (const SqlToken& token : list) {
            if (is_sign(token, "(") || is_sign(token, ",")) {
                expected = true;
            } else if (expected && is_name(token)) {
                result.push_back(name_of(token));
                expected = false;
            }
        }
        return result;
    }

    void key_list(ConstraintKind kind)
    {
        SqlTokens list = group();
        if (list.size() < 3) {
            ok_ = false;
            return;
        }
        list = list.subspan(1, list.size() - 2);
        if (is_word(list.back(), "autoincrement")) {
            table_.autoincrement = true;
            list = list.first(list.size() - 1);
        }
        std::string normal;
        bool expected = true;
        for (const SqlToken& token : list) {
            if (is_word(token, "asc") && !expected) continue;
            const bool is_column = expected && is_name(token);
            expected = is_sign(token, ",");
            if (!normal.empty() && !expected) normal += ' ';
            normal += is_column ? lowered(quoted_name(name_of(token))) : token.value;
        }
        const std::string how = conflict();
        key(kind, names(list), std::move(normal), std::string(written(sql_, list)), how, std::nullopt);
    }

    void key(ConstraintKind kind, std::vector<std::string> columns, std::string normal,
             const std::string& text, const std::string& how, std::optional<std::size_t> at_column)
    {
        const std::string_view head = kind == ConstraintKind::primary_key ? "PRIMARY KEY (" : "UNIQUE (";
        ConstraintText constraint{
            .kind = kind, .normal = std::move(normal), .text = {}, .columns = std::move(columns)};
        constraint.text.append(head).append(text) += ')';
        if (!how.empty()) {
            constraint.normal += " on conflict " + lowered(how);
            constraint.text += " ON CONFLICT " + how;
        }
        constraint.at_column = at_column;
        table_.constraints.push_back(std::move(constraint));
    }

    void check(std::optional<std::size_t> at_column)
    {
        const SqlTokens expression = without_parentheses(group());
        ConstraintText constraint{
            .kind = ConstraintKind::check, .normal = normal_text(expression), .text = {}, .columns = {}};
        constraint.expression = written(sql_, expression);
        constraint.text = "CHECK (" + constraint.expression + ')';
        for (const SqlToken& token : expression)
            if (is_name(token))
                constraint.columns.push_back(token.value); // and more; who looks for a column finds it
        constraint.at_column = at_column;
        conflict(); // of no effect on a CHECK
        table_.constraints.push_back(std::move(constraint));
    }

    void reference(std::vector<std::string> columns, std::optional<std::size_t> at_column)
    {
        const std::size_t begin = at_;
        ok_ = ok_ && word("references");
        ConstraintText constraint{
            .kind = ConstraintKind::foreign_key, .normal = {}, .text = {}, .columns = std::move(columns)};
        constraint.table = name();
        if (here_sign("(")) constraint.others = names(group());
        std::string on_delete = "no action";
        std::string on_update = "no action";
        bool deferred = false;
        auto action = [this] {
            std::string first = lowered(name());
            return first == "set" || first == "no" ? first + ' ' + lowered(name()) : first;
        };
        for (;;) {
            if (here("on") && (after(1, "delete") || after(1, "update"))) {
                std::string& which = after(1, "delete") ? on_delete : on_update;
                at_ += 2;
                which = action();
            } else if (word("match")) {
                name(); // SQLite ignores it
            } else if (here("deferrable") || (here("not") && after(1, "deferrable"))) {
                const bool immediate = word("not");
                word("deferrable");
                if (word("initially")) {
                    const bool late = word("deferred");
                    if (!late) word("immediate");
                    deferred = late && !immediate;
                }
            } else {
                break;
            }
        }
        constraint.normal = lowered(quoted_names(constraint.columns)) + " references " +
                            lowered(quoted_name(constraint.table)) + " (" +
                            lowered(quoted_names(constraint.others)) + ") on delete " + on_delete +
                            " on update " + on_update + (deferred ? " deferred" : "");
        constraint.text = "FOREIGN KEY (" + quoted_names(constraint.columns) + ") " + written_since(begin);
        constraint.at_column = at_column;
        table_.constraints.push_back(std::move(constraint));
    }

    std::string_view sql_;
    std::vector<SqlToken> tokens_;
    std::size_t at_ = 0;
    bool ok_ = true;
    TableText table_;
};

} // namespace tenantry::migrate

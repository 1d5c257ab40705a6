// What a CREATE TABLE statement says, as far as SQLite's pragmas do not tell it.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
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
    [[nodiscard]] std::optional<TableText> parse();

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

    bool word(std::string_view text);
    bool sign(std::string_view text);
    std::string name();

    [[nodiscard]] SqlTokens since(std::size_t begin) const
    {
        return SqlTokens(tokens_).subspan(begin, at_ - begin);
    }
    [[nodiscard]] std::string written_since(std::size_t begin) const
    {
        return std::string(written(sql_, since(begin)));
    }

    // The group in parentheses that begins here, with them.
    SqlTokens group();

    [[nodiscard]] bool begins_table_constraint() const
    {
        return here("constraint") || (here("primary") && after(1, "key")) || here("unique") ||
               here("check") || (here("foreign") && after(1, "key"));
    }
    [[nodiscard]] bool begins_column_constraint() const;

    std::string conflict();

    void column();

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
    static std::string meaning_in(std::string_view space);

    void column_constraint(ColumnText& column);

    void table_constraint();

    // The names in a list in parentheses.
    static std::vector<std::string> names(SqlTokens list);

    void key_list(ConstraintKind kind);

    void key(ConstraintKind kind, std::vector<std::string> columns, std::string normal,
             const std::string& text, const std::string& how, std::optional<std::size_t> at_column);

    void check(std::optional<std::size_t> at_column);

    void reference(std::vector<std::string> columns, std::optional<std::size_t> at_column);

    std::string_view sql_;
    std::vector<SqlToken> tokens_;
    std::size_t at_ = 0;
    bool ok_ = true;
    TableText table_;
};

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/table_text.ipp>
#endif

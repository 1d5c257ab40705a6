// What the scanner of raw SQL says of a text that it lets pass, against what SQLite says of it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include <sqlite3.h>

#include <tenantry/query/detail/raw_text.hpp>

#include "fuzz/target.hpp"

namespace fuzz {

/// A database in which many a statement means something, and which tells what a statement would do.
class Prepared {
public:
    Prepared()
    {
        sqlite3* opened = nullptr;
        require(sqlite3_open(":memory:", &opened) == SQLITE_OK, "there is a database");
        connection_.reset(opened);
        require(sqlite3_exec(opened,
                             "create table t (a integer primary key, b text); create table u (c, d);"
                             "create view v as select a, b from t;",
                             nullptr, nullptr, nullptr) == SQLITE_OK,
                "there are tables");
        sqlite3_set_authorizer(opened, &Prepared::saw, this);
    }

    using Statement = std::unique_ptr<sqlite3_stmt, int (*)(sqlite3_stmt*)>;

    /// None where SQLite does not take it, or there is nothing. `rest` becomes what is behind the statement.
    [[nodiscard]] Statement prepare(std::string_view& rest, bool& is_taken)
    {
        is_for_tenants_ = true;
        sqlite3_stmt* made = nullptr;
        const char* tail = nullptr;
        is_taken = sqlite3_prepare_v2(connection_.get(), rest.data(), static_cast<int>(rest.size()), &made,
                                      &tail) == SQLITE_OK;
        if (is_taken) rest.remove_prefix(static_cast<std::size_t>(tail - rest.data()));
        return {made, &sqlite3_finalize};
    }

    /// Whether the last one was no transaction control, ATTACH, DETACH or PRAGMA.
    [[nodiscard]] bool is_for_tenants() const noexcept { return is_for_tenants_; }

private:
    static int saw(void* self, int action, const char*, const char*, const char*, const char*) noexcept
    {
        switch (action) {
        case SQLITE_TRANSACTION:
        case SQLITE_SAVEPOINT:
        case SQLITE_ATTACH:
        case SQLITE_DETACH:
        case SQLITE_PRAGMA: static_cast<Prepared*>(self)->is_for_tenants_ = false; break;
        default: break;
        }
        return SQLITE_OK;
    }

    std::unique_ptr<sqlite3, int (*)(sqlite3*)> connection_{nullptr, &sqlite3_close};
    bool is_for_tenants_ = true;
};

inline void raw_sql(std::string_view input)
{
    namespace raw = tenantry::detail;
    const std::string text(input.substr(0, input.find('\0'))); // what SQLite reads
    raw::RawLexer lexer(text);
    const raw::RawText found = lexer.scan();
    if (found.fault != raw::RawFault::none) return;

    static Prepared database;
    std::string_view rest(text);
    bool is_taken = false;
    const Prepared::Statement statement = database.prepare(rest, is_taken);
    require(database.is_for_tenants(), "what passes is for tenants");
    if (!is_taken) return; // SQLite refuses it, with its own words
    require(statement != nullptr, "there is a statement in what passes");

    sqlite3_stmt* const made = statement.get();
    require(static_cast<std::size_t>(sqlite3_bind_parameter_count(made)) == found.parameters,
            "there are as many parameters");
    constexpr std::size_t looked_at = 512;
    if (found.parameters <= looked_at) {
        const auto names = lexer.names<looked_at>();
        for (std::size_t i = 0; i < found.parameters; ++i) {
            const char* const name = sqlite3_bind_parameter_name(made, static_cast<int>(i) + 1);
            const bool is_named = name != nullptr && *name != '?';
            require(names[i] == (is_named ? std::string_view(name) : std::string_view()),
                    "parameters have the same names");
        }
    }
    if (found.kind == raw::RawKind::read)
        require(sqlite3_stmt_readonly(made) != 0 || sqlite3_stmt_isexplain(made) != 0,
                "what is said to read changes nothing");
    while (is_taken && !rest.empty()) {
        const std::size_t before = rest.size();
        require(database.prepare(rest, is_taken) == nullptr, "there is one statement in what passes");
        if (rest.size() == before) break;
    }
}

} // namespace fuzz

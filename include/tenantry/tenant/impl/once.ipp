#pragma once

#include <tenantry/tenant/once.hpp>

#include <cstdint>

#include <tenantry/core/detail/saturating_time.hpp>

namespace tenantry::detail {

// Milliseconds since 1970: what is kept outlives the process.
[[nodiscard]] inline std::int64_t time_of_answers()
{
    const auto now = std::chrono::system_clock::now().time_since_epoch();
    return std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
}

TENANTRY_DECL Result<std::optional<sqlite::Statement>> KeptAnswers::prepare_find(std::string_view key)
{
    if (key.empty()) return fail(errc::invalid_argument, "the key of once() is empty");
    auto there = connection_.query_integer("SELECT count(*) FROM main.sqlite_schema"
                                           " WHERE type = 'table' AND name = '_tenantry_answers'");
    if (!there) return fail(std::move(there).error());
    exists_ = *there != 0;
    if (!exists_) return std::optional<sqlite::Statement>();
    auto statement = connection_.prepare_privileged(
        "SELECT answer FROM main._tenantry_answers WHERE key = ?1 AND until > ?2");
    if (!statement) return fail(std::move(statement).error());
    statement->text(1, key);
    statement->integer(2, time_of_answers());
    return std::optional(std::move(*statement));
}

TENANTRY_DECL Result<sqlite::Statement> KeptAnswers::prepare_keep(std::string_view key,
                                                                  std::chrono::milliseconds age)
{
    if (!exists_) {
        auto made = connection_.execute(
            "CREATE TABLE main._tenantry_answers ("
            "\n    key TEXT PRIMARY KEY NOT NULL,"
            "\n    answer ANY,"
            "\n    until INTEGER NOT NULL\n) STRICT, WITHOUT ROWID;" // milliseconds since 1970, UTC
            "CREATE INDEX main._tenantry_answers_until ON _tenantry_answers(until)");
        if (!made) return fail(std::move(made).error());
        exists_ = true;
    }
    const std::int64_t now = time_of_answers();
    // A few for each that comes, so that no write is paid for all of them.
    auto forget = connection_.prepare_privileged(
        "DELETE FROM main._tenantry_answers WHERE key IN"
        " (SELECT key FROM main._tenantry_answers WHERE until <= ?1 ORDER BY until LIMIT 16)");
    if (!forget) return fail(std::move(forget).error());
    forget->integer(1, now);
    if (auto done = forget->run(); !done) return fail(std::move(done).error());
    auto statement =
        connection_.prepare_privileged("INSERT OR REPLACE INTO main._tenantry_answers(key, answer, until)"
                                       " VALUES (?1, ?2, ?3)");
    if (!statement) return fail(std::move(statement).error());
    statement->text(1, key);
    using SystemTime = std::chrono::sys_time<std::chrono::milliseconds>;
    statement->integer(3, later(SystemTime(std::chrono::milliseconds(now)), age).time_since_epoch().count());
    return std::move(*statement);
}

TENANTRY_DECL Error other_answer_error(std::string_view key, sqlite::Misfit misfit)
{
    return Error(errc::value_misfit, "the answer that once() has kept for the key '" + std::string(key) +
                                         "' is of another body: " + std::string(to_string(misfit)));
}

} // namespace tenantry::detail

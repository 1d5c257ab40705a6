#pragma once

#include <tenantry/tenant/detail/optimize.hpp>

#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <tenantry/migrate/detail/sql_text.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/transaction.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> plan_by_every_index(sqlite::Connection& connection)
{
    std::vector<std::string> queries;
    {
        const sqlite::Privileged gate(connection);
        auto indexes = connection.prepare(
            "SELECT t.name, c.name FROM pragma_table_list AS t, pragma_index_list(t.name) AS i, "
            "pragma_index_info(i.name) AS c WHERE t.schema = 'main' AND t.type = 'table' AND c.seqno = 0 "
            "AND i.partial = 0 AND c.name IS NOT NULL");
        if (!indexes) return fail(std::move(indexes).error());
        for (;;) {
            auto row = indexes->step();
            if (!row) return fail(std::move(row).error());
            if (!*row) break;
            queries.push_back("SELECT 1 FROM main." + migrate::quoted_name(indexes->text(0)) + " WHERE " +
                              migrate::quoted_name(indexes->text(1)) + " = ?1");
        }
    }
    for (const auto& query : queries)
        if (auto planned = connection.prepare_privileged(query); !planned)
            return fail(std::move(planned).error());
    return {};
}

TENANTRY_DECL Result<void> publish_statistics(sqlite::Connection& connection)
{
    auto version = connection.query_integer("PRAGMA main.schema_version");
    if (!version) return fail(std::move(version).error());
    return connection.execute("PRAGMA main.schema_version = " + std::to_string((*version + 1) & 0x7fffffff));
}

TENANTRY_DECL Result<std::optional<std::string>> read_statistics(sqlite::Connection& connection)
{
    auto there =
        connection.query_integer("SELECT count(*) FROM main.sqlite_schema WHERE name = 'sqlite_stat1'");
    if (!there) return fail(std::move(there).error());
    if (*there == 0) return std::optional<std::string>();
    const sqlite::Privileged gate(connection);
    auto rows =
        connection.prepare("SELECT ifnull(group_concat(quote(tbl) || quote(idx) || quote(stat)), '') FROM "
                           "(SELECT tbl, idx, stat FROM main.sqlite_stat1 ORDER BY tbl, idx)");
    if (!rows) return fail(std::move(rows).error());
    auto row = rows->step();
    if (!row) return fail(std::move(row).error());
    return std::optional(std::string(*row ? rows->text(0) : std::string_view()));
}

TENANTRY_DECL Result<void> optimize_planner(sqlite::Connection& connection)
{
    if (auto set = connection.execute("PRAGMA analysis_limit = 400"); !set) return set;
    constexpr int looks_at_all = 3046000;
    const bool new_enough = sqlite3_libversion_number() >= looks_at_all;
    if (!new_enough)
        if (auto planned = plan_by_every_index(connection); !planned) return planned;
    // Says what there is to do, and does nothing: that is mostly so, and then nothing is locked and no log is begun.
    const char* const ask = new_enough ? "PRAGMA main.optimize = 0x10003" : "PRAGMA main.optimize = 0x03";
    if (auto to_do = connection.query_integer(ask); !to_do)
        return to_do.error() == errc::no_such_row ? Result<void>() : fail(std::move(to_do).error());
    auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
    if (!transaction) return fail(std::move(transaction).error());
    auto before = read_statistics(connection);
    if (!before) return fail(std::move(before).error());
    const char* const optimize = new_enough ? "PRAGMA main.optimize = 0x10002" : "PRAGMA main.optimize";
    if (auto done = connection.execute(optimize); !done) return done;
    auto after = read_statistics(connection);
    if (!after) return fail(std::move(after).error());
    if (*before == *after)
        return transaction->rollback(); // of an empty table there is nothing to say, each time
    if (auto told = publish_statistics(connection); !told) return told;
    return transaction->commit();
}

} // namespace tenantry::detail

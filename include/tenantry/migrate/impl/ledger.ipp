#pragma once

#include <tenantry/migrate/ledger.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::string_view to_string(LedgerKind kind) noexcept
{
    switch (kind) {
    case LedgerKind::automatic: return "automatic";
    case LedgerKind::revision: return "revision";
    case LedgerKind::included: return "included";
    case LedgerKind::adopted: return "adopted";
    }
    return "";
}

TENANTRY_DECL Result<bool> Ledger::exists(sqlite::Connection& connection)
{
    auto found = connection.query_integer("SELECT count(*) FROM main.sqlite_schema"
                                          " WHERE type = 'table' AND name = '_tenantry_migrations'");
    if (!found) return fail(std::move(found).error());
    return *found != 0;
}

TENANTRY_DECL Result<Ledger> Ledger::read(sqlite::Connection& connection)
{
    auto there = exists(connection);
    if (!there) return fail(std::move(there).error());
    return *there ? read_there(connection) : Result<Ledger>(Ledger());
}

TENANTRY_DECL Result<Ledger> Ledger::read_there(sqlite::Connection& connection)
{
    Ledger ledger;
    ledger.exists_ = true;
    auto rows = connection.prepare_privileged(
        "SELECT kind, revision, name, checksum, compatible, applied_at, duration_us, library"
        " FROM main._tenantry_migrations ORDER BY id");
    if (!rows) return fail(migration_error(std::move(rows).error(), "reading the ledger of migrations"));
    for (;;) {
        auto row = rows->step();
        if (!row) return fail(std::move(row).error());
        if (!*row) return ledger;
        LedgerRow found;
        const std::string_view kind = rows->text(0);
        for (const LedgerKind known : {LedgerKind::revision, LedgerKind::included, LedgerKind::adopted})
            if (kind == to_string(known)) found.kind = known;
        if (rows->storage(1) != sqlite::Storage::null) found.revision = rows->integer(1);
        found.name = rows->text(2);
        found.checksum = rows->text(3);
        found.compatible = rows->integer(4) != 0;
        found.applied_at = Timestamp(std::chrono::milliseconds(rows->integer(5)));
        found.duration = std::chrono::microseconds(rows->integer(6));
        found.library = rows->text(7);
        ledger.rows_.push_back(std::move(found));
    }
}

TENANTRY_DECL bool Ledger::is_adopted() const noexcept
{
    return std::ranges::any_of(rows_, [](const LedgerRow& row) { return row.kind == LedgerKind::adopted; });
}

TENANTRY_DECL bool Ledger::has_history() const noexcept
{
    return std::ranges::any_of(rows_, [](const LedgerRow& row) { return row.revision.has_value(); });
}

TENANTRY_DECL Result<void> Ledger::add(sqlite::Connection& connection, LedgerRow row)
{
    if (!exists_) {
        auto made = connection.execute("CREATE TABLE main._tenantry_migrations ("
                                       "\n    id INTEGER PRIMARY KEY,"
                                       "\n    kind TEXT NOT NULL,"
                                       "\n    revision INTEGER UNIQUE,"
                                       "\n    name TEXT NOT NULL,"
                                       "\n    checksum TEXT NOT NULL,"
                                       "\n    compatible INTEGER NOT NULL,"
                                       "\n    applied_at INTEGER NOT NULL," // milliseconds since 1970, UTC
                                       "\n    duration_us INTEGER NOT NULL,"
                                       "\n    library TEXT NOT NULL\n) STRICT");
        if (!made) return fail(migration_error(std::move(made).error(), "making the ledger of migrations"));
        exists_ = true;
    }
    auto insert = connection.prepare_privileged(
        "INSERT INTO main._tenantry_migrations"
        "(kind, revision, name, checksum, compatible, applied_at, duration_us, library)"
        " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");
    if (!insert) return fail(migration_error(std::move(insert).error(), "writing the ledger of migrations"));
    row.applied_at =
        std::chrono::time_point_cast<std::chrono::milliseconds>(std::chrono::system_clock::now());
    row.library = library_version;
    insert->text(1, to_string(row.kind));
    if (row.revision)
        insert->integer(2, *row.revision);
    else
        insert->null(2);
    insert->text(3, row.name);
    insert->text(4, row.checksum);
    insert->integer(5, row.compatible ? 1 : 0);
    insert->integer(6, row.applied_at.time_since_epoch().count());
    insert->integer(7, row.duration.count());
    insert->text(8, row.library);
    if (auto done = insert->run(); !done) return done;
    rows_.push_back(std::move(row));
    return {};
}

} // namespace tenantry::migrate

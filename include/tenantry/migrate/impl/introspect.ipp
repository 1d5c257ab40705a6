#pragma once

#include <tenantry/migrate/introspect.hpp>

namespace tenantry::detail {

TENANTRY_DECL Error not_understood(const migrate::TableModel& table, const std::string& why)
{
    Error error(errc::migration_failed, "the definition of table " + table.name +
                                            " is not understood, and was left as it is: " + why);
    error.with_sql(table.sql);
    return error;
}

TENANTRY_DECL Result<void> check_columns(sqlite::Statement& info, migrate::TableModel& table)
{
    info.reset();
    info.text(1, table.name);
    for (std::size_t n = 0;; ++n) {
        auto row = info.step();
        if (!row) return fail(std::move(row).error());
        if (!*row) {
            if (n != table.text.columns.size())
                return fail(not_understood(table, "SQLite sees " + std::to_string(n) + " columns, not " +
                                                      std::to_string(table.text.columns.size())));
            return {};
        }
        const std::string_view name = info.text(0);
        if (n >= table.text.columns.size() || !migrate::same_name(table.text.columns[n].name, name))
            return fail(
                not_understood(table, "column " + std::to_string(n + 1) + " is '" + std::string(name) + "'"));
        const migrate::ColumnText& column = table.text.columns[n];
        const bool has_default = info.storage(3) != sqlite::Storage::null;
        const auto text_of = [](std::string_view text) {
            const auto tokens = migrate::sql_tokens(text);
            return normal_text(without_parentheses(tokens));
        };
        const bool same =
            migrate::normal_text(column.type) == migrate::normal_text(info.text(1)) &&
            (!column.not_null || info.integer(2) != 0) && has_default == column.default_value.has_value() &&
            (!has_default || text_of(info.text(3)) == text_of(*column.default_value)) &&
            (info.integer(4) != 0) == table.in_primary_key(column.name) &&
            (info.integer(5) == 2 || info.integer(5) == 3) == (column.generated != migrate::Computed::no);
        if (!same)
            return fail(not_understood(table, "column '" + column.name + "' means something else to SQLite"));
    }
}

TENANTRY_DECL Result<std::vector<std::string>> shadow_tables(sqlite::Connection& connection)
{
    const sqlite::Privileged gate(connection);
    auto statement =
        connection.prepare("SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'");
    if (!statement) return fail(std::move(statement).error());
    std::vector<std::string> names;
    for (;;) {
        auto row = statement->step();
        if (!row) return fail(std::move(row).error());
        if (!*row) return names;
        names.emplace_back(statement->text(0));
    }
}

TENANTRY_DECL void resolve_references(migrate::SchemaModel& model)
{
    for (migrate::TableModel& table : model.tables)
        for (migrate::ConstraintText& constraint : table.text.constraints) {
            if (constraint.kind != migrate::ConstraintKind::foreign_key || !constraint.others.empty())
                continue;
            const migrate::TableModel* other = model.table(constraint.table);
            const migrate::ConstraintText* key = other != nullptr ? other->primary_key() : nullptr;
            if (key == nullptr) continue;
            constraint.others = key->columns;
            constraint.others_are_implied = true;
            const auto at = constraint.normal.find(" ()");
            constraint.normal.replace(at, 3,
                                      " (" + migrate::lowered(migrate::quoted_names(key->columns)) + ')');
        }
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL Result<SchemaModel> introspect(sqlite::Connection& connection,
                                             std::initializer_list<const SchemaModel*> known)
{
    // The same object of a known model, or null.
    const auto find_same = [&](const auto& find, const std::string& name, const std::string& sql) {
        decltype(find(*known.begin())) same = nullptr;
        for (const SchemaModel* model : known)
            if (same == nullptr && model != nullptr)
                if (const auto* found = find(model);
                    found != nullptr && found->name == name && found->sql == sql)
                    same = found;
        return same;
    };
    const sqlite::Privileged gate(connection); // a pragma's table runs the pragma when it is stepped
    SchemaModel model;
    model.untrusted = !connection.trusts_schema();
    bool has_virtual = false;
    auto objects =
        connection.prepare("SELECT type, name, tbl_name, sql FROM main.sqlite_schema ORDER BY rowid");
    if (!objects) return fail(std::move(objects).error());
    for (;;) {
        auto row = objects->step();
        if (!row) return fail(std::move(row).error());
        if (!*row) break;
        if (objects->text(1).starts_with("sqlite_")) continue; // SQLite's own
        const std::string_view type = objects->text(0);
        std::string name(objects->text(1));
        std::string table(objects->text(2));
        std::string sql(objects->text(3));
        if (same_name(table, ledger_table) || same_name(table, identity_table) ||
            same_name(table, answers_table))
            continue;
        if (type == "table") {
            const TableModel* same =
                find_same([&](const SchemaModel* m) { return m->table(name); }, name, sql);
            // What refers to another table's key by itself may mean another one here.
            const bool same_references =
                same != nullptr &&
                std::ranges::none_of(same->text.constraints, &ConstraintText::others_are_implied);
            if (same_references && !same->is_virtual) {
                model.tables.push_back(*same);
                continue;
            }
            TableModel found{.name = std::move(name), .sql = std::move(sql)};
            const auto tokens = sql_tokens(found.sql);
            found.is_virtual = tokens.size() > 1 && is_word(tokens[1], "virtual");
            has_virtual = has_virtual || found.is_virtual;
            model.tables.push_back(std::move(found));
        } else if (type == "index") {
            const IndexModel* same =
                find_same([&](const SchemaModel* m) { return m->index(name); }, name, sql);
            if (same != nullptr) {
                model.indexes.push_back(*same);
                continue;
            }
            IndexModel index{.name = std::move(name), .table = std::move(table), .sql = std::move(sql)};
            auto text = parse_index(index.sql);
            if (!text)
                return fail(
                    std::move(Error(errc::migration_failed, "the definition of index " + index.name +
                                                                " is not understood, and was left as it is")
                                  .with_sql(index.sql)));
            index.text = std::move(*text);
            model.indexes.push_back(std::move(index));
        } else {
            const ViewModel* same = find_same([&](const SchemaModel* m) { return m->view(name); }, name, sql);
            if (same != nullptr) {
                model.views.push_back(*same);
                continue;
            }
            ViewModel view{std::string(type), std::move(name), std::move(table), std::move(sql)};
            view.normal = normal_text(view.sql);
            if (const auto at = view.normal.find(" if not exists"); at < 24) view.normal.erase(at, 14);
            model.views.push_back(std::move(view));
        }
    }
    if (has_virtual) {
        auto shadows = detail::shadow_tables(connection);
        if (!shadows) return fail(std::move(shadows).error());
        std::erase_if(model.tables, [&](const TableModel& table) {
            return std::ranges::any_of(*shadows,
                                       [&](const std::string& n) { return same_name(n, table.name); });
        });
    }
    std::optional<sqlite::Statement> info;
    for (TableModel& table : model.tables) {
        if (table.is_virtual || !table.text.columns.empty()) continue; // known
        auto text = TableParser(table.sql).parse();
        if (!text) return fail(detail::not_understood(table, "it is no CREATE TABLE of SQLite's grammar"));
        table.text = std::move(*text);
        if (!info) {
            auto prepared = connection.prepare(
                "SELECT name, type, \"notnull\", dflt_value, pk, hidden FROM pragma_table_xinfo(?1, 'main')");
            if (!prepared) return fail(std::move(prepared).error());
            info = std::move(*prepared);
        }
        if (auto checked = detail::check_columns(*info, table); !checked)
            return fail(std::move(checked).error());
    }
    detail::resolve_references(model);
    return model;
}

TENANTRY_DECL Error migration_error(Error error, std::string_view doing)
{
    const bool computing =
        (error.sqlite_code() & 0xff) == SQLITE_ERROR; // a value of the rows, in a CHECK perhaps
    if (error == errc::invalid_sql || computing || error == errc::constraint ||
        error == errc::not_authorized) {
        Error failed(errc::migration_failed, std::string(error.message()), error.sqlite_code());
        failed.with_sql(error.sql());
        error = std::move(failed);
    }
    error.in(doing);
    return error;
}

TENANTRY_DECL Result<SchemaModel> declared_model(const SchemaInfo& declared,
                                                 const sqlite::Functions& functions)
{
    sqlite::Profile profile;
    profile.functions = functions;
    auto memory = sqlite::Connection::open_memory(profile);
    if (!memory) return fail(std::move(memory).error());
    for (const SchemaObject& object : declared.objects)
        if (auto created = memory->execute(std::string(object.sql)); !created)
            return fail(
                migration_error(std::move(created).error(), "creating " + label(object.type, object.name)));
    auto model = introspect(*memory);
    if (!model) return model;
    for (const SchemaObject& object : declared.objects)
        for (const ColumnInfo& info : object.columns)
            for (TableModel& table : model->tables)
                if (same_name(table.name, object.name))
                    for (ColumnText& column : table.text.columns)
                        if (same_name(column.name, info.name)) column.limits = info.limits;
    return model;
}

} // namespace tenantry::migrate

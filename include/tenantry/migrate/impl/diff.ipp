#pragma once

#include <tenantry/migrate/diff.hpp>

namespace tenantry::detail {

TENANTRY_DECL migrate::Plan Differ::run()
{
    find_problems();
    if (!plan_.problems.empty()) return std::move(plan_);
    for (const migrate::TableModel& table : wanted_.tables) {
        const migrate::TableModel* there = live_.table(table.name);
        changes_.push_back(there != nullptr && !table.is_virtual
                               ? std::optional(TableDiff(live_, *there, wanted_, table, unknown_).run())
                               : std::nullopt);
    }
    drop_views();
    drop_indexes();
    drop_tables();
    for (std::size_t i = 0; i < wanted_.tables.size(); ++i)
        if (!wanted_.tables[i].is_virtual) make_table(wanted_.tables[i], changes_[i]);
    make_indexes();
    make_views("view");
    for (const migrate::TableModel& table : wanted_.tables)
        if (table.is_virtual) make_virtual(table);
    make_views("trigger");
    note_references();
    return std::move(plan_);
}

TENANTRY_DECL void Differ::find_problems()
{
    auto in_use = [this](std::string_view type, const std::string& name, bool is_same) {
        const std::string who = live_.who_has(name);
        if (!who.empty() && !is_same)
            plan_.problems.push_back(migrate::label(type, name) + ": the name is in use, by " + who);
    };
    for (const migrate::TableModel& table : wanted_.tables) {
        const migrate::TableModel* there = live_.table(table.name);
        in_use("table", table.name, there != nullptr);
        if (there == nullptr) continue;
        if (there->is_virtual != table.is_virtual)
            plan_.problems.push_back(migrate::label("table", table.name) +
                                     (table.is_virtual
                                          ? " is an ordinary table there, and declared as a virtual one"
                                          : " is a virtual table there, and declared as an ordinary one"));
    }
    for (const migrate::IndexModel& index : wanted_.indexes) {
        const migrate::IndexModel* there = live_.index(index.name);
        // From a table that stays, or goes with everything on it: it moves.
        in_use("index", index.name,
               there != nullptr &&
                   (wanted_.table(there->table) != nullptr || unknown_ == migrate::Unknown::drop));
    }
    for (const migrate::ViewModel& view : wanted_.views) {
        const migrate::ViewModel* there = live_.view(view.name);
        in_use(view.type, view.name, there != nullptr && there->type == view.type);
    }
}

TENANTRY_DECL const std::optional<TableChange>* Differ::change_of(std::string_view table) const
{
    for (std::size_t i = 0; i < changes_.size(); ++i)
        if (migrate::same_name(wanted_.tables[i].name, table)) return &changes_[i];
    return nullptr;
}

TENANTRY_DECL bool Differ::is_rebuilt(std::string_view table) const
{
    const auto* change = change_of(table);
    return (change != nullptr && *change && (*change)->rebuild) ||
           std::ranges::any_of(freed_, [&](const std::string& f) { return migrate::same_name(f, table); });
}

TENANTRY_DECL bool Differ::loses_column(const migrate::ViewModel& view) const
{
    const auto tokens = migrate::sql_tokens(view.sql);
    for (std::size_t i = 0; i < changes_.size(); ++i)
        if (changes_[i] && mentions(tokens, wanted_.tables[i].name) &&
            std::ranges::any_of(changes_[i]->dropped,
                                [&](const std::string& column) { return mentions(tokens, column); }))
            return true;
    return false;
}

TENANTRY_DECL void Differ::drop_views()
{
    for (const migrate::ViewModel& view : live_.views) {
        const migrate::ViewModel* wanted = wanted_.view(view.name);
        const bool trigger = view.type == "trigger";
        const bool broken = wanted == nullptr && loses_column(view);
        const bool barred = wanted == nullptr && live_.is_kept_from_running(view);
        const bool noticed = wanted == nullptr && trigger && wanted_.table(view.table) != nullptr &&
                             !detail::TriggerReader(live_, wanted_, view).is_harmless();
        if (wanted == nullptr && unknown_ != migrate::Unknown::drop && !broken && !barred && !noticed) {
            plan_.tolerated.push_back(migrate::label(view.type, view.name));
            continue;
        }
        if (wanted != nullptr && wanted->normal == view.normal) continue;
        gone_.push_back(view.name);
        if (trigger && is_dropped(view.table)) continue;
        add(trigger ? migrate::StepKind::drop_trigger : migrate::StepKind::drop_view, view.name,
            {broken    ? "it names a column that goes"
             : barred  ? "it uses a virtual table, and without a trusted schema every write would fail"
             : noticed ? "it is not declared, and what it does would be noticed"
             : wanted == nullptr ? "it is not declared"
                                 : "it is declared otherwise"},
            {"DROP " + std::string(trigger ? "TRIGGER " : "VIEW ") + migrate::quoted_name(view.name)});
    }
}

TENANTRY_DECL bool Differ::loses_column(const migrate::IndexModel& index) const
{
    const auto* change = change_of(index.table);
    if (change == nullptr || !*change) return false;
    const auto tokens = migrate::sql_tokens(index.sql);
    return std::ranges::any_of((*change)->dropped,
                               [&](const std::string& column) { return mentions(tokens, column); });
}

TENANTRY_DECL bool Differ::can_refuse(const migrate::IndexModel& index) const
{
    const migrate::TableModel* table = wanted_.table(index.table);
    const migrate::TableModel* there = live_.table(index.table);
    if (table == nullptr || there == nullptr) return false;
    if (!detail::never_fails(parts_of(index))) return true;
    if (!index.text.unique) return false;
    // Of columns that are left, and NULL in every new row, it makes nothing unique that is declared.
    bool has_null = false;
    for (const std::string& part : index.text.parts) {
        const auto tokens = migrate::sql_tokens(part);
        const migrate::ColumnText* column =
            tokens.size() == 1 ? there->column(name_of(tokens.front())) : nullptr;
        if (column == nullptr || table->column(column->name) != nullptr ||
            column->generated != migrate::Computed::no)
            return true;
        has_null =
            has_null || !column->default_value || migrate::normal_text(*column->default_value) == "null";
    }
    return !has_null || !index.text.where.empty();
}

TENANTRY_DECL std::vector<migrate::SqlToken> Differ::parts_of(const migrate::IndexModel& index)
{
    std::string all = index.text.where;
    for (const std::string& part : index.text.parts) all += " + " + part;
    return migrate::sql_tokens(all);
}

TENANTRY_DECL void Differ::drop_indexes()
{
    for (const migrate::IndexModel& index : live_.indexes) {
        const migrate::IndexModel* wanted = wanted_.index(index.name);
        const bool refuses = wanted == nullptr && can_refuse(index);
        if (wanted == nullptr && unknown_ != migrate::Unknown::drop && !loses_column(index) && !refuses) {
            plan_.tolerated.push_back(migrate::label("index", index.name));
            continue;
        }
        if (wanted != nullptr && wanted->text.normal == index.text.normal) continue;
        gone_.push_back(index.name);
        if (is_dropped(index.table)) continue;
        add(migrate::StepKind::drop_index, index.name,
            {wanted != nullptr ? "it is declared otherwise"
             : refuses         ? "it is not declared, and could refuse a row"
                               : "it is not declared"},
            {"DROP INDEX " + migrate::quoted_name(index.name)});
    }
}

TENANTRY_DECL void Differ::drop_tables()
{
    for (const migrate::TableModel& table : live_.tables) {
        if (wanted_.table(table.name) != nullptr) continue;
        if (unknown_ != migrate::Unknown::drop) {
            plan_.tolerated.push_back(migrate::label("table", table.name));
            if (unknown_ == migrate::Unknown::keep) free_of_references(table);
            continue;
        }
        std::vector<migrate::Condition> conditions;
        const auto text = table.is_virtual ? migrate::parse_virtual(table.sql) : std::nullopt;
        if (!text || !text->has_other_content())
            conditions.push_back(
                {"there is any", "SELECT " + row_key(table) + " FROM " + migrate::quoted_name(table.name)});
        add(migrate::StepKind::drop_table, table.name, {"it is not declared"},
            {"DROP TABLE " + migrate::quoted_name(table.name)}, std::move(conditions));
    }
}

TENANTRY_DECL void Differ::free_of_references(const migrate::TableModel& table)
{
    std::string sql = table.sql;
    std::vector<std::string> why;
    const auto& constraints = table.text.constraints;
    for (std::size_t i = constraints.size(); i-- > 0;) {
        const migrate::ConstraintText& constraint = constraints[i];
        if (constraint.kind != migrate::ConstraintKind::foreign_key ||
            wanted_.table(constraint.table) == nullptr || live_.table(constraint.table) == nullptr)
            continue;
        why.push_back("no longer " + constraint.text + ", which could keep declared rows from being removed");
        std::size_t begin = constraint.begin;
        std::size_t end = constraint.end;
        if (!constraint.at_column) // with one of the commas beside it
            begin = table_comma(table, begin, end);
        sql.erase(begin, end - begin);
    }
    if (why.empty()) return;
    migrate::TableModel freed{.name = table.name, .sql = sql};
    auto text = migrate::TableParser(freed.sql).parse();
    if (!text) return; // as it was
    freed.text = std::move(*text);
    TableChange change = TableDiff(live_, table, wanted_, freed, migrate::Unknown::drop).run();
    std::optional<TableChange> made(std::move(change));
    made->why = std::move(why);
    freed_.push_back(table.name);
    make_table(freed, made);
}

TENANTRY_DECL std::size_t Differ::table_comma(const migrate::TableModel& table, std::size_t begin,
                                              std::size_t)
{
    const auto tokens = migrate::sql_tokens(std::string_view(table.sql).substr(0, begin));
    return !tokens.empty() && is_sign(tokens.back(), ",") ? tokens.back().begin : begin;
}

TENANTRY_DECL bool Differ::is_gone(std::string_view name) const
{
    return std::ranges::any_of(gone_, [&](const std::string& g) { return migrate::same_name(g, name); });
}

TENANTRY_DECL void Differ::make_table(const migrate::TableModel& table, std::optional<TableChange>& change)
{
    if (!change) return add(migrate::StepKind::create_table, table.name, {}, {table.sql});
    if (!change->checks.empty())
        plan_.checks.push_back(
            {migrate::StepKind::check_table, table.name, {}, {}, std::move(change->checks)});
    for (std::string& column : change->tolerated)
        plan_.tolerated.push_back("column " + table.name + '.' + column);
    if (change->rebuild) {
        // What was on the old table and stays as it is.
        for (const migrate::IndexModel& index : live_.indexes) {
            if (!migrate::same_name(index.table, table.name) || is_gone(index.name)) continue;
            change->sql.push_back(index.sql);
            if (index.text.unique && is_altered(*change, index.sql))
                change->conditions.push_back(same_in_index(*live_.table(table.name), table, index));
        }
        for (const migrate::ViewModel& view : live_.views)
            if (view.type == "trigger" && migrate::same_name(view.table, table.name) && !is_gone(view.name))
                change->sql.push_back(view.sql);
        add(migrate::StepKind::rebuild_table, table.name, std::move(change->why), std::move(change->sql),
            std::move(change->conditions));
        return;
    }
    for (migrate::Step& step : change->added) plan_.steps.push_back(std::move(step));
}

TENANTRY_DECL bool Differ::is_altered(const TableChange& change, std::string_view text)
{
    const auto tokens = migrate::sql_tokens(text);
    return std::ranges::any_of(change.altered,
                               [&](const std::string& column) { return mentions(tokens, column); });
}

TENANTRY_DECL void Differ::make_indexes()
{
    for (const migrate::IndexModel& index : wanted_.indexes) {
        if (live_.index(index.name) != nullptr && !is_gone(index.name)) continue;
        const migrate::TableModel* there = live_.table(index.table);
        const migrate::TableModel* table = wanted_.table(index.table);
        std::vector<migrate::Condition> conditions;
        if (index.text.unique && there != nullptr && table != nullptr)
            conditions.push_back(same_in_index(*there, *table, index));
        add(migrate::StepKind::create_index, index.name, {}, {index.sql}, std::move(conditions));
    }
}

TENANTRY_DECL void Differ::make_views(std::string_view type)
{
    for (const migrate::ViewModel& view : wanted_.views) {
        if (view.type != type || (live_.view(view.name) != nullptr && !is_gone(view.name))) continue;
        add(type == "view" ? migrate::StepKind::create_view : migrate::StepKind::create_trigger, view.name,
            {}, {view.sql});
    }
}

TENANTRY_DECL void Differ::make_virtual(const migrate::TableModel& table)
{
    const auto wanted = migrate::parse_virtual(table.sql);
    const migrate::TableModel* there = live_.table(table.name);
    const auto live = there != nullptr ? migrate::parse_virtual(there->sql) : std::nullopt;
    const std::string name = migrate::quoted_name(table.name);
    std::vector<std::string> fill;
    if (wanted && wanted->is_full_text() && wanted->has_other_content())
        fill.push_back("INSERT INTO " + name + '(' + name + ") VALUES ('rebuild')");
    if (there == nullptr) {
        std::vector<std::string> sql{table.sql};
        sql.insert(sql.end(), fill.begin(), fill.end());
        return add(migrate::StepKind::create_table, table.name, {}, std::move(sql));
    }
    const bool same_nulls = wanted && live && wanted->optional == live->optional;
    if (wanted && live && wanted->normal == live->normal && (same_nulls || wanted->has_other_content())) {
        if (!fill.empty() && is_out_of_step(table, *wanted))
            add(migrate::StepKind::fill_table, table.name,
                {"its texts, or what keeps it in step, have changed"}, std::move(fill));
        return;
    }
    if (!wanted || !live || !wanted->is_full_text() || !live->is_full_text()) {
        plan_.problems.push_back(migrate::label("table", table.name) +
                                 ": only full-text tables (fts5) can be changed among virtual ones");
        return;
    }
    std::vector<std::string> sql;
    std::vector<migrate::Condition> conditions;
    if (wanted->has_other_content() || (live->content && !live->has_other_content())) {
        // The index can be made again from the other table; of a table without content nothing can.
        if (!live->has_other_content())
            conditions.push_back({"there is any (the texts of this table are not kept elsewhere)",
                                  "SELECT rowid FROM " + name});
        sql = {"DROP TABLE " + name, table.sql};
        sql.insert(sql.end(), fill.begin(), fill.end());
    } else {
        const std::string aside = migrate::quoted_name("_tenantry_new_" + table.name);
        std::string columns = "rowid";
        for (const std::string& column : live->columns) {
            const bool stays = std::ranges::any_of(
                wanted->columns, [&](const std::string& w) { return migrate::same_name(w, column); });
            if (stays)
                columns += ", " + migrate::quoted_name(column);
            else
                conditions.push_back({"column '" + column + "' holds a value, and is dropped",
                                      "SELECT rowid FROM " + name + " WHERE " + migrate::quoted_name(column) +
                                          " IS NOT NULL"});
        }
        // Nothing in the table itself says what may be NULL; a row that is read does.
        for (const std::string& column : wanted->columns) {
            auto is_in = [&](const std::vector<std::string>& all) {
                return std::ranges::any_of(
                    all, [&](const std::string& c) { return migrate::same_name(c, column); });
            };
            if (is_in(wanted->optional)) continue;
            if (!is_in(live->columns))
                conditions.push_back({"a value is needed for column '" + column +
                                          "', which is not optional: make it so, or fill a new table",
                                      "SELECT rowid FROM " + name});
            else if (is_in(live->optional))
                conditions.push_back(
                    {"column '" + column + "' is NULL, and is not optional any more",
                     "SELECT rowid FROM " + name + " WHERE " + migrate::quoted_name(column) + " IS NULL"});
        }
        std::string create = table.sql;
        create.replace(wanted->name_begin, wanted->name_end - wanted->name_begin, aside);
        sql = {std::move(create),
               "INSERT INTO " + aside + '(' + columns + ") SELECT " + columns + " FROM " + name,
               "DROP TABLE " + name, "ALTER TABLE " + aside + " RENAME TO " + name};
    }
    add(migrate::StepKind::rebuild_table, table.name, {"it is declared otherwise"}, std::move(sql),
        std::move(conditions));
}

TENANTRY_DECL bool Differ::is_out_of_step(const migrate::TableModel& table,
                                          const migrate::VirtualText& text) const
{
    const auto* content = change_of(*text.content);
    if (content != nullptr && *content && (*content)->rebuild && is_altered(**content, table.sql))
        return true;
    return std::ranges::any_of(wanted_.views, [&](const migrate::ViewModel& view) {
        return view.type == "trigger" && migrate::same_name(view.table, *text.content) &&
               (live_.view(view.name) == nullptr || is_gone(view.name)) &&
               mentions(migrate::sql_tokens(view.sql), table.name);
    });
}

TENANTRY_DECL void Differ::note_references()
{
    auto refers = [this](const migrate::TableModel& table) {
        return std::ranges::any_of(table.text.constraints, [&](const migrate::ConstraintText& constraint) {
            return constraint.kind == migrate::ConstraintKind::foreign_key &&
                   (is_rebuilt(table.name) || is_rebuilt(constraint.table) || is_dropped(constraint.table));
        });
    };
    for (const migrate::TableModel& table : wanted_.tables) {
        const migrate::TableModel* there = live_.table(table.name); // some of its references may be kept
        if (there != nullptr && !table.is_virtual) foretell_references(*there, table);
        if (there != nullptr && (refers(table) || refers(*there)))
            plan_.check_references.push_back(table.name);
    }
    for (const migrate::TableModel& table : live_.tables)
        if (wanted_.table(table.name) == nullptr && !is_dropped(table.name) && refers(table))
            plan_.check_references.push_back(table.name);
}

TENANTRY_DECL void Differ::foretell_references(const migrate::TableModel& there,
                                               const migrate::TableModel& table)
{
    migrate::Step step{migrate::StepKind::check_table, table.name};
    for (const migrate::ConstraintText& c : table.text.constraints) {
        if (c.kind != migrate::ConstraintKind::foreign_key ||
            (!is_rebuilt(table.name) && !is_rebuilt(c.table)))
            continue;
        const bool stays =
            std::ranges::any_of(there.text.constraints, [&](const migrate::ConstraintText& live) {
                return live.kind == c.kind && live.normal == c.normal;
            });
        if (stays)
            step.conditions.push_back(
                {c.text + " refers to a row that is not there",
                 dangling_rows(there, table, c, live_.table(c.table), wanted_.table(c.table)), true});
    }
    if (!step.conditions.empty()) plan_.checks.push_back(std::move(step));
}

} // namespace tenantry::detail

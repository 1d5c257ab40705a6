#pragma once

#include <tenantry/migrate/detail/diff_table.hpp>

namespace tenantry::detail {

TENANTRY_DECL TableChange TableDiff::run()
{
    check_limits();
    if (live_.sql == wanted_.sql) return std::move(change_);
    compare_table();
    find_kept();
    for (const migrate::ColumnText& column : live_.text.columns)
        if (wanted_.column(column.name) == nullptr) not_declared(column);
    compare_constraints();
    for (const migrate::ColumnText& column : wanted_.text.columns)
        if (const migrate::ColumnText* there = live_.column(column.name))
            compare_column(*there, column);
        else
            missing_.push_back(&column);
    const bool can_add =
        std::ranges::all_of(missing_, [this](const migrate::ColumnText* c) { return can_be_added(*c); });
    change_.rebuild = !change_.why.empty() || !can_add;
    if (change_.rebuild)
        rebuild();
    else
        add_columns();
    return std::move(change_);
}

TENANTRY_DECL void TableDiff::compare_table()
{
    auto flag = [this](bool live, bool wanted, std::string_view name) {
        if (live != wanted) differs((wanted ? "becomes " : "is no longer ") + std::string(name));
    };
    flag(live_.text.strict, wanted_.text.strict, "STRICT");
    flag(live_.text.without_rowid, wanted_.text.without_rowid, "WITHOUT ROWID");
    flag(live_.text.autoincrement, wanted_.text.autoincrement, "AUTOINCREMENT");
}

TENANTRY_DECL void TableDiff::find_kept()
{
    if (unknown_ == migrate::Unknown::drop) return;
    for (const migrate::ColumnText& column : live_.text.columns)
        if (wanted_.column(column.name) == nullptr && live_.can_be_left_out(column) &&
            !live_.in_primary_key(column.name))
            kept_.push_back(&column);
    while (std::erase_if(kept_, [this](const migrate::ColumnText* c) { return !can_stay(*c); }) != 0) {}
}

TENANTRY_DECL bool TableDiff::can_stay(const migrate::ColumnText& column) const
{
    if (column.generated == migrate::Computed::no) return true;
    const auto tokens = migrate::sql_tokens(column.expression);
    const bool whole = std::ranges::all_of(live_.text.columns, [&](const migrate::ColumnText& other) {
        return !mentions(tokens, other.name) || wanted_.column(other.name) != nullptr || is_kept(other);
    });
    return whole && detail::never_fails(tokens) &&
           (!column.not_null || detail::is_never_null(tokens, wanted_));
}

TENANTRY_DECL void TableDiff::not_declared(const migrate::ColumnText& column)
{
    if (is_kept(column)) {
        change_.tolerated.push_back(column.name);
        return;
    }
    change_.dropped.push_back(column.name);
    differs(column_said(column) + (unknown_ == migrate::Unknown::drop
                                       ? " is not declared"
                                       : " is not declared, and no row can be written without it"));
    if (column.generated == migrate::Computed::no)
        requires_none(column_said(column) + " holds a value, and is dropped",
                      select_where(migrate::quoted_name(column.name) + " IS NOT NULL"));
}

TENANTRY_DECL void TableDiff::compare_column(const migrate::ColumnText& live,
                                             const migrate::ColumnText& wanted)
{
    const std::string said = column_said(wanted);
    const bool retyped =
        !migrate::same_type(live.type, wanted.type, live_.text.strict || wanted_.text.strict) ||
        (migrate::normal_text(live.type) != migrate::normal_text(wanted.type) &&
         live_.is_rowid(live) != wanted_.is_rowid(wanted));
    if (retyped) change_.altered.push_back(wanted.name);
    if (retyped)
        differs(said + " becomes " + (wanted.type.empty() ? "of no type" : wanted.type) + ", it is " +
                (live.type.empty() ? "of no type" : live.type));
    // What was generated and is not any more is kept as it was last.
    const bool is_kept = wanted.generated == migrate::Computed::no;
    const bool converts = !conversion(live, wanted).expression.empty();
    const bool becomes_rowid = wanted_.is_rowid(wanted) && !live_.is_rowid(live);
    if (is_kept && !converts && !(live_.is_rowid(live) && wanted_.is_rowid(wanted)) &&
        (retyped || becomes_rowid || (wanted_.text.strict && !live_.text.strict))) {
        const std::string misfit =
            migrate::does_not_fit(migrate::quoted_name(live.name), wanted.type, wanted_.text.strict);
        if (!misfit.empty())
            requires_none(said + " holds what is not the same as " + wanted.type, select_where(misfit));
    }
    if (live.meaning != wanted.meaning) compare_meaning(live, wanted);
    const bool was_not_null = live_.not_null(live);
    const bool is_not_null = wanted_.not_null(wanted);
    if (was_not_null != is_not_null || live.not_null_conflict != wanted.not_null_conflict)
        differs(said + (is_not_null ? " becomes NOT NULL" : " may be NULL"));
    if (is_not_null && !was_not_null && !live_.is_rowid(live) && wanted.generated == migrate::Computed::no)
        requires_none(said + " is NULL, and becomes NOT NULL",
                      select_where(migrate::quoted_name(live.name) + " IS NULL"), true);
    if (becomes_rowid && !was_not_null)
        requires_none(said + " is NULL, and would be given a number",
                      select_where(migrate::quoted_name(live.name) + " IS NULL"));
    if (default_text(live) != default_text(wanted)) differs(said + " has another default");
    if (live.collation != wanted.collation) {
        differs(said + " is compared by " + (wanted.collation.empty() ? "binary" : wanted.collation));
        change_.altered.push_back(wanted.name);
    }
    const bool regenerated = live.generated != wanted.generated ||
                             migrate::normal_text(live.expression) != migrate::normal_text(wanted.expression);
    if (wanted.generated != migrate::Computed::no && is_not_null && (regenerated || retyped || !was_not_null))
        change_.conditions.push_back(generated_null(wanted));
    if (regenerated) {
        change_.altered.push_back(wanted.name);
        differs(said + (wanted.generated == migrate::Computed::no ? " is no longer generated"
                                                                  : " is generated otherwise"));
        if (live.generated == migrate::Computed::no)
            requires_none(said + " is not what it would be when generated", not_as_generated(wanted));
    }
}

TENANTRY_DECL void TableDiff::check_limits()
{
    for (const migrate::ColumnText& column : wanted_.text.columns) {
        const migrate::ColumnText* there = column.limits.any() ? live_.column(column.name) : nullptr;
        if (there == nullptr || column.generated != migrate::Computed::no) continue;
        const migrate::Conversion made = conversion(*there, column);
        const std::string value =
            made.expression.empty() ? migrate::quoted_name(there->name) : '(' + made.expression + ')';
        change_.checks.push_back({column_said(column) + " holds a number that its type cannot",
                                  select_where(migrate::beyond(value, column.limits))});
    }
}

TENANTRY_DECL void TableDiff::compare_meaning(const migrate::ColumnText& live,
                                              const migrate::ColumnText& wanted)
{
    const std::string said = column_said(wanted);
    auto meant = [](const std::string& meaning) {
        return meaning.empty() ? std::string("any number") : '\'' + meaning + '\'';
    };
    differs(said + " means " + meant(wanted.meaning) + ", it meant " + meant(live.meaning));
    const migrate::Conversion made = conversion(live, wanted);
    if (!made.expression.empty()) change_.altered.push_back(wanted.name);
    if (!made.refused.empty() && wanted.generated == migrate::Computed::no)
        requires_none(said + " holds what cannot be said as " + meant(wanted.meaning),
                      select_where(made.refused));
}

TENANTRY_DECL std::string TableDiff::not_as_generated(const migrate::ColumnText& wanted) const
{
    const std::string was = migrate::former_name(wanted.name);
    const std::string name = migrate::quoted_name(wanted.name);
    const migrate::Affinity affinity = migrate::affinity_of(wanted.type);
    const std::string is = affinity == migrate::Affinity::text
                               ? "CASE WHEN typeof(" + name + ") IN ('integer', 'real') THEN CAST(" + name +
                                     " AS TEXT) ELSE " + name + " END"
                               : name;
    auto kind = [](const std::string& value) {
        return "replace(typeof(" + value + "), 'real', 'integer')"; // they compare as numbers
    };
    return "SELECT \"_tenantry_key\" FROM " + projection(live_, wanted_) + " WHERE " + kind(was) + " <> " +
           kind(is) + " OR " + was + " IS NOT " + is + " COLLATE BINARY";
}

TENANTRY_DECL migrate::Condition TableDiff::generated_null(const migrate::ColumnText& column) const
{
    return {column_said(column) + " is NULL when it is generated, and is NOT NULL",
            "SELECT \"_tenantry_key\" FROM " + projection(live_, wanted_) + " WHERE " +
                migrate::quoted_name(column.name) + " IS NULL",
            true};
}

TENANTRY_DECL std::string TableDiff::default_text(const migrate::ColumnText& column)
{
    if (!column.default_value) return {};
    const auto tokens = migrate::sql_tokens(*column.default_value);
    std::string text = normal_text(without_parentheses(tokens));
    return text == "null" ? std::string() : text;
}

TENANTRY_DECL bool TableDiff::can_stay(const migrate::ConstraintText& constraint) const
{
    if (unknown_ == migrate::Unknown::drop || constraint.kind == migrate::ConstraintKind::primary_key)
        return false;
    std::vector<const migrate::ColumnText*> about;
    bool all_kept = true;
    for (const migrate::ColumnText& column : live_.text.columns) {
        const bool named = std::ranges::any_of(
            constraint.columns, [&](const std::string& c) { return migrate::same_name(c, column.name); });
        if (!named) continue;
        about.push_back(&column);
        all_kept = all_kept && is_kept(column) && column.generated == migrate::Computed::no;
        if (wanted_.column(column.name) == nullptr && !is_kept(column)) return false;
    }
    switch (constraint.kind) {
    case migrate::ConstraintKind::primary_key: return false;
    case migrate::ConstraintKind::unique: // what is NULL is the same as nothing
        return all_kept && std::ranges::any_of(
                               about, [](const migrate::ColumnText* c) { return default_text(*c).empty(); });
    case migrate::ConstraintKind::check:
        return all_kept && !about.empty() && detail::holds_by_default(constraint.expression, about);
    case migrate::ConstraintKind::foreign_key:
        return unknown_ == migrate::Unknown::adopted && has_target(constraint);
    }
    return false;
}

TENANTRY_DECL bool TableDiff::has_target(const migrate::ConstraintText& constraint) const
{
    const migrate::TableModel* other = wanted_schema_.table(constraint.table);
    if (other == nullptr) return live_schema_.table(constraint.table) != nullptr;
    auto same = [&](const std::vector<std::string>& columns) {
        return columns.size() == constraint.others.size() &&
               std::ranges::all_of(constraint.others, [&](const std::string& wanted) {
                   return std::ranges::any_of(
                       columns, [&](const std::string& c) { return migrate::same_name(c, wanted); });
               });
    };
    return std::ranges::any_of(other->text.constraints,
                               [&](const migrate::ConstraintText& c) {
                                   return (c.kind == migrate::ConstraintKind::primary_key ||
                                           c.kind == migrate::ConstraintKind::unique) &&
                                          same(c.columns);
                               }) ||
           std::ranges::any_of(wanted_schema_.indexes, [&](const migrate::IndexModel& index) {
               std::vector<std::string> columns;
               for (const std::string& part : index.text.parts) {
                   const auto tokens = migrate::sql_tokens(part);
                   columns.push_back(tokens.size() == 1 ? name_of(tokens.front()) : std::string());
               }
               return migrate::same_name(index.table, other->name) && index.text.unique &&
                      index.text.where.empty() && same(columns);
           });
}

TENANTRY_DECL void TableDiff::compare_constraints()
{
    std::vector<bool> found(live_.text.constraints.size());
    for (const migrate::ConstraintText& constraint : wanted_.text.constraints) {
        bool there = false;
        for (std::size_t i = 0; i < found.size() && !there; ++i) {
            const migrate::ConstraintText& live = live_.text.constraints[i];
            there = !found[i] && live.kind == constraint.kind && live.normal == constraint.normal;
            if (there) found[i] = true;
        }
        if (!there) added_.push_back(&constraint);
    }
    for (std::size_t i = 0; i < found.size(); ++i) {
        const migrate::ConstraintText& live = live_.text.constraints[i];
        if (found[i]) continue;
        if (can_stay(live)) {
            kept_constraints_.push_back(&live);
            continue;
        }
        const migrate::ColumnText* at = live.at_column ? &live_.text.columns[*live.at_column] : nullptr;
        if (at == nullptr || wanted_.column(at->name) != nullptr || is_kept(*at))
            differs("no longer " + live.text);
    }
    for (const migrate::ConstraintText* constraint : added_)
        if (!constraint->at_column || !is_new(wanted_.text.columns[*constraint->at_column]))
            differs("new: " + constraint->text);
}

TENANTRY_DECL bool TableDiff::can_be_added(const migrate::ColumnText& column) const
{
    if (column.generated == migrate::Computed::stored) return false;
    bool has_value = false;
    if (column.default_value) {
        const auto tokens = migrate::sql_tokens(*column.default_value);
        using Kind = migrate::SqlToken::Kind;
        const migrate::SqlToken& last = tokens.back();
        const bool literal = last.kind == Kind::number || last.kind == Kind::text ||
                             last.kind == Kind::blob || is_word(last, "true") || is_word(last, "false") ||
                             is_word(last, "null");
        if (!literal) return false;
        has_value = !is_word(last, "null");
    }
    if (column.not_null && !has_value && column.generated == migrate::Computed::no) return false;
    // SQLite 3.40 checks rows of such a table by columns that it mixes up, and then refuses to add one.
    bool is_checked = column.not_null && column.generated != migrate::Computed::no;
    for (const migrate::ConstraintText* constraint : added_) {
        const bool here = constraint->at_column && &wanted_.text.columns[*constraint->at_column] == &column;
        const bool key = constraint->kind == migrate::ConstraintKind::primary_key ||
                         constraint->kind == migrate::ConstraintKind::unique;
        if (here && (key || (constraint->kind == migrate::ConstraintKind::foreign_key && has_value)))
            return false;
        is_checked = is_checked || (here && constraint->kind == migrate::ConstraintKind::check);
    }
    return !is_checked || !live_.text.without_rowid;
}

TENANTRY_DECL void TableDiff::add_columns()
{
    std::vector<const migrate::ColumnText*> left = missing_;
    while (!left.empty()) {
        auto next = std::ranges::find_if(left, [&](const migrate::ColumnText* column) {
            const auto tokens = migrate::sql_tokens(column->expression);
            return std::ranges::none_of(left, [&](const migrate::ColumnText* other) {
                return other != column && mentions(tokens, other->name);
            });
        });
        if (next == left.end()) next = left.begin(); // in a ring: SQLite does not accept that
        add_column(**next);
        left.erase(next);
    }
}

TENANTRY_DECL void TableDiff::add_column(const migrate::ColumnText& column)
{
    migrate::Step step{migrate::StepKind::add_column, wanted_.name + '.' + column.name};
    step.sql.push_back("ALTER TABLE " + migrate::quoted_name(live_.name) + " ADD COLUMN " +
                       definition(column, column.type));
    if (column.generated != migrate::Computed::no && column.not_null)
        step.conditions.push_back(generated_null(column));
    for (const migrate::ConstraintText* constraint : added_)
        if (constraint->kind == migrate::ConstraintKind::check && constraint->at_column &&
            &wanted_.text.columns[*constraint->at_column] == &column)
            step.conditions.push_back(check_condition(*constraint));
    change_.added.push_back(std::move(step));
}

TENANTRY_DECL std::string TableDiff::kept_definition(const migrate::ColumnText& column,
                                                     const std::string& type)
{
    std::string text = migrate::quoted_name(column.name);
    if (!type.empty()) text += ' ' + type;
    if (!type.empty() && !column.meaning.empty()) text += " /* tenantry: " + column.meaning + " */";
    if (column.not_null) text += " NOT NULL";
    if (!column.not_null_conflict.empty()) text += " ON CONFLICT " + column.not_null_conflict;
    if (column.default_value) text += " DEFAULT " + *column.default_value;
    if (!column.collation.empty()) text += " COLLATE " + migrate::quoted_name(column.collation);
    if (column.generated != migrate::Computed::no)
        text +=
            " AS (" + column.expression + (column.generated == migrate::Computed::stored ? ") STORED" : ")");
    return text;
}

TENANTRY_DECL std::string TableDiff::definition(const migrate::ColumnText& column, const std::string& type)
{
    std::string text = migrate::quoted_name(column.name);
    if (!type.empty()) text += ' ' + type;
    if (!type.empty() && !column.meaning.empty()) text += " /* tenantry: " + column.meaning + " */";
    if (!column.constraints.empty()) text += ' ' + column.constraints;
    return text;
}

TENANTRY_DECL void TableDiff::rebuild()
{
    for (const migrate::ColumnText* column : missing_) {
        change_.why.push_back("new: " + column_said(*column));
        const bool has_value = column->default_value && !default_text(*column).empty();
        if (wanted_.not_null(*column) && !has_value && column->generated == migrate::Computed::no)
            requires_none("a value is needed for " + column_said(*column) +
                              ", which is NOT NULL and has no default: declare one, or make it optional",
                          "SELECT " + row_key(live_) + " FROM " + migrate::quoted_name(live_.name), true);
        if (wanted_.not_null(*column) && column->generated != migrate::Computed::no)
            change_.conditions.push_back(generated_null(*column));
    }
    new_constraint_conditions();
    copy_sql();
}

TENANTRY_DECL migrate::Condition TableDiff::check_condition(const migrate::ConstraintText& constraint) const
{
    return {"CHECK (" + constraint.expression + ") is not met",
            "SELECT \"_tenantry_key\" FROM " + projection(live_, wanted_) + " WHERE NOT (" +
                constraint.expression + ')',
            true};
}

TENANTRY_DECL void TableDiff::new_constraint_conditions()
{
    auto is_added = [this](const migrate::ConstraintText& c) {
        return std::ranges::find(added_, &c) != added_.end();
    };
    for (const migrate::ConstraintText& constraint : wanted_.text.constraints) {
        const bool altered = std::ranges::any_of(constraint.columns, [this](const std::string& c) {
            return std::ranges::any_of(change_.altered,
                                       [&](const std::string& a) { return migrate::same_name(c, a); });
        });
        switch (constraint.kind) {
        case migrate::ConstraintKind::primary_key:
        case migrate::ConstraintKind::unique: {
            if (!is_added(constraint) && !altered) break;
            std::vector<std::string> parts;
            parts.reserve(constraint.columns.size());
            for (const std::string& column : constraint.columns)
                parts.push_back(migrate::quoted_name(column));
            requires_none("what " + constraint.text + " makes unique is the same as in another",
                          duplicates(live_, wanted_, parts, {}), true);
            break;
        }
        case migrate::ConstraintKind::check:
            if (is_added(constraint) || altered) change_.conditions.push_back(check_condition(constraint));
            break;
        case migrate::ConstraintKind::foreign_key:
            if (is_added(constraint))
                requires_none(constraint.text + " refers to a row that is not there", dangling(constraint),
                              true);
            break;
        }
    }
}

TENANTRY_DECL std::string TableDiff::listed(const std::vector<std::string>& parts)
{
    std::string list;
    for (const std::string& part : parts) list.append(list.empty() ? "" : ", ").append(part);
    return list;
}

TENANTRY_DECL void TableDiff::copy_sql()
{
    const std::string old_name = migrate::quoted_name(live_.name);
    const std::string aside = migrate::quoted_name("_tenantry_new_" + wanted_.name);
    std::string create = wanted_.sql;
    std::string constraints;
    for (const migrate::ConstraintText* constraint : kept_constraints_)
        constraints += ",\n    " + constraint->text;
    create.insert(wanted_.text.body_end, constraints);
    std::string columns;
    for (const migrate::ColumnText* column : kept_)
        columns += ",\n    " +
                   kept_definition(*column, wanted_.text.strict && !live_.text.strict ? "ANY" : column->type);
    create.insert(wanted_.text.columns_end, columns);
    create.replace(wanted_.text.name_begin, wanted_.text.name_end - wanted_.text.name_begin, aside);

    std::vector<std::string> copied;
    std::vector<std::string> values;
    const bool both_have_rowids = !wanted_.text.without_rowid && !live_.text.without_rowid;
    if (both_have_rowids && !live_.has_rowid_alias() && !wanted_.has_rowid_alias())
        for (const char* rowid : {"rowid", "_rowid_", "oid"})
            if (live_.column(rowid) == nullptr && wanted_.column(rowid) == nullptr) {
                copied.emplace_back(rowid); // others may know the rows by it
                values.emplace_back(rowid);
                break;
            }
    for (const migrate::ColumnText& column : wanted_.text.columns)
        if (const migrate::ColumnText* there = live_.column(column.name);
            there == nullptr && wanted_.is_rowid(column) && !rowid_for(live_, wanted_).empty()) {
            copied.push_back(migrate::quoted_name(column.name)); // the rows keep their numbers
            values.push_back(rowid_for(live_, wanted_));
        } else if (column.generated == migrate::Computed::no && there != nullptr) {
            copied.push_back(migrate::quoted_name(column.name));
            const migrate::Conversion made = conversion(*there, column);
            values.push_back(made.expression.empty() ? copied.back() : made.expression);
        }
    for (const migrate::ColumnText* column : kept_)
        if (column->generated == migrate::Computed::no) {
            copied.push_back(migrate::quoted_name(column->name));
            values.push_back(copied.back());
        }
    const std::string list = listed(copied);

    auto& sql = change_.sql;
    sql.push_back(std::move(create));
    if (live_.text.autoincrement && wanted_.text.autoincrement)
        sql.push_back("INSERT INTO sqlite_sequence(name, seq) SELECT " +
                      migrate::quoted_text("_tenantry_new_" + wanted_.name) +
                      ", seq FROM sqlite_sequence WHERE name = " + migrate::quoted_text(live_.name));
    if (list.empty())
        requires_none("there is any (no column stays)", "SELECT " + row_key(live_) + " FROM " + old_name);
    else
        sql.push_back("INSERT INTO " + aside + '(' + list + ") SELECT " + listed(values) + " FROM " +
                      old_name);
    sql.push_back("DROP TABLE " + old_name);
    sql.push_back("ALTER TABLE " + aside + " RENAME TO " + migrate::quoted_name(wanted_.name));
}

} // namespace tenantry::detail

#pragma once

#include <tenantry/migrate/next_revision.hpp>

namespace tenantry {

TENANTRY_DECL std::string Draft::to_sql() const
{
    std::string text = "-- Revision " + std::to_string(number) + ": " + name + '\n';
    if (plan.rebuilds()) text += "-- tenantry: rebuilds tables\n";
    for (const migrate::Step& step : plan.steps) {
        text += "\n-- " + step.title();
        for (std::size_t i = 0; i < step.why.size(); ++i)
            text += (i == 0 ? ": " : "; ") + one_line(step.why[i]);
        text += '\n';
        for (const migrate::Condition& condition : step.conditions)
            text += std::string("-- ") + (condition.enforced ? "FAILS" : "LOSES DATA") +
                    " if there is a row where " + one_line(condition.what) + '\n';
        for (const std::string& sql : step.sql) text += sql + ";\n";
    }
    return text +
           "\n-- Data: what is to be filled in, split or rewritten goes between or after the steps above.\n";
}

TENANTRY_DECL std::string Draft::to_header() const
{
    const std::string sql = to_sql();
    std::string mark = "sql";
    while (sql.find(')' + mark + '"') != std::string::npos) mark += '_';
    const std::string n = std::to_string(number);
    std::string literal = name;
    for (std::size_t at = 0; (at = literal.find_first_of("\\\"", at)) != std::string::npos; at += 2)
        literal.insert(at, 1, '\\');
    return "// Revision " + n + " of the schema: " + name +
           ".\n// Frozen: once a tenant has run it, changes go into the next one.\n#pragma once\n\n"
           "#include <tenantry/migrate/history.hpp>\n\n"
           "inline tenantry::Revision revision_" +
           n +
           "()\n{\n    // A step in C++ can follow the SQL: [](tenantry::sqlite::Connection& db) -> "
           "tenantry::Result<void> { ... }\n    return tenantry::revision(" +
           n + ", \"" + literal + "\", R\"" + mark + "(" + sql + ")" + mark + "\");\n}\n";
}

TENANTRY_DECL std::string Draft::file_stem() const
{
    std::string digits = std::to_string(number);
    if (digits.size() < 4) digits.insert(0, 4 - digits.size(), '0');
    std::string stem = digits + '_';
    for (const char c : name) stem += detail::is_name_character(c) && c != '$' ? c : '_';
    return stem;
}

TENANTRY_DECL std::string Draft::one_line(std::string text)
{
    for (char& c : text)
        if (c == '\n' || c == '\r') c = ' ';
    return text;
}

} // namespace tenantry

namespace tenantry::migrate {

TENANTRY_DECL Result<Plan> plan_after(const History& history, const SchemaModel& wanted,
                                      std::span<const Rename> renames, const sqlite::Functions& functions,
                                      bool rebuilds)
{
    auto memory = history.replay({}, functions);
    if (!memory) return fail(std::move(memory).error());
    std::optional<RebuildMode> mode;
    if (rebuilds) mode.emplace(*memory);
    std::vector<Step> steps;
    for (const Rename& rename : renames) {
        const bool table = rename.column.empty();
        Step step{table ? StepKind::rename_table : StepKind::rename_column,
                  (table ? rename.table : rename.table + '.' + rename.column) + " to " + rename.to};
        step.sql.push_back("ALTER TABLE " + quoted_name(rename.table) + " RENAME " +
                           (table ? std::string() : "COLUMN " + quoted_name(rename.column) + ' ') + "TO " +
                           quoted_name(rename.to));
        if (auto done = memory->execute(step.sql.front()); !done)
            return fail(migration_error(std::move(done).error(), step.title()));
        steps.push_back(std::move(step));
    }
    auto live = introspect(*memory);
    if (!live) return fail(std::move(live).error());
    Plan plan = diff(*live, wanted, Unknown::drop);
    plan.steps.insert(plan.steps.begin(), std::make_move_iterator(steps.begin()),
                      std::make_move_iterator(steps.end()));
    return plan;
}

} // namespace tenantry::migrate

namespace tenantry {

TENANTRY_DECL Result<Draft> next_revision(const SchemaInfo& declared, const History& history,
                                          std::string_view name, std::span<const Rename> renames,
                                          const sqlite::Functions& functions)
{
    using namespace migrate;
    auto wanted = declared_model(declared, functions);
    if (!wanted) return fail(std::move(wanted).error());
    auto plan = plan_after(history, *wanted, renames, functions, false);
    if (plan && plan->rebuilds() && !renames.empty())
        plan = plan_after(history, *wanted, renames, functions, true);
    if (!plan) return fail(std::move(plan).error());
    if (!plan->problems.empty()) return fail(errc::migration_failed, to_string(*plan));
    Draft draft{.name = std::string(name), .plan = std::move(*plan)};
    draft.number = history.revisions().empty() ? 1 : history.revisions().back().number + 1;
    return draft;
}

TENANTRY_DECL Result<Revision> read_revision(const std::filesystem::path& path)
{
    const std::string stem = path.stem().string();
    std::size_t digits = 0;
    while (digits < stem.size() && detail::is_digit(stem[digits])) ++digits;
    if (digits == 0 || digits > 18 || digits + 1 >= stem.size() || stem[digits] != '_')
        return fail(errc::invalid_argument,
                    "'" + path.string() + "' is not named as a revision is: 0007_split_name.sql");
    constexpr std::size_t longest = std::size_t{16} << 20;
    auto contents = tenantry::detail::read_small_file(path, longest);
    if (!contents) return fail(std::move(contents).error());
    if (contents->missing) return fail(errc::io_error, "there is no file '" + path.string() + '\'');
    return revision(std::stoll(stem.substr(0, digits)), stem.substr(digits + 1), contents->text);
}

} // namespace tenantry

#pragma once

#include <tenantry/migrate/detail/harmless.hpp>

namespace tenantry::detail {

TENANTRY_DECL bool never_fails(migrate::SqlTokens tokens)
{
    static constexpr std::string_view known[] = {
        "lower", "upper", "length", "coalesce", "ifnull", "nullif", "trim", "ltrim", "rtrim", "substr",
        "substring", "instr", "hex", "quote", "unicode", "typeof", "min", "max", "iif", "round", "date",
        "time", "datetime", "julianday", "unixepoch", "strftime", "cast", "likely", "unlikely", "sign",
        // no functions
        "in", "and", "or", "not", "between", "when", "then", "else", "case", "like", "glob", "as", "is", "on",
        "into", "where", "values", "check"};
    for (std::size_t i = 0; i + 1 < tokens.size(); ++i) {
        if (tokens[i].kind != migrate::SqlToken::Kind::word &&
            tokens[i].kind != migrate::SqlToken::Kind::quoted)
            continue;
        if (!is_sign(tokens[i + 1], "(")) continue;
        if (std::ranges::find(known, std::string_view(tokens[i].value)) == std::end(known)) return false;
    }
    return true;
}

TENANTRY_DECL bool is_never_null(migrate::SqlTokens tokens, const migrate::TableModel& declared)
{
    return std::ranges::all_of(tokens, [&](const migrate::SqlToken& token) {
        using Kind = migrate::SqlToken::Kind;
        if (token.kind == Kind::number || token.kind == Kind::text) return true;
        if (token.kind == Kind::sign)
            return std::ranges::any_of(std::initializer_list<std::string_view>{"+", "-", "*", "||", "(", ")"},
                                       [&](std::string_view sign) { return token.value == sign; });
        const migrate::ColumnText* column = declared.column(token.value);
        return column != nullptr && column->generated == migrate::Computed::no &&
               (declared.not_null(*column) || declared.is_rowid(*column)) &&
               (migrate::same_name(column->type, "integer") || migrate::same_name(column->type, "text"));
    });
}

TENANTRY_DECL bool holds_by_default(std::string_view expression,
                                    const std::vector<const migrate::ColumnText*>& columns)
{
    std::string sql;
    for (const migrate::ColumnText* column : columns) {
        sql += (sql.empty() ? "CREATE TABLE t (" : ", ") + migrate::quoted_name(column->name) + ' ' +
               column->type;
        if (column->default_value) sql += " DEFAULT " + *column->default_value;
        if (!column->collation.empty()) sql += " COLLATE " + migrate::quoted_name(column->collation);
    }
    auto memory = sqlite::Connection::open_memory();
    if (!memory || !memory->execute(sql + "); INSERT INTO t DEFAULT VALUES")) return false;
    const std::string asked = "SELECT ifnull((" + std::string(expression) + ") <> 0, 1) FROM t";
    auto holds = memory->query_integer(asked.c_str());
    return holds && *holds != 0;
}

TENANTRY_DECL bool TriggerReader::is_harmless() const
{
    const auto begin =
        std::ranges::find_if(tokens_, [](const migrate::SqlToken& t) { return is_word(t, "begin"); });
    if (begin == tokens_.end() || !never_fails(without_target())) return false;
    migrate::SqlTokens body(tokens_);
    body = body.subspan(static_cast<std::size_t>(begin - tokens_.begin()) + 1);
    std::size_t first = 0;
    for (std::size_t i = 0; i < body.size(); ++i) {
        if (!is_sign(body[i], ";")) continue;
        if (!statement(body.subspan(first, i - first))) return false;
        first = i + 1;
    }
    // Nothing is read from tables.
    return std::ranges::none_of(tokens_, [](const migrate::SqlToken& t) {
        return is_word(t, "from") || is_word(t, "raise") || is_word(t, "instead");
    });
}

TENANTRY_DECL std::vector<migrate::SqlToken> TriggerReader::without_target() const
{
    std::vector<migrate::SqlToken> rest;
    for (std::size_t i = 0; i < tokens_.size(); ++i)
        if (i == 0 || !is_word(tokens_[i - 1], "into")) rest.push_back(tokens_[i]);
    return rest;
}

TENANTRY_DECL bool TriggerReader::statement(migrate::SqlTokens tokens) const
{
    if (tokens.empty()) return false;
    if (is_word(tokens[0], "select")) return true;
    if (tokens.size() < 4 || !is_word(tokens[0], "insert") || !is_word(tokens[1], "into")) return false;
    const migrate::TableModel* target = live_.table(name_of(tokens[2]));
    if (target == nullptr || wanted_.table(target->name) != nullptr) return false;
    if (target->has_rowid_alias()) {
        const migrate::SqlTokens columns = is_sign(tokens[3], "(") ? tokens.subspan(3) : migrate::SqlTokens();
        const migrate::SqlTokens list = columns.first(group_size(columns));
        if (list.empty() || mentions(list, target->primary_key()->columns.front())) return false;
    }
    return takes_every_row(*target);
}

TENANTRY_DECL bool TriggerReader::takes_every_row(const migrate::TableModel& table) const
{
    if (table.is_virtual || table.text.strict || table.text.without_rowid) return false;
    return std::ranges::all_of(table.text.constraints,
                               [&](const migrate::ConstraintText& c) {
                                   return c.kind == migrate::ConstraintKind::primary_key &&
                                          table.has_rowid_alias();
                               }) &&
           std::ranges::all_of(table.text.columns,
                               [&](const migrate::ColumnText& c) {
                                   return c.generated == migrate::Computed::no &&
                                          (!table.not_null(c) || table.is_rowid(c));
                               }) &&
           std::ranges::none_of(live_.indexes,
                                [&](const migrate::IndexModel& i) {
                                    return migrate::same_name(i.table, table.name) &&
                                           (i.text.unique || !never_fails(migrate::sql_tokens(i.sql)));
                                }) &&
           std::ranges::none_of(live_.views, [&](const migrate::ViewModel& v) {
               return v.type == "trigger" && migrate::same_name(v.table, table.name);
           });
}

} // namespace tenantry::detail

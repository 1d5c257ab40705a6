#pragma once

#include <tenantry/migrate/detail/table_text.hpp>

namespace tenantry::migrate {

TENANTRY_DECL std::optional<TableText> TableParser::parse()
{
    if (!word("create")) return std::nullopt;
    if (!word("temp")) word("temporary");
    if (!word("table")) return std::nullopt;
    if (word("if") && !(word("not") && word("exists"))) return std::nullopt;
    if (!name_here()) return std::nullopt;
    if (at_ + 1 < tokens_.size() && is_sign(tokens_[at_ + 1], ".")) at_ += 2;
    if (!name_here()) return std::nullopt;
    table_.name = name_of(tokens_[at_]);
    table_.name_begin = tokens_[at_].begin;
    table_.name_end = tokens_[at_].end;
    ++at_;
    if (!sign("(")) return std::nullopt;
    while (ok_ && !here_sign(")")) {
        if (at_ >= tokens_.size()) return std::nullopt;
        const std::size_t first = at_;
        if (begins_table_constraint())
            note_place(first, [this] { table_constraint(); });
        else
            column();
        sign(","); // between constraints it may be missing
    }
    if (!ok_) return std::nullopt;
    table_.body_end = tokens_[at_].begin;
    ++at_;
    while (at_ < tokens_.size()) {
        if (word("strict"))
            table_.strict = true;
        else if (word("without") && word("rowid"))
            table_.without_rowid = true;
        else if (!sign(","))
            return std::nullopt;
    }
    return std::move(table_);
}

TENANTRY_DECL bool TableParser::word(std::string_view text)
{
    if (!here(text)) return false;
    ++at_;
    return true;
}

TENANTRY_DECL bool TableParser::sign(std::string_view text)
{
    if (!here_sign(text)) return false;
    ++at_;
    return true;
}

TENANTRY_DECL std::string TableParser::name()
{
    if (!name_here()) {
        ok_ = false;
        return {};
    }
    return name_of(tokens_[at_++]);
}

TENANTRY_DECL SqlTokens TableParser::group()
{
    if (!here_sign("(")) {
        ok_ = false;
        return {};
    }
    const auto size = group_size(SqlTokens(tokens_).subspan(at_));
    at_ += size;
    return SqlTokens(tokens_).subspan(at_ - size, size);
}

TENANTRY_DECL bool TableParser::begins_column_constraint() const
{
    for (const std::string_view first : {"constraint", "primary", "not", "null", "unique", "check", "default",
                                         "collate", "references", "generated", "as"})
        if (here(first)) return true;
    return false;
}

TENANTRY_DECL std::string TableParser::conflict()
{
    if (!here("on") || !after(1, "conflict")) return {};
    at_ += 2;
    return name();
}

TENANTRY_DECL void TableParser::column()
{
    ColumnText column;
    column.name = name();
    const std::size_t type = at_;
    while (ok_ && at_ < tokens_.size() && !begins_column_constraint() && !here_sign(",") && !here_sign(")"))
        here_sign("(") ? static_cast<void>(group()) : static_cast<void>(++at_);
    column.type = written_since(type);
    if (at_ > type && at_ < tokens_.size())
        column.meaning =
            meaning_in(sql_.substr(tokens_[at_ - 1].end, tokens_[at_].begin - tokens_[at_ - 1].end));
    const std::size_t constraints = at_;
    while (ok_ && begins_column_constraint()) note_place(at_, [&] { column_constraint(column); });
    if (!ok_) return;
    column.constraints = written_since(constraints);
    table_.columns_end = tokens_[at_ - 1].end;
    // What its numbers mean stays with it.
    if (constraints == at_ && !column.meaning.empty())
        table_.columns_end = sql_.find(" */", table_.columns_end) + 3;
    table_.columns.push_back(std::move(column));
}

TENANTRY_DECL std::string TableParser::meaning_in(std::string_view space)
{
    constexpr std::string_view begin = "/* tenantry: ";
    const auto at = space.find(begin);
    const auto end = space.find(" */", at);
    if (at == std::string_view::npos || end == std::string_view::npos) return {};
    return std::string(space.substr(at + begin.size(), end - at - begin.size()));
}

TENANTRY_DECL void TableParser::column_constraint(ColumnText& column)
{
    const std::size_t index = table_.columns.size();
    if (word("constraint")) {
        name();
        if (!begins_column_constraint()) return; // a name of nothing, which SQLite accepts
    }
    if (word("primary")) {
        ok_ = ok_ && word("key");
        const bool descending = word("desc");
        if (!descending) word("asc");
        const std::string how = conflict();
        if (word("autoincrement")) table_.autoincrement = true;
        key(ConstraintKind::primary_key, {column.name},
            lowered(quoted_name(column.name)) + (descending ? " desc" : ""),
            quoted_name(column.name) + (descending ? " DESC" : ""), how, index);
    } else if (word("not")) {
        ok_ = ok_ && word("null");
        column.not_null = true;
        column.not_null_conflict = lowered(conflict());
    } else if (word("null")) {
        conflict();
    } else if (word("unique")) {
        const std::string how = conflict();
        key(ConstraintKind::unique, {column.name}, lowered(quoted_name(column.name)),
            quoted_name(column.name), how, index);
    } else if (word("check")) {
        check(index);
    } else if (word("default")) {
        const std::size_t begin = at_;
        if (here_sign("("))
            group();
        else {
            if (!sign("-")) sign("+");
            ++at_;
        }
        column.default_value = written_since(begin);
    } else if (word("collate")) {
        column.collation = lowered(name());
        if (column.collation == "binary") column.collation.clear();
    } else if (here("references")) {
        reference({column.name}, index);
    } else {
        if (word("generated")) ok_ = ok_ && word("always");
        ok_ = ok_ && word("as");
        column.expression = std::string(written(sql_, without_parentheses(group())));
        column.generated = Computed::in_memory;
        if (word("stored")) column.generated = Computed::stored;
        word("virtual");
    }
}

TENANTRY_DECL void TableParser::table_constraint()
{
    if (word("constraint")) {
        name();
        if (!begins_table_constraint()) return;
    }
    if (word("primary")) {
        ok_ = ok_ && word("key");
        key_list(ConstraintKind::primary_key);
    } else if (word("unique")) {
        key_list(ConstraintKind::unique);
    } else if (word("check")) {
        check(std::nullopt);
    } else if (word("foreign")) {
        ok_ = ok_ && word("key");
        reference(names(group()), std::nullopt);
    }
}

TENANTRY_DECL std::vector<std::string> TableParser::names(SqlTokens list)
{
    std::vector<std::string> result;
    bool expected = true;
    for (const SqlToken& token : list) {
        if (is_sign(token, "(") || is_sign(token, ",")) {
            expected = true;
        } else if (expected && is_name(token)) {
            result.push_back(name_of(token));
            expected = false;
        }
    }
    return result;
}

TENANTRY_DECL void TableParser::key_list(ConstraintKind kind)
{
    SqlTokens list = group();
    if (list.size() < 3) {
        ok_ = false;
        return;
    }
    list = list.subspan(1, list.size() - 2);
    if (is_word(list.back(), "autoincrement")) {
        table_.autoincrement = true;
        list = list.first(list.size() - 1);
    }
    std::string normal;
    bool expected = true;
    for (const SqlToken& token : list) {
        if (is_word(token, "asc") && !expected) continue;
        const bool is_column = expected && is_name(token);
        expected = is_sign(token, ",");
        if (!normal.empty() && !expected) normal += ' ';
        normal += is_column ? lowered(quoted_name(name_of(token))) : token.value;
    }
    const std::string how = conflict();
    key(kind, names(list), std::move(normal), std::string(written(sql_, list)), how, std::nullopt);
}

TENANTRY_DECL void TableParser::key(ConstraintKind kind, std::vector<std::string> columns, std::string normal,
                                    const std::string& text, const std::string& how,
                                    std::optional<std::size_t> at_column)
{
    const std::string_view head = kind == ConstraintKind::primary_key ? "PRIMARY KEY (" : "UNIQUE (";
    ConstraintText constraint{
        .kind = kind, .normal = std::move(normal), .text = {}, .columns = std::move(columns)};
    constraint.text.append(head).append(text) += ')';
    if (!how.empty()) {
        constraint.normal += " on conflict " + lowered(how);
        constraint.text += " ON CONFLICT " + how;
    }
    constraint.at_column = at_column;
    table_.constraints.push_back(std::move(constraint));
}

TENANTRY_DECL void TableParser::check(std::optional<std::size_t> at_column)
{
    const SqlTokens expression = without_parentheses(group());
    ConstraintText constraint{
        .kind = ConstraintKind::check, .normal = normal_text(expression), .text = {}, .columns = {}};
    constraint.expression = written(sql_, expression);
    constraint.text = "CHECK (" + constraint.expression + ')';
    for (const SqlToken& token : expression)
        if (is_name(token))
            constraint.columns.push_back(token.value); // and more; a search for a column finds it
    constraint.at_column = at_column;
    conflict(); // of no effect on a CHECK
    table_.constraints.push_back(std::move(constraint));
}

TENANTRY_DECL void TableParser::reference(std::vector<std::string> columns,
                                          std::optional<std::size_t> at_column)
{
    const std::size_t begin = at_;
    ok_ = ok_ && word("references");
    ConstraintText constraint{
        .kind = ConstraintKind::foreign_key, .normal = {}, .text = {}, .columns = std::move(columns)};
    constraint.table = name();
    if (here_sign("(")) constraint.others = names(group());
    std::string on_delete = "no action";
    std::string on_update = "no action";
    bool deferred = false;
    auto action = [this] {
        std::string first = lowered(name());
        return first == "set" || first == "no" ? first + ' ' + lowered(name()) : first;
    };
    for (;;) {
        if (here("on") && (after(1, "delete") || after(1, "update"))) {
            std::string& which = after(1, "delete") ? on_delete : on_update;
            at_ += 2;
            which = action();
        } else if (word("match")) {
            name(); // SQLite ignores it
        } else if (here("deferrable") || (here("not") && after(1, "deferrable"))) {
            const bool immediate = word("not");
            word("deferrable");
            if (word("initially")) {
                const bool late = word("deferred");
                if (!late) word("immediate");
                deferred = late && !immediate;
            }
        } else {
            break;
        }
    }
    constraint.normal = lowered(quoted_names(constraint.columns)) + " references " +
                        lowered(quoted_name(constraint.table)) + " (" +
                        lowered(quoted_names(constraint.others)) + ") on delete " + on_delete +
                        " on update " + on_update + (deferred ? " deferred" : "");
    constraint.text = "FOREIGN KEY (" + quoted_names(constraint.columns) + ") " + written_since(begin);
    constraint.at_column = at_column;
    table_.constraints.push_back(std::move(constraint));
}

} // namespace tenantry::migrate

// A declaration made of SQL at run time, for tests of migrations that try many.
#pragma once

#include <cstdint>
#include <functional>
#include <list>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>

#include "support/must.hpp"

namespace tenantry::test {

class Declaration {
public:
    /// What the type of a column can hold, which no SQL says.
    struct Limit {
        std::string table;
        std::string column;
        sqlite::ValueLimits limits;
    };
    using Limits = std::vector<Limit>;

    explicit Declaration(const std::vector<std::string>& statements, const Limits& limits = {},
                         bool needs_trust = true)
    {
        sqlite::Profile profile;
        profile.foreign_keys = false;
        profile.trusted_schema = true;
        sqlite::Connection memory = must(sqlite::Connection::open_memory(profile));
        std::uint32_t hash = 17;
        auto add = [&hash](std::string_view text) {
            hash =
                (hash * 31U + static_cast<std::uint32_t>(std::hash<std::string_view>()(text))) & 0x3fffffffU;
        };
        for (const std::string& sql : statements) {
            must(memory.execute(sql));
            add(sql);
        }
        for (const Limit& limit : limits)
            add(limit.table + '.' + limit.column + std::to_string(limit.limits.least) +
                std::to_string(limit.limits.most) + (limit.limits.single ? "f" : ""));
        const sqlite::Privileged gate(memory);
        auto rows = must(
            memory.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL"
                           " AND name NOT LIKE 'sqlite%' AND name NOT IN (SELECT name FROM"
                           " pragma_table_list WHERE type = 'shadow') ORDER BY type = 'trigger', rowid"));
        while (must(rows.step())) {
            const auto keep = [&](int column) -> std::string_view {
                return texts_.emplace_back(rows.text(column));
            };
            objects_.push_back({keep(0), keep(1), keep(2), keep(3), {}});
            std::vector<ColumnInfo>& columns = columns_.emplace_back();
            for (const Limit& limit : limits)
                if (objects_.back().type == "table" && limit.table == objects_.back().name)
                    columns.push_back({texts_.emplace_back(limit.column), "", false, limit.limits});
            objects_.back().columns = columns;
        }
        info_ = {objects_, static_cast<std::int32_t>(hash) + 1, needs_trust};
    }
    Declaration(const Declaration&) = delete;
    Declaration& operator=(const Declaration&) = delete;

    [[nodiscard]] const SchemaInfo& info() const noexcept { return info_; }

private:
    std::list<std::string> texts_;
    std::list<std::vector<ColumnInfo>> columns_;
    std::vector<SchemaObject> objects_;
    SchemaInfo info_{};
};

} // namespace tenantry::test

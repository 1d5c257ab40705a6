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

#include "support/must.hpp"

namespace tenantry::test {

class Declaration {
public:
    explicit Declaration(const std::vector<std::string>& statements)
    {
        sqlite::Profile profile;
        profile.foreign_keys = false;
        profile.trusted_schema = true;
        sqlite::Connection memory = must(sqlite::Connection::open_memory(profile));
        std::int32_t hash = 17;
        for (const std::string& sql : statements) {
            must(memory.execute(sql));
            hash = static_cast<std::int32_t>(
                (static_cast<std::uint32_t>(hash) * 31U + std::hash<std::string>()(sql)) & 0x3fffffffU);
        }
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
        }
        info_ = {objects_, hash + 1, true};
    }
    Declaration(const Declaration&) = delete;
    Declaration& operator=(const Declaration&) = delete;

    [[nodiscard]] const SchemaInfo& info() const noexcept { return info_; }

private:
    std::list<std::string> texts_;
    std::vector<SchemaObject> objects_;
    SchemaInfo info_{};
};

} // namespace tenantry::test

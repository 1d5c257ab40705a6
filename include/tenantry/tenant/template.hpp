// The empty database of a schema, as bytes: what new tenants are made of.
#pragma once

#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/files.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/tenant/directory.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Makes tenants at the speed of writing a file. The first one is made by the statements, and its database kept as bytes
/// before anything of its own is in it: what is there is the same for every tenant (tables, application id, the mark of the
/// schema, the ledger). So a program that makes one tenant pays for no other, and the second one is fast already. The bytes
/// are some pages for each table, and are kept for good. Thread-safe.
class TenantTemplate {
public:
    TenantTemplate(const SchemaInfo& schema, const TenantOptions& options)
        : schema_(schema), options_(options)
    {}

    /// As `create_directory`.
    [[nodiscard]] Result<void> create(const std::filesystem::path& staging, const Place& place)
    {
        StagedDirectory staged(staging, place.name);
        if (auto begun = staged.begin(); !begun) return begun;
        auto bytes = bytes_or_build(staged.database());
        if (!bytes) return fail(std::move(bytes).error());
        auto made = *bytes ? staged.write_database(**bytes) : staged.adopt_database();
        if (!made) return made;
        return staged.move_to(place);
    }

private:
    using Bytes = std::shared_ptr<const std::string>;

    // The bytes; nullptr: there were none, and a database was built at `path`.
    [[nodiscard]] Result<Bytes> bytes_or_build(const std::filesystem::path& path)
    {
        const std::lock_guard lock(mutex_);
        if (bytes_) return bytes_;
        if (auto built = build_database(path, schema_, options_); !built)
            return fail(std::move(built).error());
        // It is in nobody's hands yet or any more: here a database may be read as a file.
        std::error_code error;
        const auto size = std::filesystem::file_size(path, error);
        if (error) return fail(system_error(error.value(), "asking for the size of", path));
        auto contents = read_small_file(path, static_cast<std::size_t>(size));
        if (!contents) return fail(std::move(contents).error());
        bytes_ = std::make_shared<const std::string>(std::move(contents->text));
        return Bytes();
    }

    const SchemaInfo& schema_;
    const TenantOptions& options_;
    std::mutex mutex_;
    Bytes bytes_; // null until the first one was built
};

} // namespace tenantry::detail

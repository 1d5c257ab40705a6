// The empty database of a schema, as bytes: what new tenants are made of.
#pragma once

#include <atomic>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>
#include <system_error>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/core/files.hpp>
#include <tenantry/core/random.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/tenant/directory.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Makes tenants at the speed of writing a file. The first few are made by the statements: many programs make no more,
/// and the bytes are kept for good. What is in them is the same for every tenant: tables, application id, the mark of the schema, the ledger. Thread-safe.
class TenantTemplate {
public:
    TenantTemplate(const SchemaInfo& schema, const TenantOptions& options)
        : schema_(schema), options_(options)
    {}

    /// So many are made by the statements.
    static constexpr int few = 4;

    /// As `create_directory`.
    [[nodiscard]] Result<void> create(const std::filesystem::path& staging,
                                      const std::filesystem::path& place)
    {
        if (made_.load(std::memory_order_relaxed) < few) {
            auto made = create_directory(staging, place, schema_, options_);
            if (made) made_.fetch_add(1, std::memory_order_relaxed);
            return made;
        }
        const auto bytes = database(staging);
        if (!bytes) return fail(bytes.error());
        StagedDirectory staged(staging / hex(random_number()));
        if (auto made = make_private_directory(staged.path()); !made) return fail(std::move(made).error());
        if (auto written = write_new_file(staged.path() / database_file, **bytes); !written) return written;
        return place_directory(staged, place);
    }

private:
    using Bytes = std::shared_ptr<const std::string>;

    [[nodiscard]] Result<Bytes> database(const std::filesystem::path& staging)
    {
        const std::lock_guard lock(mutex_);
        if (bytes_) return bytes_;
        StagedDirectory staged(staging / hex(random_number()));
        if (auto made = make_private_directory(staged.path()); !made) return fail(std::move(made).error());
        const auto path = staged.path() / database_file;
        if (auto built = build_database(path, schema_, options_); !built)
            return fail(std::move(built).error());
        // It is in nobody's hands yet or any more: here a database may be read as a file.
        std::error_code error;
        const auto size = std::filesystem::file_size(path, error);
        if (error) return fail(system_error(error.value(), "asking for the size of", path));
        auto contents = read_small_file(path, static_cast<std::size_t>(size));
        if (!contents) return fail(std::move(contents).error());
        bytes_ = std::make_shared<const std::string>(std::move(contents->text));
        return bytes_;
    }

    const SchemaInfo& schema_;
    const TenantOptions& options_;
    std::atomic<int> made_{0}; // by the statements
    std::mutex mutex_;
    Bytes bytes_; // null until somebody needs it
};

} // namespace tenantry::detail

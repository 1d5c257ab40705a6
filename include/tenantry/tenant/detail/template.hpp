// The empty database of a schema, as bytes: what new tenants are made of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// Makes tenants at the speed of writing a file. The first one is made by the statements, and its database kept as bytes
/// before anything of its own is in it but its incarnation: all else is the same for every tenant (tables, application id,
/// the mark of the schema, the ledger), and the incarnation is written over for each. A database has it in two places, in the
/// row of its identity and mixed into `user_version`, and its pages have no checksums. So a program that makes one tenant
/// pays for no other, and the second one is fast already. The bytes are some pages for each table, and are kept for good.
/// Thread-safe.
class TenantTemplate {
public:
    TenantTemplate(const SchemaInfo& schema, const TenantOptions& options)
        : schema_(schema), options_(options)
    {}

    /// As `create_directory`.
    [[nodiscard]] Result<void> create(const std::filesystem::path& staging, const Place& place);

private:
    struct Pattern {
        std::string bytes;
        std::size_t incarnation_at = 0; // its digits
        std::int64_t mark = 0;
    };
    using PatternPtr = std::shared_ptr<const Pattern>;

    // https://sqlite.org/fileformat2.html#the_database_header: four bytes, the highest first.
    static constexpr std::size_t user_version_at = 60;
    static constexpr std::size_t user_version_size = 4;

    // nullptr: there was none, and a database was built.
    [[nodiscard]] Result<PatternPtr> pattern_or_build(const StagedDirectory& staged);

    [[nodiscard]] Result<PatternPtr> pattern_of(std::string bytes, std::uint64_t incarnation) const;
    [[nodiscard]] static std::string kept_mark(std::int64_t mark, std::uint64_t incarnation);
    [[nodiscard]] static Result<void> write(StagedDirectory& staged, const Pattern& pattern);

    const SchemaInfo& schema_;
    const TenantOptions& options_;
    std::mutex mutex_;
    PatternPtr pattern_; // null until the first one was built
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/template.ipp>
#endif

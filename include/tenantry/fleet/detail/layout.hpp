// Where a fleet's tenants lie on disk, and the manifest that says so.
//
//     <root>/tenantry.manifest
//     <root>/tenantry.lock    see RootLock
//     <root>/tenants/<shard>/<id>/main.db, tenant.state
//     <root>/staging/    tenants being built
//     <root>/trash/      tenants being removed
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/random.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/fleet/options.hpp>
#include <tenantry/tenant/detail/directory.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// The paths of one fleet. A value; thread-safe.
class Layout {
public:
    /// Makes the root where there is none, and checks the manifest where there is one:
    /// `errc::manifest_mismatch` if the root was made with other choices, `errc::no_such_fleet` if there is none and
    /// none is to be made. The root is made canonical here, once: SQLite then refuses every symbolic link below.
    /// `schema`: the name of the fleet's schema, where it has one. The manifest knows it from then on, unless the options say that
    /// the root is shared; another one is `errc::manifest_mismatch`.
    [[nodiscard]] static Result<Layout> open(const std::filesystem::path& root, const FleetOptions& options,
                                             std::string_view schema = {});

    [[nodiscard]] const std::filesystem::path& root() const noexcept { return root_; }
    [[nodiscard]] const std::filesystem::path& staging() const noexcept { return staging_; }
    [[nodiscard]] const std::filesystem::path& trash() const noexcept { return trash_; }

    /// The tenant's directory, whether it exists or not.
    [[nodiscard]] std::filesystem::path directory(const TenantId& id) const
    {
        return rule_ == ShardRule::flat ? tenants_ / id.view() : tenants_ / shard(id.view()) / id.view();
    }

    /// Where a new tenant goes, in a shard that is made if there is none. The shard is durable when it returns, also where
    /// somebody else has just made it. `errc::io_error`, and nothing is made, where SQLite could not open a database there.
    [[nodiscard]] Result<Place> prepare(const TenantId& id) const;

    /// Every tenant there is, sorted. Looks at names only: no database is opened.
    [[nodiscard]] Result<std::vector<TenantId>> tenants() const;

private:
    static constexpr std::string_view manifest_file = "tenantry.manifest";

    Layout(std::filesystem::path root, ShardRule rule)
        : root_(std::move(root)),
          tenants_(root_ / "tenants"),
          staging_(root_ / "staging"),
          trash_(root_ / "trash"),
          rule_(rule)
    {}

    // With what is missing of the way to it. Durable where the directories it is made in may be read: others cannot be synced.
    [[nodiscard]] static Result<void> make_root(const std::filesystem::path& root);

    // "data/" and "data/." are "data": their parent is not what the root is made in.
    static std::filesystem::path last_named(std::filesystem::path path);

    // Not a file somebody has left, and no symbolic link.
    static bool is_own_directory(const std::filesystem::directory_entry& entry) noexcept;

    // The first two hexadecimal digits of the id's 64-bit FNV-1a hash
    // (http://www.isthe.com/chongo/tech/comp/fnv/).
    static std::string shard(std::string_view id) { return hex(hash(id)).substr(0, 2); }
    static std::size_t shard_number(std::string_view id) noexcept { return hash(id) >> 56U; }

    static std::uint64_t hash(std::string_view id) noexcept;

    // Its manifest, or tenants that have lost it.
    static bool holds_fleet(const std::filesystem::path& root);

    // The manifest of a root whose schema has a name is of version 2, which programs that know nothing of such names refuse.
    static constexpr int newest_version = 2;

    static std::string manifest(const FleetOptions& options, std::string_view schema);

    // 0: it is no manifest.
    static int version_of(std::string_view manifest) noexcept;

    // Empty where the root's schema has no name.
    static std::string_view schema_in(std::string_view manifest) noexcept;

    [[nodiscard]] Result<void> check_manifest(const FleetOptions& options, std::string_view schema) const;

    [[nodiscard]] Result<void> check_text(std::string_view text, const FleetOptions& options,
                                          std::string_view schema) const;

    // The root's schema was given its name after the root was made. The first process that does so has named it.
    [[nodiscard]] Result<void> add_schema(const std::filesystem::path& path, const FleetOptions& options,
                                          std::string_view schema) const;

    // Complete or not there: written aside, then linked, which fails if somebody was first.
    [[nodiscard]] Result<void> write_manifest(const std::filesystem::path& path, std::string_view text) const;

    static std::string one_line(std::string_view text);

    // Only what carries a tenant's name, is a directory of its own and lies where that tenant is looked for.
    Result<void> list(const std::filesystem::path& place, std::vector<TenantId>& found) const;

    [[nodiscard]] bool belongs(const TenantId& id, const std::filesystem::path& place) const
    {
        return rule_ == ShardRule::flat || place.filename().native() == shard(id.view());
    }

    // Makes the names of the shards durable: of this one, and while about it of all that are there.
    [[nodiscard]] Result<void> sync_shards(std::size_t number) const;

    // What a crash has left: tenants that were never finished, and such as were gone already.
    void sweep() const
    {
        for (const auto& directory : {staging_, trash_}) sweep_directory(directory);
    }

    std::filesystem::path root_;
    std::filesystem::path tenants_;
    std::filesystem::path staging_;
    std::filesystem::path trash_;
    ShardRule rule_;

    // Those whose names are known to be on disk; copies of the layout know the same.
    using DurableShards = std::array<std::atomic<bool>, 256>;
    std::shared_ptr<DurableShards> durable_shards_ = std::make_shared<DurableShards>();
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/layout.ipp>
#endif

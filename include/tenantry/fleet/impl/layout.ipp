#pragma once

#include <tenantry/fleet/detail/layout.hpp>

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <system_error>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/sqlite/connection.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<Layout> Layout::open(const std::filesystem::path& root, const FleetOptions& options,
                                          std::string_view schema)
{
    std::error_code error;
    const bool make = options.make_root && !options.read_only;
    if (!make && !holds_fleet(root))
        return fail(errc::no_such_fleet,
                    "there is no fleet in '" + root.string() +
                        "', and FleetOptions::make_root or read_only says not to make one: look "
                        "whether the path is right");
    if (!options.read_only)
        if (auto made = make_root(last_named(root)); !made) return fail(std::move(made).error());
    auto canonical = std::filesystem::canonical(root, error);
    if (error) return fail(system_error(error.value(), "resolving", root));
    Layout layout(std::move(canonical), options.shards);
    if (auto checked = layout.check_manifest(options, options.shares_root ? std::string_view() : schema);
        !checked)
        return fail(std::move(checked).error());
    if (options.read_only) return layout;
    for (const auto& directory : {layout.tenants_, layout.staging_, layout.trash_})
        if (auto made = make_private_directory(directory); !made) return fail(std::move(made).error());
    // The process that has made them may not have come so far yet: what lies in them is no safer than their names are.
    if (auto synced = sync_directory(layout.root_); !synced) return fail(std::move(synced).error());
    layout.sweep();
    return layout;
}

TENANTRY_DECL Result<Place> Layout::prepare(const TenantId& id) const
{
    if (auto fits = sqlite::Connection::path_fits((directory(id) / database_file).native()); !fits)
        return fail(std::move(fits).error());
    if (rule_ == ShardRule::flat) return Place::at(directory(id));
    const auto number = shard_number(id.view());
    bool durable = (*durable_shards_)[number].load(std::memory_order_acquire);
    OpenDirectory opened(tenants_ / shard(id.view()));
    if (opened.missing()) { // nobody has made it yet, or somebody has removed it
        if (auto made = make_private_directory(opened.path()); !made) return fail(std::move(made).error());
        opened = OpenDirectory(opened.path());
        durable = false;
    }
    if (!opened) return fail(opened.error());
    if (!durable)
        if (auto synced = sync_shards(number); !synced) return fail(std::move(synced).error());
    return Place{std::move(opened), id.string()};
}

TENANTRY_DECL Result<std::vector<TenantId>> Layout::tenants() const
{
    std::vector<TenantId> found;
    if (rule_ == ShardRule::flat) {
        if (auto listed = list(tenants_, found); !listed) return fail(std::move(listed).error());
    } else {
        std::error_code error;
        for (std::filesystem::directory_iterator at(tenants_, error), end; !error && at != end;
             at.increment(error)) {
            if (!is_own_directory(*at)) continue;
            if (auto listed = list(at->path(), found); !listed) return fail(std::move(listed).error());
        }
        if (error) return fail(system_error(error.value(), "listing", tenants_));
    }
    std::sort(found.begin(), found.end());
    return found;
}

TENANTRY_DECL Result<void> Layout::make_root(const std::filesystem::path& root)
{
    std::error_code error; // what could not be made is said below
    std::vector<std::filesystem::path> changed;
    for (auto at = root; at.has_relative_path() && !std::filesystem::exists(at, error); at = at.parent_path())
        changed.push_back(at.has_parent_path() ? at.parent_path() : ".");
    std::filesystem::create_directories(root.parent_path(), error);
    if (auto made = make_private_directory(root); !made) return fail(std::move(made).error());
    for (const auto& path : changed) {
        const OpenDirectory directory(path);
        if (!directory) continue;
        if (auto synced = directory.sync(); !synced) return synced;
    }
    return {};
}

TENANTRY_DECL std::filesystem::path Layout::last_named(std::filesystem::path path)
{
    while ((!path.has_filename() || path.filename() == ".") && path.parent_path() != path &&
           path.has_parent_path())
        path = path.parent_path();
    return path;
}

TENANTRY_DECL bool Layout::is_own_directory(const std::filesystem::directory_entry& entry) noexcept
{
    std::error_code unknown;
    return entry.symlink_status(unknown).type() == std::filesystem::file_type::directory;
}

TENANTRY_DECL std::uint64_t Layout::hash(std::string_view id) noexcept
{
    std::uint64_t hash = 0xcbf29ce484222325U;
    for (const char c : id) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001b3U;
    return hash;
}

TENANTRY_DECL bool Layout::holds_fleet(const std::filesystem::path& root)
{
    std::error_code unknown;
    return std::filesystem::exists(root / manifest_file, unknown) ||
           std::filesystem::exists(root / "tenants", unknown);
}

TENANTRY_DECL std::string Layout::manifest(const FleetOptions& options, std::string_view schema)
{
    std::string text = "tenantry fleet ";
    text += schema.empty() ? "1" : "2";
    text += "\nshards ";
    text += options.shards == ShardRule::flat ? "flat" : "fnv1a-256";
    text += "\napplication_id " + std::to_string(options.tenant.application_id) + "\n";
    if (!schema.empty()) text.append("schema ").append(schema).append("\n");
    return text;
}

TENANTRY_DECL int Layout::version_of(std::string_view manifest) noexcept
{
    constexpr std::string_view head = "tenantry fleet ";
    int version = 0;
    if (manifest.starts_with(head)) {
        manifest.remove_prefix(head.size());
        (void)std::from_chars(manifest.data(), manifest.data() + manifest.size(), version);
    }
    return version;
}

TENANTRY_DECL std::string_view Layout::schema_in(std::string_view manifest) noexcept
{
    constexpr std::string_view line = "\nschema ";
    const auto at = manifest.find(line);
    if (version_of(manifest) < 2 || at == std::string_view::npos || !manifest.ends_with('\n')) return {};
    manifest.remove_prefix(at + line.size());
    return manifest.substr(0, manifest.size() - 1);
}

TENANTRY_DECL Result<void> Layout::check_manifest(const FleetOptions& options, std::string_view schema) const
{
    const auto path = root_ / manifest_file;
    auto present = read_small_file(path);
    if (present && present->missing) {
        // The process that makes the directories has made the manifest before: it may be there by now.
        std::error_code error;
        const bool used = std::filesystem::exists(tenants_, error);
        if (!used && !options.read_only)
            if (auto written = write_manifest(path, manifest(options, schema)); !written) return written;
        present = read_small_file(path); // two processes may have made it: the first one's holds
        if (present && present->missing)
            return fail(errc::manifest_mismatch, "'" + root_.string() +
                                                     "' holds tenants but no manifest: restore '" +
                                                     std::string(manifest_file) + "' before it is used");
    }
    if (!present) return fail(std::move(present).error());
    if (auto fits = check_text(present->text, options, schema); !fits) return fits;
    return schema.empty() || options.read_only || !schema_in(present->text).empty()
               ? Result<void>()
               : add_schema(path, options, schema);
}

TENANTRY_DECL Result<void> Layout::check_text(std::string_view text, const FleetOptions& options,
                                              std::string_view schema) const
{
    const auto path = (root_ / manifest_file).string();
    if (version_of(text) > newest_version)
        return fail(errc::manifest_mismatch,
                    "'" + path +
                        "' was written by a newer version of tenantry, which this program was not built "
                        "with: use that. It says: " +
                        one_line(text));
    const auto named = schema_in(text);
    if (text != manifest(options, named))
        return fail(errc::manifest_mismatch,
                    "'" + path + "' does not fit the options this fleet is opened with. It says: " +
                        one_line(text) + ". The options say: " + one_line(manifest(options, schema)) + ".");
    if (!schema.empty() && !named.empty() && named != schema)
        return fail(errc::manifest_mismatch,
                    "the tenants in '" + root_.string() + "' are of the schema '" + std::string(named) +
                        "', and this fleet's is '" + std::string(schema) +
                        "': look whether the path is right. Programs with parts of one schema say so by "
                        "FleetOptions::shares_root.");
    return {};
}

TENANTRY_DECL Result<void> Layout::add_schema(const std::filesystem::path& path, const FleetOptions& options,
                                              std::string_view schema) const
{
    const OpenDirectory root(root_);
    if (!root) return fail(root.error());
    wait_for_lock(root);
    auto present = read_small_file(path);
    if (!present) return fail(std::move(present).error());
    if (auto fits = check_text(present->text, options, schema); !fits || !schema_in(present->text).empty())
        return fits;
    const auto name = "." + std::string(manifest_file) + "." + hex(random_number());
    auto written = [&]() -> Result<void> {
        const auto file = make_file(root, name, manifest(options, schema));
        if (!file) return fail(file.error());
        if (auto synced = sync_file(*file, root_ / name); !synced) return synced;
        if (const int number = rename_in(root, name, std::string(manifest_file)); number != 0)
            return fail(system_error(number, "replacing", path));
        return {};
    }();
    if (!written) {
        remove_from(root, name);
        return written;
    }
    return root.sync();
}

TENANTRY_DECL Result<void> Layout::write_manifest(const std::filesystem::path& path,
                                                  std::string_view text) const
{
    const OpenDirectory root(root_);
    if (!root) return fail(root.error());
    const auto name = "." + std::string(manifest_file) + "." + hex(random_number());
    const auto aside = root_ / name;
    auto written = [&]() -> Result<void> {
        const auto file = make_file(root, name, text);
        return file ? sync_file(*file, aside) : fail(file.error());
    }();
    const int number = written ? link_file(aside, path) : 0;
    remove_from(root, name);
    if (!written) return written;
    if (number != 0 && number != EEXIST) return fail(system_error(number, "creating", path));
    return root.sync();
}

TENANTRY_DECL std::string Layout::one_line(std::string_view text)
{
    std::string line;
    for (const char c : text.substr(0, 200)) line += c == '\n' ? ';' : (c >= ' ' && c <= '~' ? c : '?');
    while (line.ends_with(';')) line.pop_back();
    return line;
}

TENANTRY_DECL Result<void> Layout::list(const std::filesystem::path& place,
                                        std::vector<TenantId>& found) const
{
    std::error_code error;
    for (std::filesystem::directory_iterator at(place, error), end; !error && at != end;
         at.increment(error)) {
        auto id = TenantId::parse(at->path().filename().string());
        if (id && is_own_directory(*at) && belongs(*id, place)) found.push_back(std::move(*id));
    }
    if (error) return fail(system_error(error.value(), "listing", place));
    return {};
}

TENANTRY_DECL Result<void> Layout::sync_shards(std::size_t number) const
{
    std::vector<std::size_t> there{number};
    std::error_code error; // those that are not seen are synced when they are needed
    for (std::filesystem::directory_iterator at(tenants_, error), end; !error && at != end;
         at.increment(error)) {
        const auto name = at->path().filename().native();
        std::uint8_t found = 0;
        const auto parsed = std::from_chars(name.data(), name.data() + name.size(), found, 16);
        if (parsed.ec == std::errc() && name == hex(std::uint64_t{found} << 56U).substr(0, 2))
            there.push_back(found);
    }
    if (auto synced = sync_directory(tenants_); !synced) return synced;
    for (const std::size_t each : there) (*durable_shards_)[each].store(true, std::memory_order_release);
    return {};
}

} // namespace tenantry::detail

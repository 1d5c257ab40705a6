#pragma once

#include <tenantry/tenant/detail/directory.hpp>

#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdio>
#include <system_error>

#include <tenantry/migrate/ensure.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/identity.hpp>

namespace tenantry::detail {

TENANTRY_DECL std::optional<TenantState> parse_state(std::string_view text)
{
    const auto skip = [&text](std::string_view expected) {
        if (!text.starts_with(expected)) return false;
        text.remove_prefix(expected.size());
        return true;
    };
    if (!skip(state_head) || !skip(state_version) || !skip("\nid ")) return std::nullopt;
    TenantState state{.id = std::string(text.substr(0, text.find('\n')))};
    text.remove_prefix(state.id.size());
    constexpr std::size_t length = 16;
    if (!skip("\nincarnation ") || text.size() != length + 1 || text.back() != '\n') return std::nullopt;
    const std::string_view digits = text.substr(0, length);
    const auto parsed = std::from_chars(digits.data(), digits.data() + digits.size(), state.incarnation, 16);
    if (parsed.ec != std::errc() || parsed.ptr != digits.data() + digits.size() || state.incarnation == 0)
        return std::nullopt;
    return state;
}

TENANTRY_DECL std::optional<std::string_view> state_version_of(std::string_view text)
{
    if (!text.starts_with(state_head)) return std::nullopt;
    text.remove_prefix(state_head.size());
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    const bool is_number =
        !digits.empty() && digits.size() < 10 && text.substr(digits.size()).starts_with('\n');
    return is_number ? std::optional(digits) : std::nullopt;
}

TENANTRY_DECL Result<StateFile> StateFile::open(const std::filesystem::path& directory)
{
    auto path = directory / state_file;
    Descriptor file = open_file(path, OpenFor::reading);
    if (!file && (errno == ENOENT || errno == ENOTDIR))
        return fail(errc::no_such_tenant, "there is no tenant in '" + directory.string() + "'");
    if (!file) return fail(system_error(errno, "opening", path));
    const auto identity = identity_of(file);
    if (!identity) return fail(system_error(errno, "looking at", path));
    StateFile opened(std::move(path), std::move(file), *identity);
    Buffer buffer;
    const auto text = opened.read(buffer);
    if (!text) return fail(system_error(errno, "reading", opened.path_));
    auto state = parse_state(*text);
    if (!state) return fail(opened.not_understood(*text));
    if (state->id != directory.filename().native())
        return fail(errc::misplaced_tenant,
                    "'" + directory.string() + "' is the directory of the tenant '" + printable(state->id) +
                        "': it was copied or moved here. Move it back to its own name, or remove the "
                        "copy; nothing in it was touched");
    opened.state_ = std::move(*state);
    return opened;
}

TENANTRY_DECL bool StateFile::is_there() const
{
    // While it is open no other file has its identity; what it says is read again, as it may have been written over.
    if (file_identity(path_) != identity_) return false;
    Buffer buffer;
    const auto text = read(buffer);
    return text && *text == to_text(state_);
}

TENANTRY_DECL std::optional<std::string_view> StateFile::read(Buffer& buffer) const noexcept
{
    const auto got = read_beginning(file_, buffer.data(), buffer.size());
    if (got < 0) return std::nullopt;
    return std::string_view(buffer.data(), static_cast<std::size_t>(got));
}

TENANTRY_DECL Error StateFile::not_understood(std::string_view text) const
{
    const auto version = state_version_of(text);
    if (!version || *version == state_version)
        return Error(errc::corrupt,
                     "'" + path_.string() + "' is not a tenant's state file, or it is damaged");
    return Error(errc::unsupported_version,
                 "'" + path_.string() + "' is of version " + std::string(*version) +
                     ", and this program's tenantry knows version " + std::string(state_version) +
                     " alone: use the one that made the tenant; nothing of it was touched");
}

TENANTRY_DECL std::string StateFile::printable(std::string text)
{
    for (char& c : text)
        if (c < ' ' || c > '~') c = '?';
    return text;
}

TENANTRY_DECL Result<TenantState> read_state(const std::filesystem::path& directory)
{
    return StateFile::open(directory).transform([](const StateFile& file) { return file.state(); });
}

TENANTRY_DECL Result<Place> Place::at(const std::filesystem::path& path)
{
    OpenDirectory parent(path.parent_path());
    if (!parent) return fail(parent.error());
    return Place{std::move(parent), path.filename().string()};
}

TENANTRY_DECL StagedDirectory::~StagedDirectory()
{
    if (moved_) return;
    // One by one, since looking through a directory takes a descriptor, and there may be none left.
    for (const char* name : {"main.db", "main.db-wal", "main.db-shm", "main.db-journal", "tenant.state"})
        std::remove((path_ / name).c_str());
    if (std::remove(path_.c_str()) == 0 || errno == ENOENT) return;
    std::error_code ignored; // what stays behind is swept at the next start
    std::filesystem::remove_all(path_, ignored);
}

TENANTRY_DECL Result<void> StagedDirectory::begin()
{
    constexpr int most = 100;
    for (int tries = 1;; ++tries) {
        if (auto made = make_private_directory(path_); !made) return fail(std::move(made).error());
        directory_.emplace(path_);
        const bool opened = static_cast<bool>(*directory_);
        const bool locked = opened && try_lock(*directory_) != DirectoryLock::in_use;
        Result<Descriptor> made = fail(errc::io_error);
        // Before the database, which takes longer: when the sync of the database is over, the disk has this as well.
        if (locked) made = make_file(*directory_, state_file, to_text(state_));
        if (made) return keep(state_descriptor_, std::move(made));
        // Before it was locked somebody may have found it without a lock and removed it.
        const bool swept = (opened && !locked) || find_file(path_.c_str()).missing();
        if (!swept || tries == most)
            return fail(!opened   ? directory_->error()
                        : !locked ? Error(errc::io_error, "'" + path_.string() + "' is in use")
                                  : std::move(made).error());
        choose_name(path_.parent_path());
    }
}

TENANTRY_DECL Result<void> StagedDirectory::adopt_database()
{
    Descriptor file = open_file(database(), OpenFor::reading);
    if (!file) return fail(system_error(errno, "opening", database()));
    return keep(database_descriptor_, std::move(file));
}

TENANTRY_DECL Result<void> StagedDirectory::move_to(const Place& place)
{
    if (auto synced = sync_file(database_descriptor_, database()); !synced) return synced;
    if (auto synced = sync_file(state_descriptor_, path_ / state_file); !synced) return synced;
    if (auto synced = directory_->sync(); !synced) return synced;
    // Under its name the database is SQLite's alone, from the beginning: closing it later would drop the locks of
    // connections that have it open in this process.
    database_descriptor_ = Descriptor();
    if (const int number = move_into(path_, place.parent, place.name); number != 0) {
        if (number == EEXIST || number == ENOTEMPTY || number == ENOTDIR)
            return fail(errc::tenant_exists, "there is a tenant of this name already");
        return fail(system_error(number, "moving a new tenant to", place.path()));
    }
    moved_ = true;
    auto synced = place.parent.sync();
    if (!synced && move_out(place.parent, place.name, path_) == 0) moved_ = false;
    return synced;
}

TENANTRY_DECL void StagedDirectory::choose_name(const std::filesystem::path& staging)
{
    state_.incarnation = random_number();
    path_ = staging / hex(state_.incarnation);
}

TENANTRY_DECL Result<void> StagedDirectory::keep(Descriptor& kept, Result<Descriptor> made)
{
    if (!made) return fail(std::move(made).error());
    kept = std::move(*made);
    begin_sync(kept);
    return {};
}

TENANTRY_DECL Result<void> build_database(const std::filesystem::path& path, std::uint64_t incarnation,
                                          const SchemaInfo& schema, const TenantOptions& options)
{
    sqlite::Profile profile = options.profile;
    profile.keep_log = false; // nobody else knows of the file yet, and it is to be whole without a log
    auto database = sqlite::Connection::open(path, sqlite::OpenMode::create, profile);
    if (!database) return fail(std::move(database).error());
    const std::string mark = "PRAGMA application_id = " + std::to_string(options.application_id);
    if (auto marked = database->execute(mark.c_str()); !marked) return fail(std::move(marked).error());
    database->set_incarnation(incarnation);
    if (auto made = make_identity(*database, incarnation); !made) return made;
    if (auto ensured = ensure_schema(*database, schema, options.history); !ensured)
        return fail(std::move(ensured).error());
    // Closing would do the same, and say nothing if it failed: the log would stay, and it is not synced.
    if (auto moved = database->checkpoint(sqlite::Checkpoint::truncate); !moved)
        return fail(std::move(moved).error());
    return database->close();
}

TENANTRY_DECL Result<void> create_directory(const std::filesystem::path& staging,
                                            const std::filesystem::path& path, const SchemaInfo& schema,
                                            const TenantOptions& options)
{
    const auto place = Place::at(path);
    if (!place) return fail(place.error());
    return create_directory_by(staging, *place,
                               [&](const std::filesystem::path& database, std::uint64_t incarnation) {
                                   return build_database(database, incarnation, schema, options);
                               });
}

TENANTRY_DECL Result<std::filesystem::path> discard_directory(const std::filesystem::path& place,
                                                              const std::filesystem::path& trash)
{
    auto away = trash / hex(random_number());
    if (std::rename(place.c_str(), away.c_str()) != 0) {
        const int number = errno;
        if (number == ENOENT)
            return fail(errc::no_such_tenant, "there is no tenant in '" + place.string() + "'");
        return fail(system_error(number, "moving a tenant away from", place));
    }
    if (auto synced = sync_directory(place.parent_path()); !synced) return fail(std::move(synced).error());
    return away;
}

TENANTRY_DECL void sweep_directory(const std::filesystem::path& aside)
{
    std::error_code error;
    for (std::filesystem::directory_iterator at(aside, error), end; !error && at != end;
         at.increment(error)) {
        std::error_code unknown;
        // Held while it is removed: who has just made it and not locked it yet finds it locked, and makes another one. Who had
        // it locked may have moved it into its place meanwhile, and then nothing is under this name.
        std::optional<OpenDirectory> held;
        if (at->symlink_status(unknown).type() == std::filesystem::file_type::directory) {
            held.emplace(at->path());
            if (!*held || try_lock(*held) != DirectoryLock::taken) continue;
        }
        std::filesystem::remove_all(at->path(), unknown);
    }
}

TENANTRY_DECL Result<void> remove_directory(const std::filesystem::path& away)
{
    const OpenDirectory held(away); // so that nobody sweeps it meanwhile
    if (held) (void)try_lock(held);
    // Where another process sweeps it at the same time, what is in it goes away under this one's hands.
    for (int tries = 1;; ++tries) {
        std::error_code error;
        std::filesystem::remove_all(away, error);
        if (!error) return {};
        if (error != std::errc::no_such_file_or_directory || tries == 100)
            return fail(system_error(error.value(), "removing", away));
    }
}

} // namespace tenantry::detail

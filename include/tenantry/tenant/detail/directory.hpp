// One tenant's directory: what is in it, how it comes to be and how it goes.
//
// A directory is built aside and renamed into place, and renamed away before it is removed. So nobody ever
// sees half a tenant, a WAL never outlives its database, and of two creators exactly one wins.
#pragma once

#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/random.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/migrate/ensure.hpp>
#include <tenantry/schema/schema_info.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/options.hpp>

namespace tenantry::detail {

/// The database's file name in a tenant's directory. Only SQLite opens it (and its `-wal` and `-shm`).
inline constexpr std::string_view database_file = "main.db";

/// The name of the small text file beside it.
inline constexpr std::string_view state_file = "tenant.state";

/// What the state file says.
struct TenantState {
    /// The tenant's id, which is its directory's name too: a directory that was copied or moved tells by that whose it is.
    std::string id{};
    /// A random number made at creation: a name that is used again is another tenant. Never 0.
    std::uint64_t incarnation = 0;
};

/// What a tenant's state file begins with; the number of its version comes after it. There is one version yet: files of
/// another one are refused, since what they mean cannot be known.
inline constexpr std::string_view state_head = "tenantry tenant ";
inline constexpr std::string_view state_version = "2";

[[nodiscard]] inline std::string to_text(const TenantState& state)
{
    return std::string(state_head) + std::string(state_version) + "\nid " + state.id + "\nincarnation " +
           hex(state.incarnation) + "\n";
}

/// What the text of a state file says; nullopt: it is no such text.
[[nodiscard]] inline std::optional<TenantState> parse_state(std::string_view text)
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

/// The number of the version that a state file is of; nullopt: the text is no state file's.
[[nodiscard]] inline std::optional<std::string_view> state_version_of(std::string_view text)
{
    if (!text.starts_with(state_head)) return std::nullopt;
    text.remove_prefix(state_head.size());
    const auto digits = text.substr(0, text.find_first_not_of("0123456789"));
    const bool is_number =
        !digits.empty() && digits.size() < 10 && text.substr(digits.size()).starts_with('\n');
    return is_number ? std::optional(digits) : std::nullopt;
}

/// A tenant's state file, which is kept open: whether it is the one there still is found without opening it again.
class StateFile {
public:
    /// `errc::no_such_tenant` where there is no state file, `errc::corrupt` where it cannot be understood,
    /// `errc::unsupported_version` where it is of another version than this library's, and `errc::misplaced_tenant` where it
    /// is of a tenant with another id than the directory's name.
    [[nodiscard]] static Result<StateFile> open(const std::filesystem::path& directory)
    {
        auto path = directory / state_file;
        Descriptor file(open_file(path.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file && (errno == ENOENT || errno == ENOTDIR))
            return fail(errc::no_such_tenant, "there is no tenant in '" + directory.string() + "'");
        if (!file) return fail(system_error(errno, "opening", path));
        struct stat found{};
        if (::fstat(file.number(), &found) != 0) return fail(system_error(errno, "looking at", path));
        StateFile opened(std::move(path), std::move(file), {found.st_dev, found.st_ino});
        Buffer buffer;
        const auto text = opened.read(buffer);
        if (!text) return fail(system_error(errno, "reading", opened.path_));
        auto state = parse_state(*text);
        if (!state) return fail(opened.not_understood(*text));
        if (state->id != directory.filename().native())
            return fail(errc::misplaced_tenant,
                        "'" + directory.string() + "' is the directory of the tenant '" +
                            printable(state->id) +
                            "': it was copied or moved here. Move it back to its own name, or remove the "
                            "copy; nothing in it was touched");
        opened.state_ = std::move(*state);
        return opened;
    }

    [[nodiscard]] const TenantState& state() const noexcept { return state_; }

    /// Is it still the tenant of this state that lives there?
    [[nodiscard]] bool is_there() const
    {
        // While it is open no other file has its identity; what it says is read again, as it may have been written over.
        if (file_identity(path_) != identity_) return false;
        Buffer buffer;
        const auto text = read(buffer);
        return text && *text == to_text(state_);
    }

private:
    // Longer than any that can be understood, so that one that is too long is seen to be.
    using Buffer = std::array<char, 256>;

    StateFile(std::filesystem::path path, Descriptor file, const FileIdentity& identity) noexcept
        : path_(std::move(path)), file_(std::move(file)), identity_(identity)
    {}

    // nullopt: it cannot be read, as errno says.
    [[nodiscard]] std::optional<std::string_view> read(Buffer& buffer) const noexcept
    {
        ssize_t got = 0;
        do got = ::pread(file_.number(), buffer.data(), buffer.size(), 0);
        while (got < 0 && errno == EINTR);
        if (got < 0) return std::nullopt;
        return std::string_view(buffer.data(), static_cast<std::size_t>(got));
    }

    [[nodiscard]] Error not_understood(std::string_view text) const
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

    // Whatever somebody has written into the file.
    [[nodiscard]] static std::string printable(std::string text)
    {
        for (char& c : text)
            if (c < ' ' || c > '~') c = '?';
        return text;
    }

    std::filesystem::path path_;
    Descriptor file_;
    FileIdentity identity_;
    TenantState state_{};
};

/// What the state file in the directory says; errors as `StateFile::open`.
[[nodiscard]] inline Result<TenantState> read_state(const std::filesystem::path& directory)
{
    return StateFile::open(directory).transform([](const StateFile& file) { return file.state(); });
}

[[nodiscard]] inline Error replaced_while_opening()
{
    return Error(errc::tenant_gone, "the tenant was replaced while it was being opened");
}

/// Where a new tenant goes. The directory it will lie in is open before the tenant is made: that there is no descriptor left
/// must not be found out when it has been moved.
struct Place {
    OpenDirectory parent;
    std::string name;

    [[nodiscard]] static Result<Place> at(const std::filesystem::path& path)
    {
        OpenDirectory parent(path.parent_path());
        if (!parent) return fail(parent.error());
        return Place{std::move(parent), path.filename().string()};
    }

    [[nodiscard]] std::filesystem::path path() const { return parent.path() / name; }
};

/// A tenant that is being made, in a directory aside; removed unless it was moved into its place. In this order:
///
/// - `begin` makes the directory, with a state file that gives the tenant an incarnation;
/// - a database comes to be: `write_database`, or anything that makes one at `database()`, and `adopt_database`;
/// - `move_to`.
///
/// Four syncs make it durable, and POSIX promises nothing for less: a file's sync says nothing of the file's name, nor a
/// directory's of what is in its files. Three of them (both files, and their names) need only be over before the tenant gets
/// its name. So writing is begun for all of them before any is waited for: a file system that keeps a journal then has all
/// three in the one transaction the first sync waits for. The fourth is of the tenant's name, and must come after them.
class StagedDirectory {
public:
    /// `staging` is a directory that exists, on the file system of the place. `id`: the new tenant's, and the place's name.
    StagedDirectory(const std::filesystem::path& staging, std::string id)
        : state_{.id = std::move(id)}, path_(staging)
    {
        choose_name(staging);
    }
    StagedDirectory(const StagedDirectory&) = delete;
    StagedDirectory& operator=(const StagedDirectory&) = delete;
    ~StagedDirectory()
    {
        if (moved_) return;
        // One by one, since looking through a directory takes a descriptor, and there may be none left.
        for (const char* name : {"main.db", "main.db-wal", "main.db-shm", "main.db-journal", "tenant.state"})
            ::unlink((path_ / name).c_str());
        if (::rmdir(path_.c_str()) == 0 || errno == ENOENT) return;
        std::error_code ignored; // what stays behind is swept at the next start
        std::filesystem::remove_all(path_, ignored);
    }

    /// The directory is locked from here on until it is in its place or removed, so that nobody takes it for what a crash has
    /// left.
    [[nodiscard]] Result<void> begin()
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

    [[nodiscard]] const TenantState& state() const noexcept { return state_; }

    [[nodiscard]] std::filesystem::path database() const { return path_ / database_file; }

    [[nodiscard]] Result<void> write_database(std::string_view bytes)
    {
        return keep(database_descriptor_, make_file(*directory_, database_file, bytes));
    }

    /// Nobody may have it open any more.
    [[nodiscard]] Result<void> adopt_database()
    {
        Descriptor file(open_file(database().c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
        if (!file) return fail(system_error(errno, "opening", database()));
        return keep(database_descriptor_, std::move(file));
    }

    /// Durable when it returns. `errc::tenant_exists` if somebody else's is there; on any failure nothing is left there.
    [[nodiscard]] Result<void> move_to(const Place& place)
    {
        if (auto synced = sync_file(database_descriptor_, database()); !synced) return synced;
        if (auto synced = sync_file(state_descriptor_, path_ / state_file); !synced) return synced;
        if (auto synced = directory_->sync(); !synced) return synced;
        // Under its name the database is SQLite's alone, from the first moment: closing it later would drop the locks of
        // whoever has opened it in this process.
        database_descriptor_ = Descriptor();
        if (::renameat(AT_FDCWD, path_.c_str(), place.parent.number(), place.name.c_str()) != 0) {
            const int number = errno;
            if (number == EEXIST || number == ENOTEMPTY || number == ENOTDIR)
                return fail(errc::tenant_exists, "there is a tenant of this name already");
            return fail(system_error(number, "moving a new tenant to", place.path()));
        }
        moved_ = true;
        auto synced = place.parent.sync();
        if (!synced && ::renameat(place.parent.number(), place.name.c_str(), AT_FDCWD, path_.c_str()) == 0)
            moved_ = false;
        return synced;
    }

private:
    void choose_name(const std::filesystem::path& staging)
    {
        state_.incarnation = random_number();
        path_ = staging / hex(state_.incarnation);
    }

    [[nodiscard]] static Result<void> keep(Descriptor& kept, Result<Descriptor> made)
    {
        if (!made) return fail(std::move(made).error());
        kept = std::move(*made);
        begin_sync(kept);
        return {};
    }

    TenantState state_;
    std::filesystem::path path_;
    std::optional<OpenDirectory> directory_;
    Descriptor state_descriptor_;
    Descriptor database_descriptor_;
    bool moved_ = false;
};

/// Makes a new database of the tenant with this incarnation, with the tables of the schema, all of it in the one file. Not
/// durable yet.
[[nodiscard]] inline Result<void> build_database(const std::filesystem::path& path, std::uint64_t incarnation,
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

/// Makes a tenant in `staging` (a directory that exists, on the same file system) of the database that `make` makes, and moves it
/// to its place. `make(path, incarnation)` leaves one file, which nobody has open any more. Durable when it returns.
/// `errc::tenant_exists` if somebody else's is there; on any failure nothing is left.
template <class Make>
[[nodiscard]] Result<void> create_directory_by(const std::filesystem::path& staging, const Place& place,
                                               const Make& make)
{
    StagedDirectory staged(staging, place.name);
    if (auto begun = staged.begin(); !begun) return begun;
    Result<void> made = make(staged.database(), staged.state().incarnation);
    if (!made) return made;
    if (auto adopted = staged.adopt_database(); !adopted) return adopted;
    return staged.move_to(place);
}

/// The same of a new database with the tables of the schema, at `path`, whose parent exists.
[[nodiscard]] inline Result<void> create_directory(const std::filesystem::path& staging,
                                                   const std::filesystem::path& path,
                                                   const SchemaInfo& schema, const TenantOptions& options)
{
    const auto place = Place::at(path);
    if (!place) return fail(place.error());
    return create_directory_by(staging, *place,
                               [&](const std::filesystem::path& database, std::uint64_t incarnation) {
                                   return build_database(database, incarnation, schema, options);
                               });
}

/// Takes the tenant at `place` out of sight by moving it into `trash`; after that it does not exist any more.
/// The path to remove is returned. `errc::no_such_tenant` if there is none.
[[nodiscard]] inline Result<std::filesystem::path> discard_directory(const std::filesystem::path& place,
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

/// Removes what a process that has ended has left in `aside`, a directory where tenants are built or removed. Whoever is still
/// at it holds a lock, and that is left alone; how old it is does not matter. What cannot be removed stays.
inline void sweep_directory(const std::filesystem::path& aside)
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

/// Removes a directory that `discard_directory` has moved away.
[[nodiscard]] inline Result<void> remove_directory(const std::filesystem::path& away)
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

// One tenant's directory: what is in it, how it comes to be and how it goes.
//
// A directory is built aside and renamed into place, and renamed away before it is removed. So nobody ever
// sees half a tenant, a WAL never outlives its database, and of two creators exactly one wins.
#pragma once

#include <array>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/random.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/schema/schema_info.hpp>
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
[[nodiscard]] std::optional<TenantState> parse_state(std::string_view text);

/// The number of the version that a state file is of; nullopt: the text is no state file's.
[[nodiscard]] std::optional<std::string_view> state_version_of(std::string_view text);

/// A tenant's state file, which is kept open: whether it is the one there still is found without opening it again.
class StateFile {
public:
    /// `errc::no_such_tenant` where there is no state file, `errc::corrupt` where it cannot be understood,
    /// `errc::unsupported_version` where it is of another version than this library's, and `errc::misplaced_tenant` where it
    /// is of a tenant with another id than the directory's name.
    [[nodiscard]] static Result<StateFile> open(const std::filesystem::path& directory);

    [[nodiscard]] const TenantState& state() const noexcept { return state_; }

    /// Is it still the tenant of this state that lives there?
    [[nodiscard]] bool is_there() const;

private:
    // Longer than any that can be understood, so that one that is too long is seen to be.
    using Buffer = std::array<char, 256>;

    StateFile(std::filesystem::path path, Descriptor file, const FileIdentity& identity) noexcept
        : path_(std::move(path)), file_(std::move(file)), identity_(identity)
    {}

    // nullopt: it cannot be read, as errno says.
    [[nodiscard]] std::optional<std::string_view> read(Buffer& buffer) const noexcept;

    [[nodiscard]] Error not_understood(std::string_view text) const;

    // Whatever somebody has written into the file.
    [[nodiscard]] static std::string printable(std::string text);

    std::filesystem::path path_;
    Descriptor file_;
    FileIdentity identity_;
    TenantState state_{};
};

/// What the state file in the directory says; errors as `StateFile::open`.
[[nodiscard]] Result<TenantState> read_state(const std::filesystem::path& directory);

[[nodiscard]] inline Error replaced_while_opening()
{
    return Error(errc::tenant_gone, "the tenant was replaced while it was being opened");
}

/// Where a new tenant goes. The directory it will lie in is open before the tenant is made: that there is no descriptor left
/// must not be found out when it has been moved.
struct Place {
    OpenDirectory parent;
    std::string name;

    [[nodiscard]] static Result<Place> at(const std::filesystem::path& path);

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
    ~StagedDirectory();

    /// The directory is locked from here on until it is in its place or removed, so that nobody takes it for what a crash has
    /// left.
    [[nodiscard]] Result<void> begin();

    [[nodiscard]] const TenantState& state() const noexcept { return state_; }

    [[nodiscard]] std::filesystem::path database() const { return path_ / database_file; }

    [[nodiscard]] Result<void> write_database(std::string_view bytes)
    {
        return keep(database_descriptor_, make_file(*directory_, database_file, bytes));
    }

    /// Nobody may have it open any more.
    [[nodiscard]] Result<void> adopt_database();

    /// Durable when it returns. `errc::tenant_exists` if somebody else's is there; on any failure nothing is left there.
    [[nodiscard]] Result<void> move_to(const Place& place);

private:
    void choose_name(const std::filesystem::path& staging);

    [[nodiscard]] static Result<void> keep(Descriptor& kept, Result<Descriptor> made);

    TenantState state_;
    std::filesystem::path path_;
    std::optional<OpenDirectory> directory_;
    Descriptor state_descriptor_;
    Descriptor database_descriptor_;
    bool moved_ = false;
};

/// Makes a new database of the tenant with this incarnation, with the tables of the schema, all of it in the one file. Not
/// durable yet.
[[nodiscard]] Result<void> build_database(const std::filesystem::path& path, std::uint64_t incarnation,
                                          const SchemaInfo& schema, const TenantOptions& options);

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
[[nodiscard]] Result<void> create_directory(const std::filesystem::path& staging,
                                            const std::filesystem::path& path, const SchemaInfo& schema,
                                            const TenantOptions& options);

/// Takes the tenant at `place` out of sight by moving it into `trash`; after that it does not exist any more.
/// The path to remove is returned. `errc::no_such_tenant` if there is none.
[[nodiscard]] Result<std::filesystem::path> discard_directory(const std::filesystem::path& place,
                                                              const std::filesystem::path& trash);

/// Removes what a process that has ended has left in `aside`, a directory where tenants are built or removed. A process that is still
/// at it holds a lock, and that is left alone; how old it is does not matter. What cannot be removed stays.
void sweep_directory(const std::filesystem::path& aside);

/// Removes a directory that `discard_directory` has moved away.
[[nodiscard]] Result<void> remove_directory(const std::filesystem::path& away);

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/directory.ipp>
#endif

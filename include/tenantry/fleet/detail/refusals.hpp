// Tenants that could not be opened, and why: told again without trying as long as their files are the same.
#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/core/detail/last_change.hpp>
#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/tenant/tenant_id.hpp>

namespace tenantry::detail {

/// Finding out that a tenant cannot be opened may take as long as its rows are many. What was found out is remembered with the
/// identity, the size and the last change of the tenant's files, which are looked up at each request: whatever mends one of
/// them is noticed at once. For what is not in the files, such as a step of a revision, it is tried again in any case, first
/// after a second, and after twice as long each time that it is refused again.
///
/// Thread-safe. Where there is no memory, nothing is remembered.
class Refusals {
public:
    using TimePoint = std::chrono::steady_clock::time_point;

    static constexpr std::chrono::seconds first_time{1};
    static constexpr std::chrono::seconds longest_time{60};
    static constexpr std::size_t most = 4096; ///< that are remembered

    /// Whether it is the same the next time, by the tenant's files and the program alone.
    [[nodiscard]] static bool is_lasting(const Error& error) noexcept;

    /// The tenant in `directory` could not be opened; by WatchedDirectory's clock that was begun at `begun`. What has changed
    /// since then, or right before, may have changed afterwards without a trace: such a one is not remembered yet.
    void note(const TenantId& id, const Error& error, const std::filesystem::path& directory,
              LastChange::Time begun, TimePoint now) noexcept;

    /// The tenant could be opened.
    void forget(const TenantId& id) noexcept;

    /// Whether any are remembered: no more than a load.
    [[nodiscard]] bool any() const noexcept { return count_.load(std::memory_order_relaxed) != 0; }

    /// Why the tenant in `directory` cannot be opened; nothing: it is to be tried.
    [[nodiscard]] std::optional<Error> find(const TenantId& id, const std::filesystem::path& directory,
                                            TimePoint now) noexcept;

    /// How often one was told again.
    [[nodiscard]] std::uint64_t told() const noexcept { return told_.load(std::memory_order_relaxed); }

private:
    // A file as it is found by its name; opens nothing.
    struct File {
        explicit File(const std::filesystem::path& path) noexcept;

        FileIdentity identity{};
        off_t size = -1; // there is none
        LastChange::Time changed{};

        [[nodiscard]] bool is_there() const noexcept { return size >= 0; }
        friend bool operator==(const File&, const File&) = default;
    };

    struct Files {
        explicit Files(const std::filesystem::path& directory);

        [[nodiscard]] bool are_settled(LastChange::Time begun) const noexcept;
        friend bool operator==(const Files&, const Files&) = default;

        File database;
        File log; // an empty one is none
        File state;
    };

    struct Refusal {
        Error error;
        Files files;
        std::chrono::seconds time;
        TimePoint until;
    };

    struct NameHash {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(std::string_view name) const noexcept
        {
            return std::hash<std::string_view>()(name);
        }
    };

    void note_now(const TenantId& id, const Error& error, const Files& files, TimePoint now);

    std::mutex mutex_;
    std::unordered_map<std::string, Refusal, NameHash, std::equal_to<>> known_;
    std::atomic<std::size_t> count_{0}; // of them
    std::atomic<std::uint64_t> told_{0};
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/fleet/impl/refusals.ipp>
#endif

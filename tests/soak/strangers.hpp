// What goes on around the clients of a soak test: programs that end before they are answered or do not take their answers, and
// others that use the files, or take them away.
#pragma once

#include <cstdint>
#include <deque>
#include <filesystem>
#include <memory>
#include <random>
#include <thread>

#include <boost/asio/thread_pool.hpp>

#include "soak/books.hpp"
#include "support/throwing_executor.hpp"

namespace tenantry::test {

/// A program whose execution contexts end while its operations wait and run. What it has begun is gone with them: its
/// functions are destroyed in their threads, and none is called afterwards. Of its writes nobody knows what became of them.
class EndingContexts {
public:
    EndingContexts(World& world, std::int64_t client, std::uint64_t seed);

    /// Until the world is stopped, or the fleet closed. Blocks.
    void work();

    [[nodiscard]] const std::deque<Asked>& asked() const noexcept { return asked_; }

private:
    [[nodiscard]] std::size_t pick(std::size_t of) { return random_() % of; }
    void one_context();

    World& world_;
    std::mt19937_64 random_;
    std::int64_t last_number_;
    std::deque<Asked> asked_; // stay where they are
    bool closed_ = false;
};

/// A program whose executor throws now and then instead of taking an answer. Then its function is destroyed, and nobody knows
/// what became of the write; each of the others is answered.
class ThrowingCallers {
public:
    ThrowingCallers(World& world, std::int64_t client, std::uint64_t seed);
    ~ThrowingCallers() { pool_.join(); }

    /// Until the world is stopped, or the fleet closed. Blocks.
    void work();

    [[nodiscard]] const std::deque<Asked>& asked() const noexcept { return asked_; }
    [[nodiscard]] std::uint64_t times_thrown() const noexcept { return state_.times_thrown(); }

private:
    struct Operation;

    [[nodiscard]] std::size_t pick(std::size_t of) { return random_() % of; }
    void begin_some();
    void begin(const TenantDb<Notes>& db, std::size_t tenant, const std::shared_ptr<Operation>& operation);

    World& world_;
    std::mt19937_64 random_;
    std::int64_t last_number_;
    std::deque<Asked> asked_; // stay where they are
    ThrowingState state_;
    boost::asio::thread_pool pool_{1};
    const boost::asio::any_io_executor executor_;
    bool closed_ = false;
};

/// Somebody who takes away files of tenants while they are in use, and puts back what he has moved: of those tenants whose
/// fate that is. Nobody else has them open, and of what was acknowledged only that goes which is removed with its tenant.
class LostFiles {
public:
    /// What is away is in `away`, a directory beside the fleet's root.
    LostFiles(World& world, std::filesystem::path away, std::uint64_t seed)
        : world_(world), away_(std::move(away)), random_(seed)
    {}

    /// Until the world is stopped. Blocks. What can be is put back then.
    void work();

    /// How often something was taken away.
    [[nodiscard]] std::uint64_t times() const noexcept { return times_; }

private:
    [[nodiscard]] std::size_t pick(std::size_t of) { return random_() % of; }
    void pause(std::size_t at_most_microseconds);
    void move_away_and_back(const std::filesystem::path& path);
    void remove_log(const std::filesystem::path& directory);
    void replace(Place& place, const std::filesystem::path& directory);
    void make_again(Place& place);

    World& world_;
    std::filesystem::path away_;
    std::mt19937_64 random_;
    std::uint64_t times_ = 0;
};

/// Another program that has the files of tenants open and takes their write locks, for some milliseconds each time. It
/// writes nothing. Only beside fleets that share their files.
class ForeignLocks {
public:
    ForeignLocks(World& world, std::uint64_t seed) : world_(world), random_(seed) {}

    /// Until the world is stopped. Blocks.
    void work();

private:
    [[nodiscard]] std::size_t pick(std::size_t of) { return random_() % of; }

    World& world_;
    std::mt19937_64 random_;
};

} // namespace tenantry::test

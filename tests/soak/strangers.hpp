// What goes on around the clients of a soak test: programs that end before they are answered, and others that use the files.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <thread>

#include "soak/books.hpp"

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

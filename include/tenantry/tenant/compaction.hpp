// Giving the free pages of a live tenant's database back to the disk.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/transaction.hpp>
#include <tenantry/tenant/detail/identity.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/space.hpp>

namespace tenantry {

/// How a tenant is compacted.
struct CompactOptions {
    /// All of it is rewritten, also where the free pages alone can be given back or where there are none: rows that
    /// belong together lie together then. And a database becomes incremental, if the profile says so now.
    bool whole = false;
};

/// What compacting has come to.
struct Compacted {
    /// The file before.
    Space before{};
    /// The file after.
    Space after{};
};

namespace detail {

/// The work of compacting: run on a connection of maintenance, with the tenant's writes waiting, and again as long as it
/// says so. Nothing in the database changes but where it lies.
///
/// Where the file allows it free pages are given back a few at a time, and the tenant's writes get their turn in between.
/// Else by VACUUM, which takes a copy of the database's size in SQLite's temporary directory and as much of log.
class Compaction {
public:
    static constexpr OperationKind kind = OperationKind::maintenance;

    explicit Compaction(CompactOptions options = {}) noexcept : options_(options) {}

    Result<Compacted> operator()(sqlite::Connection& connection)
    {
        auto now = measure_space(connection);
        if (!now) return fail(std::move(now).error());
        if (!before_) before_ = *now;
        again_ = false;
        if (now->free_pages == 0 && !options_.whole) return Compacted{*before_, *now};
        auto done = now->incremental && !options_.whole ? in_steps(connection) : at_once(connection, *now);
        if (!done) return fail(std::move(done.error().in("compacting")));
        auto after = measure_space(connection);
        if (!after) return fail(std::move(after).error());
        again_ = after->incremental && !options_.whole && after->free_pages != 0;
        return Compacted{*before_, *after};
    }

    /// It has to be run again: there is more to do, and others may want their turn.
    [[nodiscard]] bool again() const noexcept { return again_; }

private:
    // A page at a time is moved in each, and what has been done is committed.
    [[nodiscard]] static Result<void> in_steps(sqlite::Connection& connection)
    {
        constexpr std::chrono::milliseconds turn{10};
        const auto until = Operation::Clock::now() + turn;
        for (;;) {
            if (auto freed = step(connection); !freed) return freed;
            if (Operation::Clock::now() >= until) return {};
            auto left = connection.query_integer("PRAGMA main.freelist_count");
            if (!left) return fail(std::move(left).error());
            if (*left == 0) return {};
        }
    }

    [[nodiscard]] static Result<void> step(sqlite::Connection& connection)
    {
        auto transaction = sqlite::Transaction::begin(connection, sqlite::Behaviour::immediate);
        if (!transaction) return fail(std::move(transaction).error());
        if (auto freed = connection.execute("PRAGMA main.incremental_vacuum(64)"); !freed) return freed;
        return transaction->commit();
    }

    [[nodiscard]] static Result<void> at_once(sqlite::Connection& connection, const Space& space)
    {
        constexpr std::uint64_t small = std::uint64_t{16} << 20;
        const bool in_memory = space.bytes() - space.free_bytes() <= small;
        const auto before = connection.query_integer("PRAGMA temp_store");
        if (!before) return fail(before.error());
        if (auto set =
                connection.execute(in_memory ? "PRAGMA temp_store = MEMORY" : "PRAGMA temp_store = FILE");
            !set)
            return set;
        auto done = begin_log(connection);
        if (done) done = connection.execute("VACUUM main");
        auto reset = connection.execute("PRAGMA temp_store = " + std::to_string(*before));
        return done ? reset : done;
    }

    CompactOptions options_;
    std::optional<Space> before_;
    bool again_ = false;
};

} // namespace detail

} // namespace tenantry

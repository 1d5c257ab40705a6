// Reports a connection's statements to an observer, as SQLite begins and ends them.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/core/observer.hpp>

namespace tenantry::sqlite {

/// Registered with SQLite only where an observer wants statements, so that it costs nothing elsewhere
/// (https://sqlite.org/c3ref/trace_v2.html). The clock is read here: SQLite's own counts in milliseconds.
///
/// SQLite says that a statement has ended before it says whether it has failed. So one that has ended waits here, until
/// `failed` is called for it, or another one ends, or `report` is called.
class StatementWatch {
    using Clock = std::chrono::steady_clock;

public:
    /// Reports those that take `from` or longer, and of those that fail, but not while `*privileged` is not 0.
    StatementWatch(std::shared_ptr<Observer> observer, std::string tenant, std::chrono::nanoseconds from,
                   const unsigned* privileged)
        : observer_(std::move(observer)), tenant_(std::move(tenant)), from_(from), privileged_(privileged)
    {}
    StatementWatch(const StatementWatch&) = delete;
    StatementWatch& operator=(const StatementWatch&) = delete;

    void attach(sqlite3* db) noexcept;

    /// Why the statement that has just ended did not do what it should.
    void failed(sqlite3_stmt* stmt, const Error& error) noexcept;

    /// From now on those that fail are not reported, or again all are.
    void ignore_failures(bool ignore) noexcept { ignores_failures_ = ignore; }

    /// The turn with the connection is over: what has ended has not failed.
    void report() noexcept;

private:
    struct Running {
        sqlite3_stmt* stmt = nullptr;
        Clock::time_point since{};
        std::int64_t changes = 0;
        std::uint64_t rows = 0;
    };
    struct Ended {
        sqlite3_stmt* stmt;
        std::chrono::nanoseconds duration;
        std::uint64_t rows;
        std::uint64_t changes;
    };

    static int hear(unsigned what, void* context, void* statement, void* text) noexcept;

    [[nodiscard]] static std::string_view text_of(sqlite3_stmt* stmt) noexcept;

    // The one begun last is searched for most.
    [[nodiscard]] Running* find(sqlite3_stmt* stmt) noexcept;

    void begun(sqlite3_stmt* stmt, const char* text) noexcept;

    void give_row(sqlite3_stmt* stmt) noexcept;

    void ended(sqlite3_stmt* stmt) noexcept;

    void notify(const Ended& ended, std::string_view sql, const Error* error) noexcept;

    const std::shared_ptr<Observer> observer_;
    const std::string tenant_;
    const std::chrono::nanoseconds from_;
    const unsigned* const privileged_;
    sqlite3* db_ = nullptr;
    std::array<Running, 8> running_{};
    std::size_t depth_ = 0;
    bool ignores_failures_ = false;
    std::optional<Ended> ended_;
    std::string sql_; // of ended_, if it took long enough
};

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/statement_watch.ipp>
#endif

// Prepared statements: owned ones, and ones borrowed from a connection's slots.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <sqlite3.h>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/binding.hpp>
#include <tenantry/sqlite/error.hpp>

namespace tenantry::detail {

struct ConnectionState;

} // namespace tenantry::detail

namespace tenantry::sqlite {

class Connection;

static_assert(static_cast<int>(Storage::integer) == SQLITE_INTEGER);
static_assert(static_cast<int>(Storage::real) == SQLITE_FLOAT);
static_assert(static_cast<int>(Storage::text) == SQLITE_TEXT);
static_assert(static_cast<int>(Storage::blob) == SQLITE_BLOB);
static_assert(static_cast<int>(Storage::null) == SQLITE_NULL);

/// What owned and borrowed statements have in common. Models `ParameterBinder` and `RowReader`.
///
/// Bind, step until false, read each row, then `reset()` before binding again. Used by one thread at a
/// time, the one that uses the connection; must not be used once the connection is closed.
class BasicStatement {
public:
    BasicStatement(const BasicStatement&) = delete;
    BasicStatement& operator=(const BasicStatement&) = delete;

    // Parameters, from 1. The first failure is remembered; the statement then does not run.

    /// Binds NULL to the i-th parameter, from 1.
    void null(int i) { note(sqlite3_bind_null(stmt_, i), i); }
    /// Binds an integer to the i-th parameter, from 1.
    void integer(int i, std::int64_t value) { note(sqlite3_bind_int64(stmt_, i, value), i); }
    /// Binds a real to the i-th parameter, from 1.
    void real(int i, double value) { note(sqlite3_bind_double(stmt_, i, value), i); }

    /// Not copied: must outlive the run.
    void text(int i, std::string_view value)
    {
        // A null pointer would bind NULL instead of the empty text.
        note(sqlite3_bind_text64(stmt_, i, value.data() != nullptr ? value.data() : "", value.size(),
                                 SQLITE_STATIC, SQLITE_UTF8),
             i);
    }

    /// Not copied: must outlive the run.
    void blob(int i, std::span<const std::byte> value)
    {
        const void* data = value.data();
        note(sqlite3_bind_blob64(stmt_, i, data != nullptr ? data : "", value.size(), SQLITE_STATIC), i);
    }

    /// Copied: may die with the call.
    void temporary_text(int i, std::string_view value)
    {
        note(sqlite3_bind_text64(stmt_, i, value.data() != nullptr ? value.data() : "", value.size(),
                                 SQLITE_TRANSIENT, SQLITE_UTF8),
             i);
    }

    /// Copied: may die with the call.
    void temporary_blob(int i, std::span<const std::byte> value)
    {
        const void* data = value.data();
        note(sqlite3_bind_blob64(stmt_, i, data != nullptr ? data : "", value.size(), SQLITE_TRANSIENT), i);
    }

    /// The statement shall not run, for this reason; the first reason counts.
    void refuse(Error error);

    /// The first failure of binding, if there was one.
    [[nodiscard]] Result<void> bound() const
    {
        if (failure_) [[unlikely]]
            return fail(*failure_);
        return {};
    }

    /// How many parameters the statement has.
    [[nodiscard]] int parameter_count() const noexcept { return sqlite3_bind_parameter_count(stmt_); }

    /// True: there is a row. False: the statement is done. After an error it is reset already.
    [[nodiscard]] Result<bool> step()
    {
        if (!failure_) [[likely]] {
            value_ = nullptr;
            const int code = sqlite3_step(stmt_);
            if (code == SQLITE_ROW) return true;
            if (code == SQLITE_DONE) return false;
            return failed(code);
        }
        return fail(*failure_);
    }

    /// To the end; rows are passed over.
    [[nodiscard]] Result<void> run()
    {
        for (;;) {
            Result<bool> row = step();
            if (!row) [[unlikely]]
                return fail(std::move(row).error());
            if (!*row) return {};
        }
    }

    /// Ends the run and releases its locks. Parameters stay bound, a remembered failure is forgotten.
    void reset() noexcept
    {
        value_ = nullptr;
        sqlite3_reset(stmt_);
        failure_.reset();
    }

    // The current row, columns from 0. `storage` finds the column; the value of that column, read next, is at hand,
    // which is why the two together cost less than sqlite3_column_type and sqlite3_column_int64 do.

    /// How the value of the column, from 0, is stored.
    [[nodiscard]] Storage storage(int column) const noexcept
    {
        value_ = sqlite3_column_value(stmt_, column);
        column_ = column;
        return static_cast<Storage>(sqlite3_value_type(value_));
    }
    [[nodiscard]] std::int64_t integer(int column) const noexcept
    {
        return sqlite3_value_int64(value_of(column));
    }
    [[nodiscard]] double real(int column) const noexcept { return sqlite3_value_double(value_of(column)); }

    /// Valid until the next step or reset. Throws `std::bad_alloc` where SQLite has no memory to convert.
    [[nodiscard]] std::string_view text(int column) const
    {
        sqlite3_value* value = value_of(column);
        const auto* data = reinterpret_cast<const char*>(sqlite3_value_text(value));
        if (data == nullptr) [[unlikely]]
            return no_text();
        return {data, static_cast<std::size_t>(sqlite3_value_bytes(value))};
    }

    /// Valid until the next step or reset. Throws `std::bad_alloc` where SQLite has no memory to convert.
    [[nodiscard]] std::span<const std::byte> blob(int column) const
    {
        sqlite3_value* value = value_of(column);
        const auto* data = static_cast<const std::byte*>(sqlite3_value_blob(value));
        if (data == nullptr) [[unlikely]] {
            no_text();
            return {};
        }
        return {data, static_cast<std::size_t>(sqlite3_value_bytes(value))};
    }

    /// How many columns its rows have.
    [[nodiscard]] int column_count() const noexcept { return sqlite3_column_count(stmt_); }

    /// Empty if there is no such column. Valid as long as the statement.
    [[nodiscard]] std::string_view column_name(int column) const noexcept
    {
        const char* name = sqlite3_column_name(stmt_, column);
        return name != nullptr ? std::string_view(name) : std::string_view();
    }

    /// The incarnation of the tenant whose connection this is, or 0.
    [[nodiscard]] std::uint64_t incarnation() const noexcept { return incarnation_; }

    /// Its text.
    [[nodiscard]] std::string_view sql() const noexcept
    {
        const char* sql = sqlite3_sql(stmt_);
        return sql != nullptr ? std::string_view(sql) : std::string_view();
    }

    /// Does it leave the database as it is? (https://sqlite.org/c3ref/stmt_readonly.html)
    [[nodiscard]] bool is_read_only() const noexcept { return sqlite3_stmt_readonly(stmt_) != 0; }

    /// SQLite's own handle.
    [[nodiscard]] sqlite3_stmt* native_handle() const noexcept { return stmt_; }

protected:
    BasicStatement(sqlite3_stmt* stmt, std::uint64_t incarnation,
                   tenantry::detail::ConnectionState* connection) noexcept
        : stmt_(stmt), incarnation_(incarnation), connection_(connection)
    {}
    BasicStatement(BasicStatement&& other) noexcept
        : stmt_(std::exchange(other.stmt_, nullptr)),
          incarnation_(other.incarnation_),
          connection_(other.connection_),
          failure_(std::move(other.failure_))
    {}
    ~BasicStatement() = default;

    void swap(BasicStatement& other) noexcept
    {
        std::swap(stmt_, other.stmt_);
        std::swap(incarnation_, other.incarnation_);
        std::swap(connection_, other.connection_);
        std::swap(failure_, other.failure_);
        value_ = other.value_ = nullptr;
    }

    sqlite3_stmt* stmt_;

private:
    void note(int code, int i)
    {
        if (code != SQLITE_OK) [[unlikely]]
            remember(code, i);
    }

    void remember(int code, int i);

    tl::unexpected<Error> failed(int code);

    // NULL and the empty blob have no pointer either; only SQLite's last error tells them from out of memory.
    std::string_view no_text() const;

    // The value is "unprotected": it may be read by one thread at a time, as all of a connection
    // (https://sqlite.org/c3ref/column_blob.html).
    [[nodiscard]] sqlite3_value* value_of(int column) const noexcept
    {
        if (value_ == nullptr || column_ != column) [[unlikely]] {
            value_ = sqlite3_column_value(stmt_, column);
            column_ = column;
        }
        return value_;
    }

    std::uint64_t incarnation_;
    tenantry::detail::ConnectionState* connection_; // or null
    std::unique_ptr<Error> failure_;
    mutable sqlite3_value* value_ = nullptr; // of column_, in the current row
    mutable int column_ = 0;
};

/// A statement of one's own. Its destructor may run after the connection's.
class Statement : public BasicStatement {
public:
    /// Takes over `stmt`.
    Statement(sqlite3_stmt* stmt, std::uint64_t incarnation,
              tenantry::detail::ConnectionState* connection = nullptr) noexcept
        : BasicStatement(stmt, incarnation, connection)
    {}
    Statement(Statement&& other) noexcept = default;
    Statement& operator=(Statement&& other) noexcept
    {
        Statement taken(std::move(other));
        swap(taken);
        return *this;
    }
    ~Statement() { sqlite3_finalize(stmt_); }

    /// Hands the statement over: the caller finalizes it.
    [[nodiscard]] sqlite3_stmt* release() noexcept { return std::exchange(stmt_, nullptr); }
};

/// The next free number for a statement's slot. Thread-safe; a program has as many as it has query shapes.
[[nodiscard]] [[gnu::visibility("default")]] inline unsigned next_slot() noexcept
{
    static std::atomic<unsigned> next{0};
    return next.fetch_add(1, std::memory_order_relaxed);
}

/// A statement's text and the slot where each connection keeps it prepared. Make one per text, with
/// static storage, of a text with static storage: `static const StatementText text{"...", next_slot()};`
struct StatementText {
    /// The text.
    std::string_view sql;
    /// Its place among the statements that a connection keeps.
    unsigned slot;
};

} // namespace tenantry::sqlite

namespace tenantry::detail {

// A connection's prepared statements, by number. Libraries that hide their symbols count separately, so a slot
// says whose text it holds: the one at this address.
class StatementSlots {
public:
    StatementSlots() = default;
    StatementSlots(const StatementSlots&) = delete;
    StatementSlots& operator=(const StatementSlots&) = delete;
    ~StatementSlots() { drop(); }

    // The statement if it is there and free, and not passed over, marked as taken; otherwise null.
    [[nodiscard]] sqlite3_stmt* take(const sqlite::StatementText& text) noexcept
    {
        if (text.slot >= slots_.size()) [[unlikely]]
            return nullptr;
        Slot& slot = slots_[text.slot];
        if (!slot.holds(text) || slot.taken || slot.passes != 0) [[unlikely]]
            return nullptr;
        slot.taken = true;
        return slot.stmt;
    }

    // What is in use takes too long: it is passed over the next times.
    void pass_over_taken() noexcept;

    // Whether the statement is there and free, and `take` passes it over.
    [[nodiscard]] bool is_passed_over(const sqlite::StatementText& text) const noexcept;
    void pass_over(const sqlite::StatementText& text) noexcept { --slots_[text.slot].passes; }
    [[nodiscard]] sqlite3_stmt* take_passed_over(const sqlite::StatementText& text) noexcept;

    void give_back(unsigned number) noexcept { slots_[number].taken = false; }

    // Makes room for the text, so that `put` cannot fail. False: its slot is in use, or there is no memory for one.
    [[nodiscard]] bool make_room(const sqlite::StatementText& text) noexcept;

    // Puts the statement into its slot in place of what was there, marked as taken.
    void put(const sqlite::StatementText& text, sqlite3_stmt* stmt) noexcept
    {
        Slot& slot = slots_[text.slot];
        sqlite3_finalize(slot.stmt);
        slot = Slot{stmt, text.sql.data(), text.sql.size(), true};
    }

    // Finalizes what is not in use.
    void drop() noexcept;

private:
    struct Slot {
        sqlite3_stmt* stmt = nullptr;
        const char* sql = nullptr;
        std::size_t size = 0;
        bool taken = false;
        unsigned char passes = 0; // so many times more it is passed over

        [[nodiscard]] bool holds(const sqlite::StatementText& text) const noexcept
        {
            return sql == text.sql.data() && size == text.sql.size();
        }
    };

    std::vector<Slot> slots_;
};

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// A prepared statement borrowed from its connection; it is reset and given back on destruction, which
/// must come before the connection's.
class StatementLease : public BasicStatement {
public:
    StatementLease(StatementLease&& other) noexcept = default;
    StatementLease& operator=(StatementLease&& other) noexcept
    {
        StatementLease taken(std::move(other));
        swap(taken);
        std::swap(slots_, taken.slots_);
        std::swap(slot_, taken.slot_);
        return *this;
    }
    ~StatementLease()
    {
        if (stmt_ == nullptr) return;
        if (slots_ != nullptr) [[likely]] {
            sqlite3_reset(stmt_);
            slots_->give_back(slot_);
        } else {
            sqlite3_finalize(stmt_);
        }
    }

private:
    friend class Connection;

    // Without slots it is a temporary statement: its slot was in use.
    StatementLease(sqlite3_stmt* stmt, std::uint64_t incarnation,
                   tenantry::detail::ConnectionState* connection, detail::StatementSlots* slots,
                   unsigned slot) noexcept
        : BasicStatement(stmt, incarnation, connection), slots_(slots), slot_(slot)
    {}

    detail::StatementSlots* slots_;
    unsigned slot_;
};

static_assert(ParameterBinder<Statement> && RowReader<Statement>);
static_assert(ParameterBinder<StatementLease> && RowReader<StatementLease>);

} // namespace tenantry::sqlite

#if TENANTRY_HEADER_ONLY
#include <tenantry/sqlite/impl/statement.ipp>
#endif

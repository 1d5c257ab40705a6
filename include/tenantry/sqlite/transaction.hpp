// Transactions and savepoints: what is not committed is rolled back, and whether a COMMIT took effect is checked.
#pragma once

#include <string>
#include <utility>

#include <sqlite3.h>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/privileged.hpp>
#include <tenantry/sqlite/detail/uninterruptible.hpp>

namespace tenantry::sqlite {

/// When a transaction takes its locks (https://sqlite.org/lang_transaction.html).
enum class Behaviour {
    deferred,  ///< at its first read or write; for reading several things in one state
    immediate, ///< the write lock at once, so that it cannot fail later for want of it
};

} // namespace tenantry::sqlite

namespace tenantry::detail {

// Runs one of the library's statements about transactions. They stay prepared, take no time, and must not be
// ended half-way by the flag of a cancelled operation.
inline Result<void> run_control(sqlite::Connection& connection, const sqlite::StatementText& text)
{
    const sqlite::Privileged gate(connection);
    const sqlite::Uninterruptible calm(connection);
    auto statement = connection.statement(text);
    if (!statement) return fail(std::move(statement).error());
    return statement->run();
}

inline const sqlite::StatementText& begin_text(sqlite::Behaviour behaviour)
{
    static const sqlite::StatementText deferred{"BEGIN", sqlite::next_slot()};
    static const sqlite::StatementText immediate{"BEGIN IMMEDIATE", sqlite::next_slot()};
    return behaviour == sqlite::Behaviour::immediate ? immediate : deferred;
}
inline const sqlite::StatementText& commit_text()
{
    static const sqlite::StatementText text{"COMMIT", sqlite::next_slot()};
    return text;
}
inline const sqlite::StatementText& rollback_text()
{
    static const sqlite::StatementText text{"ROLLBACK", sqlite::next_slot()};
    return text;
}
inline const sqlite::StatementText& savepoint_text()
{
    static const sqlite::StatementText text{"SAVEPOINT tenantry", sqlite::next_slot()};
    return text;
}
inline const sqlite::StatementText& release_text()
{
    static const sqlite::StatementText text{"RELEASE tenantry", sqlite::next_slot()};
    return text;
}
inline const sqlite::StatementText& rollback_to_text()
{
    static const sqlite::StatementText text{"ROLLBACK TO tenantry", sqlite::next_slot()};
    return text;
}

inline tl::unexpected<Error> lost_transaction()
{
    return fail(errc::batch_aborted,
                "the transaction had been rolled back before its end; nothing of it was written");
}

} // namespace tenantry::detail

namespace tenantry::sqlite {

/// A transaction from `begin` to `commit`; without that, its destructor rolls it back. Used by the
/// connection's thread, and gone before the connection is.
class [[nodiscard]] Transaction {
public:
    /// Errors: busy (another writer has the lock), read_only (immediate on a reading connection),
    /// invalid_argument (a transaction is open already: see `Savepoint`), those of input and output, and those of what it is
    /// begun with (`Connection::set_begin_hook`).
    [[nodiscard]] static Result<Transaction> begin(Connection& connection,
                                                   Behaviour behaviour = Behaviour::immediate)
    {
        if (connection.in_transaction())
            return fail(errc::invalid_argument, "a transaction is open on this connection already");
        // Prepared now, so that taking back does not depend on memory being there later.
        const Privileged gate(connection);
        if (auto ready = connection.statement(detail::rollback_text()); !ready)
            return fail(std::move(ready).error());
        if (auto begun = detail::run_control(connection, detail::begin_text(behaviour)); !begun)
            return fail(std::move(begun).error());
        Transaction transaction(connection);
        if (behaviour == Behaviour::immediate)
            if (auto ready = connection.run_begin_hook(); !ready) return fail(std::move(ready).error());
        return transaction;
    }

    Transaction(Transaction&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    Transaction& operator=(Transaction&&) = delete;
    ~Transaction() { abandon(); }

    /// Afterwards the transaction is over, whatever the outcome: either it is in the database or, after an
    /// error, nothing of it is. errc::batch_aborted if SQLite had rolled it back before (an interrupted
    /// write, `OR ROLLBACK`, a full disk); constraint for deferred foreign keys; busy, disk_full, io_error.
    [[nodiscard]] Result<void> commit()
    {
        if (connection_ == nullptr) return fail(errc::invalid_argument, "the transaction is over already");
        Connection& connection = *connection_;
        if (!connection.in_transaction()) {
            connection_ = nullptr;
            return detail::lost_transaction();
        }
        auto committed = detail::run_control(connection, detail::commit_text());
        const bool still_open = connection.in_transaction();
        if (still_open) abandon();
        connection_ = nullptr;
        if (committed && still_open)
            return fail(errc::internal,
                        "COMMIT reported success and left the transaction open; it was rolled back");
        return committed;
    }

    /// Rolls it back. No error if SQLite did so before.
    Result<void> rollback()
    {
        if (connection_ == nullptr) return {};
        Connection& connection = *std::exchange(connection_, nullptr);
        if (!connection.in_transaction()) return {};
        auto done = detail::run_control(connection, detail::rollback_text());
        // ROLLBACK may report what went wrong on the way and have ended the transaction nevertheless.
        if (!connection.in_transaction()) return {};
        return done ? fail(errc::internal, "ROLLBACK left the transaction open") : done;
    }

    /// Not yet committed or rolled back, neither by a call nor by SQLite itself.
    [[nodiscard]] bool active() const noexcept
    {
        return connection_ != nullptr && connection_->in_transaction();
    }

private:
    explicit Transaction(Connection& connection) noexcept : connection_(&connection) {}

    void abandon() noexcept
    {
        try {
            (void)rollback();
        } catch (...) { // out of memory for an Error nobody would see
        }
    }

    Connection* connection_;
};

/// A part of a transaction that can be rolled back alone. Savepoints nest, and end in the reverse order of
/// their beginning; the innermost is meant.
class [[nodiscard]] Savepoint {
public:
    /// errc::invalid_argument outside a transaction: it would begin one, and its release would be a COMMIT.
    [[nodiscard]] static Result<Savepoint> begin(Connection& connection)
    {
        if (!connection.in_transaction())
            return fail(errc::invalid_argument, "a savepoint is part of a transaction, and none is open");
        if (auto begun = detail::run_control(connection, detail::savepoint_text()); !begun)
            return fail(std::move(begun).error());
        return Savepoint(connection);
    }

    Savepoint(Savepoint&& other) noexcept : connection_(std::exchange(other.connection_, nullptr)) {}
    Savepoint& operator=(Savepoint&&) = delete;
    ~Savepoint() { abandon(); }

    /// Keeps what was written, as far as the transaction keeps it. errc::batch_aborted if SQLite has rolled
    /// the whole transaction back. After an error nothing of this part is left.
    [[nodiscard]] Result<void> release()
    {
        if (connection_ == nullptr) return fail(errc::invalid_argument, "the savepoint is over already");
        if (!connection_->in_transaction()) {
            connection_ = nullptr;
            return detail::lost_transaction();
        }
        auto released = detail::run_control(*connection_, detail::release_text());
        if (!released) abandon();
        connection_ = nullptr;
        return released;
    }

    /// Takes this part back; the transaction goes on. No error if SQLite took everything back before.
    Result<void> rollback()
    {
        if (connection_ == nullptr) return {};
        Connection& connection = *std::exchange(connection_, nullptr);
        if (!connection.in_transaction()) return {};
        auto undone = detail::run_control(connection, detail::rollback_to_text());
        if (!undone) return undone;
        return detail::run_control(connection, detail::release_text());
    }

private:
    explicit Savepoint(Connection& connection) noexcept : connection_(&connection) {}

    void abandon() noexcept
    {
        try {
            (void)rollback();
        } catch (...) { // out of memory for an Error nobody would see
        }
    }

    Connection* connection_;
};

} // namespace tenantry::sqlite

// Sees the commit of a statement that is a transaction by itself, and may refuse it.
#pragma once

#include <optional>

#include <sqlite3.h>

#include <tenantry/sqlite/connection.hpp>
#include <tenantry/sqlite/detail/uninterruptible.hpp>

namespace tenantry::sqlite {

/// While it lives, notes when a commit on the connection begins: for a statement that is a transaction by itself. From then on
/// `Connection::watch` does not end it: SQLite asks for that once more after the commit, and what is there would be told as
/// ended. The commit of one of which it is found only now that it `fires_triggers` is refused, and the statement taken back:
/// it may be committed though it has failed. So is one that `may_commit`, called right before it, says false of. Not inside
/// of an `Uncommittable`.
class CommitWatch {
public:
    using TimePoint = Connection::TimePoint;
    using MayCommit = bool (*)(void* context);

    explicit CommitWatch(Connection& connection, MayCommit may_commit = nullptr,
                         void* context = nullptr) noexcept
        : connection_(connection), may_commit_(may_commit), context_(context)
    {
        connection.state().met_trigger = false;
        sqlite3_commit_hook(connection.native_handle(), &CommitWatch::begin, this);
    }
    CommitWatch(const CommitWatch&) = delete;
    CommitWatch& operator=(const CommitWatch&) = delete;
    ~CommitWatch() { sqlite3_commit_hook(connection_.native_handle(), nullptr, nullptr); }

    /// The last one. nullopt: there was none.
    [[nodiscard]] std::optional<TimePoint> begun() const noexcept { return begun_; }

    /// It was refused.
    [[nodiscard]] bool refused() const noexcept { return refused_; }

private:
    static int begin(void* context)
    {
        auto& self = *static_cast<CommitWatch*>(context);
        auto& state = self.connection_.state();
        self.calm_.emplace(self.connection_);
        self.begun_ = TimePoint::clock::now();
        // Prepared again since the schema has changed, too.
        if (state.met_trigger) state.fires_triggers = true;
        self.refused_ =
            state.met_trigger || (self.may_commit_ != nullptr && !self.may_commit_(self.context_));
        return self.refused_ ? 1 : 0;
    }

    Connection& connection_;
    const MayCommit may_commit_;
    void* const context_;
    std::optional<TimePoint> begun_;
    std::optional<Uninterruptible> calm_; // since then
    bool refused_ = false;
};

} // namespace tenantry::sqlite

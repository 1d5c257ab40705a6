// The operation of a caller whose thread waits for it.
#pragma once

#include <atomic>
#include <string_view>
#include <utility>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/async/detail/blocked_inside.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/detail/operation.hpp>

namespace tenantry::detail {

/// What is answered where threads would wait for each other.
[[nodiscard]] inline Error blocked_error()
{
    return Error(errc::wrong_thread,
                 "a call that waits for what another thread reads, which in turn waits for what this thread "
                 "reads: make it after for_each() or snapshot() has returned");
}

/// `Work` is `Result<R, E>(sqlite::Connection&)`. Refers to it, to the answer and to what the thread waits for, all of which live
/// until the answer is given.
template <class R, class Work, class E = Error>
class BlockingOperation final : public OperationOf<R, E> {
public:
    BlockingOperation(OperationKind kind, Work& work, Answer<R, E>& answer, BlockedInside& blocked) noexcept
        : kind_(kind), work_(work), blocked_(blocked), answer_(answer)
    {}

    OperationKind kind() const noexcept override { return kind_; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return false; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }

    bool run(sqlite::Connection& connection) noexcept override
    {
        // Before the connection is let go, and the thread that reads next may write in turn.
        blocked_.waits(false);
        const bool done = this->run_work(work_, connection);
        if (again()) blocked_.waits(true);
        return done;
    }
    bool again() const noexcept override { return this->again_of(work_); }
    void complete(std::string_view tenant) noexcept override { answer_.give(this->take_result(tenant)); }
    void refuse(Error error) noexcept override
    {
        this->forget_result();
        answer_.give(fail(std::move(error)));
    }

private:
    const OperationKind kind_;
    Work& work_;
    BlockedInside& blocked_;
    AnswerTo<R, E> answer_;
};

} // namespace tenantry::detail

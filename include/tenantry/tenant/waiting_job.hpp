// The job of a caller who waits for it in his own thread.
#pragma once

#include <atomic>
#include <optional>
#include <string_view>
#include <utility>

#include <tenantry/async/answer.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/job.hpp>

namespace tenantry::detail {

/// `Work` is `Result<R>(sqlite::Connection&)`. Refers to it and to the answer, both of which live until that is given.
template <class R, class Work>
class WaitingJob final : public Job {
public:
    WaitingJob(JobKind kind, Work& work, async::Answer<R>& answer) noexcept
        : kind_(kind), work_(work), answer_(answer)
    {}

    JobKind kind() const noexcept override { return kind_; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return false; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }

    bool run(sqlite::Connection& connection) noexcept override
    {
        result_.emplace(guarded<R>(work_, connection));
        return result_->has_value();
    }

    bool succeeded() const noexcept override { return result_ && *result_; }
    void fail_with(Error error) noexcept override { result_.emplace(fail(std::move(error))); }

    const Error* error() const noexcept override
    {
        return result_ && !*result_ ? &result_->error() : nullptr;
    }
    bool again() const noexcept override
    {
        if constexpr (requires { work_.again(); })
            return work_.again();
        else
            return false;
    }

    void complete(std::string_view tenant) noexcept override
    {
        if (!*result_) result_->error().with_tenant(tenant);
        answer_.give(std::move(*result_));
    }

    void refuse(Error error) noexcept override { answer_.give(fail(std::move(error))); }

private:
    const JobKind kind_;
    Work& work_;
    std::optional<Result<R>> result_;
    async::AnswerTo<R> answer_;
};

} // namespace tenantry::detail

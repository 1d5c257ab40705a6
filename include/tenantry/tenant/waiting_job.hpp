// The job of a caller who waits for it in his own thread.
#pragma once

#include <atomic>
#include <string_view>
#include <utility>

#include <tenantry/async/answer.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/job.hpp>

namespace tenantry::detail {

/// `Work` is `Result<R>(sqlite::Connection&)`. Refers to it and to the answer, both of which live until that is given.
template <class R, class Work>
class WaitingJob final : public JobOf<R> {
public:
    WaitingJob(JobKind kind, Work& work, async::Answer<R>& answer) noexcept
        : kind_(kind), work_(work), answer_(answer)
    {}

    JobKind kind() const noexcept override { return kind_; }
    bool claim() noexcept override { return true; }
    bool cancelled() const noexcept override { return false; }
    const std::atomic<bool>* cancel_flag() const noexcept override { return nullptr; }

    bool run(sqlite::Connection& connection) noexcept override { return this->run_work(work_, connection); }
    bool again() const noexcept override { return this->again_of(work_); }
    void complete(std::string_view tenant) noexcept override { answer_.give(this->take_result(tenant)); }
    void refuse(Error error) noexcept override
    {
        this->forget_result();
        answer_.give(fail(std::move(error)));
    }

private:
    const JobKind kind_;
    Work& work_;
    async::AnswerTo<R> answer_;
};

} // namespace tenantry::detail

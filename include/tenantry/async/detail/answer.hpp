// A result that one thread waits for and another gives.
#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <utility>

#include <tenantry/core/error.hpp>

namespace tenantry::detail {

/// For calls that block: lives where the caller waits, and is given its result exactly once, from any thread. It may be
/// gone as soon as it was.
template <class R, class E = Error>
class Answer {
public:
    Answer() = default;
    Answer(const Answer&) = delete;
    Answer& operator=(const Answer&) = delete;

    void give(Result<R, E> result) noexcept
    {
        // Notified under the lock: the thread that waits cannot return, and destroy this, before it is over.
        const std::lock_guard lock(mutex_);
        result_.emplace(std::move(result));
        given_.notify_one();
    }

    /// Blocks until the result is there. Once.
    [[nodiscard]] Result<R, E> wait()
    {
        std::unique_lock lock(mutex_);
        given_.wait(lock, [this] { return result_.has_value(); });
        return std::move(*result_);
    }

private:
    std::mutex mutex_;
    std::condition_variable given_;
    std::optional<Result<R, E>> result_;
};

/// The giving half: an answer that is promised is given, with `errc::cancelled` where nobody else has.
template <class R, class E = Error>
class AnswerTo {
public:
    explicit AnswerTo(Answer<R, E>& answer) noexcept : answer_(&answer) {}
    AnswerTo(const AnswerTo&) = delete;
    AnswerTo& operator=(const AnswerTo&) = delete;
    ~AnswerTo()
    {
        if (answer_ != nullptr) give(fail(tenantry::detail::given_up_error()));
    }

    /// The second time it does nothing.
    void give(Result<R, E> result) noexcept
    {
        if (Answer<R, E>* const answer = std::exchange(answer_, nullptr)) answer->give(std::move(result));
    }

private:
    Answer<R, E>* answer_;
};

} // namespace tenantry::detail

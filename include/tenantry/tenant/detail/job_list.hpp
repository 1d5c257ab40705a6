// Jobs in an order, which need no memory for it.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <tenantry/tenant/detail/job.hpp>

namespace tenantry::detail {

/// Each is in one list at a time, in a place that it brings with it: what a turn does with its jobs cannot fail.
class JobList {
public:
    using JobPtr = std::unique_ptr<Job>;

    /// Over `const JobPtr&`.
    class Iterator {
    public:
        explicit Iterator(const JobPtr* at) noexcept : at_(at) {}
        [[nodiscard]] const JobPtr& operator*() const noexcept { return *at_; }
        Iterator& operator++() noexcept
        {
            at_ = &(*at_)->next_;
            return *this;
        }
        // All that are over are alike.
        friend bool operator==(const Iterator& a, const Iterator& b) noexcept
        {
            return a.at_->get() == b.at_->get();
        }

    private:
        const JobPtr* at_;
    };

    JobList() = default;
    JobList(JobList&& other) noexcept
        : first_(std::move(other.first_)),
          last_(std::exchange(other.last_, nullptr)),
          size_(std::exchange(other.size_, 0))
    {}
    JobList& operator=(JobList&& other) noexcept
    {
        JobList taken(std::move(other));
        std::swap(first_, taken.first_);
        std::swap(last_, taken.last_);
        std::swap(size_, taken.size_);
        return *this;
    }
    JobList(const JobList&) = delete;
    JobList& operator=(const JobList&) = delete;
    ~JobList()
    {
        while (pop_front()) {} // one after the other, however many there are
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Null where there is none.
    [[nodiscard]] const Job* front() const noexcept { return first_.get(); }

    [[nodiscard]] Iterator begin() const noexcept { return Iterator(&first_); }
    [[nodiscard]] Iterator end() const noexcept { return Iterator(&none); }

    void push_back(JobPtr job) noexcept
    {
        Job* const last = job.get();
        (last_ != nullptr ? last_->next_ : first_) = std::move(job);
        last_ = last;
        ++size_;
    }

    void push_front(JobPtr job) noexcept
    {
        if (last_ == nullptr) last_ = job.get();
        job->next_ = std::move(first_);
        first_ = std::move(job);
        ++size_;
    }

    /// Null where there is none.
    JobPtr pop_front() noexcept
    {
        JobPtr job = std::move(first_);
        if (!job) return job;
        first_ = std::move(job->next_);
        if (!first_) last_ = nullptr;
        --size_;
        return job;
    }

    /// Behind those that are here.
    void append(JobList more) noexcept
    {
        if (more.empty()) return;
        (last_ != nullptr ? last_->next_ : first_) = std::move(more.first_);
        last_ = std::exchange(more.last_, nullptr);
        size_ += std::exchange(more.size_, 0);
    }

    /// Those for which `meant(job)` is true, taken out; all keep their order.
    template <class Meant>
    [[nodiscard]] JobList take_if(Meant meant)
    {
        JobList taken;
        JobList kept;
        while (JobPtr job = pop_front()) {
            JobList& list = meant(static_cast<const Job&>(*job)) ? taken : kept;
            list.push_back(std::move(job));
        }
        *this = std::move(kept);
        return taken;
    }

private:
    static inline const JobPtr none;

    JobPtr first_;
    Job* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tenantry::detail

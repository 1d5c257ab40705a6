// Operations in an order, which need no memory for it.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

#include <tenantry/tenant/detail/operation.hpp>

namespace tenantry::detail {

/// Each is in one list at a time, in a place that it brings with it: what a turn does with its operations cannot fail.
class OperationList {
public:
    using OperationPtr = std::unique_ptr<Operation>;

    /// Over `const OperationPtr&`.
    class Iterator {
    public:
        explicit Iterator(const OperationPtr* at) noexcept : at_(at) {}
        [[nodiscard]] const OperationPtr& operator*() const noexcept { return *at_; }
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
        const OperationPtr* at_;
    };

    OperationList() = default;
    OperationList(OperationList&& other) noexcept
        : first_(std::move(other.first_)),
          last_(std::exchange(other.last_, nullptr)),
          size_(std::exchange(other.size_, 0))
    {}
    OperationList& operator=(OperationList&& other) noexcept
    {
        OperationList taken(std::move(other));
        std::swap(first_, taken.first_);
        std::swap(last_, taken.last_);
        std::swap(size_, taken.size_);
        return *this;
    }
    OperationList(const OperationList&) = delete;
    OperationList& operator=(const OperationList&) = delete;
    ~OperationList()
    {
        while (pop_front()) {} // one after the other, however many there are
    }

    [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
    [[nodiscard]] std::size_t size() const noexcept { return size_; }

    /// Null where there is none.
    [[nodiscard]] const Operation* front() const noexcept { return first_.get(); }

    [[nodiscard]] Iterator begin() const noexcept { return Iterator(&first_); }
    [[nodiscard]] Iterator end() const noexcept { return Iterator(&none); }

    void push_back(OperationPtr operation) noexcept
    {
        Operation* const last = operation.get();
        (last_ != nullptr ? last_->next_ : first_) = std::move(operation);
        last_ = last;
        ++size_;
    }

    void push_front(OperationPtr operation) noexcept
    {
        if (last_ == nullptr) last_ = operation.get();
        operation->next_ = std::move(first_);
        first_ = std::move(operation);
        ++size_;
    }

    /// Null where there is none.
    OperationPtr pop_front() noexcept
    {
        OperationPtr operation = std::move(first_);
        if (!operation) return operation;
        first_ = std::move(operation->next_);
        if (!first_) last_ = nullptr;
        --size_;
        return operation;
    }

    /// Behind those that are here.
    void append(OperationList more) noexcept
    {
        if (more.empty()) return;
        (last_ != nullptr ? last_->next_ : first_) = std::move(more.first_);
        last_ = std::exchange(more.last_, nullptr);
        size_ += std::exchange(more.size_, 0);
    }

    /// Those for which `meant(operation)` is true, taken out; all keep their order.
    template <class Meant>
    [[nodiscard]] OperationList take_if(Meant meant)
    {
        OperationList taken;
        OperationList kept;
        while (OperationPtr operation = pop_front()) {
            OperationList& list = meant(static_cast<const Operation&>(*operation)) ? taken : kept;
            list.push_back(std::move(operation));
        }
        *this = std::move(kept);
        return taken;
    }

private:
    static inline const OperationPtr none;

    OperationPtr first_;
    Operation* last_ = nullptr;
    std::size_t size_ = 0;
};

} // namespace tenantry::detail

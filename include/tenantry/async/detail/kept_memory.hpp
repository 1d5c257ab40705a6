// Memory that is reserved for one purpose, which then cannot fail with out of memory.
#pragma once

#include <cstddef>
#include <new>

namespace tenantry::detail {

/// For one handler at a time that waits: bind it to `KeptMemory::Allocator<void>` (`boost::asio::bind_allocator`). Outlives what
/// is made in it.
class KeptMemory {
public:
    template <class T>
    class Allocator {
    public:
        using value_type = T;

        explicit Allocator(KeptMemory& memory) noexcept : memory_(&memory) {}
        template <class U>
        Allocator(const Allocator<U>& other) noexcept : memory_(other.memory_)
        {}

        [[nodiscard]] T* allocate(std::size_t count)
        {
            static_assert(alignof(T) <= alignof(std::max_align_t));
            if (count > size / sizeof(T)) throw std::bad_alloc();
            return reinterpret_cast<T*>(memory_->bytes_);
        }
        void deallocate(T*, std::size_t) noexcept {}

        friend bool operator==(const Allocator& a, const Allocator& b) noexcept
        {
            return a.memory_ == b.memory_;
        }
        friend bool operator!=(const Allocator& a, const Allocator& b) noexcept
        {
            return a.memory_ != b.memory_;
        }

    private:
        template <class>
        friend class Allocator;
        KeptMemory* memory_;
    };

    [[nodiscard]] Allocator<void> allocator() noexcept { return Allocator<void>(*this); }

private:
    static constexpr std::size_t size = 512;
    alignas(std::max_align_t) std::byte bytes_[size];
};

} // namespace tenantry::detail

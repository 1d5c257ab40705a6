#pragma once

#include <tenantry/async/detail/context_watch.hpp>

namespace tenantry::detail {

TENANTRY_DECL ContextWatch::~ContextWatch()
{
    shutdown(); // it may have been made while the context ended, which does not tell it then
    ended_.fetch_add(1, std::memory_order_release);
}

TENANTRY_DECL ContextWatch& ContextWatch::of(boost::asio::execution_context& context)
{
    struct Known {
        const boost::asio::execution_context* context = nullptr;
        ContextWatch* watch = nullptr;
        std::uint64_t ended = 0;
    };
    static thread_local Known known;
    // Where one has ended, another may have its address.
    const std::uint64_t ended = ended_.load(std::memory_order_acquire);
    if (known.context != &context || known.ended != ended)
        known = {&context, &boost::asio::use_service<ContextWatch>(context), ended};
    return *known.watch;
}

TENANTRY_DECL bool ContextWatch::add(ContextClient& client)
{
    const std::lock_guard lock(mutex_);
    if (closing_) return false;
    client.previous_ = nullptr;
    client.next_ = first_;
    if (first_ != nullptr) first_->previous_ = &client;
    first_ = &client;
    client.linked_ = true;
    return true;
}

TENANTRY_DECL void ContextWatch::remove(ContextClient& client) noexcept
{
    std::unique_lock lock(mutex_);
    unlink(client, lock);
    if (closing_) changed_.notify_all();
}

TENANTRY_DECL void ContextWatch::begin_delivery(ContextClient& client) noexcept
{
    std::unique_lock lock(mutex_);
    ++delivering_;
    unlink(client, lock);
}

TENANTRY_DECL void ContextWatch::end_delivery() noexcept
{
    const std::lock_guard lock(mutex_);
    --delivering_;
    if (closing_) changed_.notify_all();
}

TENANTRY_DECL void ContextWatch::shutdown()
{
    std::unique_lock lock(mutex_);
    closing_ = true;
    telling_thread_ = std::this_thread::get_id();
    while (first_ != nullptr || delivering_ != 0) {
        ContextClient* untold = first_;
        while (untold != nullptr && untold->told_) untold = untold->next_;
        if (untold == nullptr) {
            changed_.wait(lock);
            continue;
        }
        untold->told_ = true;
        telling_ = untold;
        lock.unlock();
        untold->context_gone();
        lock.lock();
        telling_ = nullptr;
        changed_.notify_all();
    }
}

TENANTRY_DECL void ContextWatch::unlink(ContextClient& client, std::unique_lock<std::mutex>& lock) noexcept
{
    // While another thread is inside context_gone() of this client, the client must not be destroyed.
    if (telling_ == &client && telling_thread_ != std::this_thread::get_id())
        changed_.wait(lock, [&] { return telling_ != &client; });
    if (!client.linked_) return;
    (client.previous_ != nullptr ? client.previous_->next_ : first_) = client.next_;
    if (client.next_ != nullptr) client.next_->previous_ = client.previous_;
    client.linked_ = false;
}

} // namespace tenantry::detail

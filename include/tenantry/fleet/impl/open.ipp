#pragma once

#include <tenantry/fleet/open.hpp>

#include <algorithm>
#include <cstddef>
#include <thread>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/async/detail/fork.hpp>
#include <tenantry/async/detail/kept_memory.hpp>
#include <tenantry/core/detail/thrown.hpp>
#include <tenantry/fleet/detail/check_options.hpp>
#include <tenantry/fleet/detail/core.hpp>
#include <tenantry/fleet/detail/layout.hpp>
#include <tenantry/fleet/detail/root_lock.hpp>

namespace tenantry::detail {

class ThreadPool final : public FleetPool {
public:
    // 0: twice the cores, at least 4
    explicit ThreadPool(std::size_t threads) : pool_(threads != 0 ? threads : usual()) {}

    [[nodiscard]] boost::asio::any_io_executor executor() { return pool_.get_executor(); }

    void finish() noexcept override
    {
        // What was answered before this line is told before the pool ends.
        Answer<void> told;
        boost::asio::post(pool_,
                          boost::asio::bind_allocator(memory_.allocator(), [&told] { told.give({}); }));
        (void)told.wait();
        pool_.stop();
        pool_.join();
    }

private:
    [[nodiscard]] static std::size_t usual()
    {
        return std::max<std::size_t>(4, std::size_t{2} * std::thread::hardware_concurrency());
    }

    KeptMemory memory_; // a fleet can be ended where there is none
    boost::asio::thread_pool pool_;
};

/// What is asked and made on disk before a fleet is there. Errors as `Fleet::open`.
struct OpenedRoot {
    Layout layout;
    RootLock lock;

    [[nodiscard]] static Result<OpenedRoot> open(const std::filesystem::path& root,
                                                 const FleetOptions& options, std::string_view schema)
    {
        if (Forks::count() != 0) return fail(forked_error());
        if (auto checked = check_options(options); !checked) return fail(std::move(checked).error());
        auto layout = Layout::open(root, options, schema);
        if (!layout) return fail(std::move(layout).error());
        auto lock = RootLock::take(layout->root(), options.sole_owner, !options.read_only);
        if (!lock) return fail(std::move(lock).error());
        return OpenedRoot{std::move(*layout), std::move(*lock)};
    }
};

TENANTRY_DECL Result<OpenedFleet> open_fleet(const boost::asio::any_io_executor* executor,
                                             const std::filesystem::path& root, const FleetOptions& options,
                                             std::string_view schema_name, const SchemaInfo& (*schema)())
{
    return caught("opening a fleet", [&]() -> Result<OpenedFleet> {
        auto opened = OpenedRoot::open(root, options, schema_name);
        if (!opened) return fail(std::move(opened).error());
        auto pool = executor == nullptr ? std::make_unique<ThreadPool>(options.threads) : nullptr;
        auto core = std::make_shared<FleetCore>(std::move(opened->layout), std::move(opened->lock), schema(),
                                                options, executor == nullptr ? pool->executor() : *executor);
        return OpenedFleet{std::move(pool), std::move(core)};
    });
}

} // namespace tenantry::detail

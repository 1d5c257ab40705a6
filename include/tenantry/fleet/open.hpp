// Opening a fleet: what brings in all that runs one.
#pragma once

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <memory>
#include <string_view>
#include <thread>
#include <utility>

#include <boost/asio/bind_allocator.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>

#include <tenantry/async/detail/answer.hpp>
#include <tenantry/async/detail/fork.hpp>
#include <tenantry/async/detail/kept_memory.hpp>
#include <tenantry/fleet/detail/check_options.hpp>
#include <tenantry/fleet/detail/core.hpp>
#include <tenantry/fleet/detail/layout.hpp>
#include <tenantry/fleet/detail/root_lock.hpp>
#include <tenantry/fleet/fleet.hpp>
#include <tenantry/schema/ddl.hpp>
#include <tenantry/schema/schema.hpp>

namespace tenantry {

namespace detail {

class ThreadPool final : public FleetPool {
public:
    // 0: twice the cores, at least 4
    explicit ThreadPool(std::size_t threads) : pool_(threads != 0 ? threads : usual()) {}

    [[nodiscard]] boost::asio::any_io_executor executor() { return pool_.get_executor(); }

    void finish() noexcept override
    {
        // What was answered before this line is told before the pool ends.
        async::Answer<void> told;
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

    async::KeptMemory memory_; // a fleet can be ended where there is none
    boost::asio::thread_pool pool_;
};

/// What is asked and made on disk before a fleet is there. Errors as `Fleet::open`.
struct OpenedRoot {
    Layout layout;
    RootLock lock;

    [[nodiscard]] static Result<OpenedRoot> open(const std::filesystem::path& root,
                                                 const FleetOptions& options, std::string_view schema)
    {
        if (async::Forks::count() != 0) return fail(async::forked_error());
        if (auto checked = check_options(options); !checked) return fail(std::move(checked).error());
        auto layout = Layout::open(root, options, schema);
        if (!layout) return fail(std::move(layout).error());
        auto lock = RootLock::take(layout->root(), options.sole_owner, !options.read_only);
        if (!lock) return fail(std::move(lock).error());
        return OpenedRoot{std::move(*layout), std::move(*lock)};
    }
};

template <class S>
struct FleetOpener {
    [[nodiscard]] static Result<Fleet<S>> open(const std::filesystem::path& root, const FleetOptions& options)
    {
        return caught("opening a fleet", [&]() -> Result<Fleet<S>> {
            auto opened = OpenedRoot::open(root, options, schema_name<S>());
            if (!opened) return fail(std::move(opened).error());
            auto pool = std::make_unique<ThreadPool>(options.threads);
            auto core = make_core(std::move(*opened), options, pool->executor());
            return Fleet<S>(std::move(pool), std::move(core));
        });
    }

    [[nodiscard]] static Result<Fleet<S>> open(const boost::asio::any_io_executor& executor,
                                               const std::filesystem::path& root, const FleetOptions& options)
    {
        return caught("opening a fleet", [&]() -> Result<Fleet<S>> {
            auto opened = OpenedRoot::open(root, options, schema_name<S>());
            if (!opened) return fail(std::move(opened).error());
            return Fleet<S>(nullptr, make_core(std::move(*opened), options, executor));
        });
    }

private:
    [[nodiscard]] static std::shared_ptr<FleetPort> make_core(OpenedRoot opened, const FleetOptions& options,
                                                              boost::asio::any_io_executor executor)
    {
        return std::make_shared<FleetCore>(std::move(opened.layout), std::move(opened.lock), schema_info<S>(),
                                           options, std::move(executor));
    }
};

} // namespace detail

} // namespace tenantry

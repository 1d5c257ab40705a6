// What is done with a tenant's database while nobody uses it.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <string_view>
#include <utility>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/compaction.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/detail/optimize.hpp>
#include <tenantry/tenant/upkeep_options.hpp>

namespace tenantry::detail {

/// The operation of it. Nobody waits for its answer; `ended` is called when it is over or is not to be.
class QuietUpkeep final : public OperationOf<void> {
public:
    QuietUpkeep(const UpkeepOptions& options, const std::atomic<bool>& disturbed, std::function<void()> ended)
        : options_(options), disturbed_(disturbed), ended_(std::move(ended))
    {}
    ~QuietUpkeep() override
    {
        if (ended_) ended_();
    }

    [[nodiscard]] OperationKind kind() const noexcept override { return OperationKind::maintenance; }
    [[nodiscard]] bool claim() noexcept override { return true; }
    [[nodiscard]] bool cancelled() const noexcept override { return disturbed_; }
    [[nodiscard]] const std::atomic<bool>* cancel_flag() const noexcept override { return &disturbed_; }

    [[nodiscard]] bool run(sqlite::Connection& connection) noexcept override
    {
        return run_work(*this, connection);
    }
    Result<void> operator()(sqlite::Connection& connection)
    {
        if (std::exchange(first_, false) && options_.optimize)
            if (auto done = optimize_planner(connection); !done) return done;
        if (!compaction_.again()) {
            auto space = measure_space(connection);
            if (!space) return fail(std::move(space).error());
            if (!worth(*space)) return {};
        }
        auto compacted = compaction_(connection);
        if (!compacted) return fail(std::move(compacted).error());
        return {};
    }

    [[nodiscard]] bool again() const noexcept override { return compaction_.again(); }
    [[nodiscard]] bool in_background() const noexcept override { return true; }
    void complete(std::string_view) noexcept override {}
    void refuse(Error error) noexcept override { fail_with(std::move(error)); }

private:
    [[nodiscard]] bool worth(const Space& space) const noexcept
    {
        if (options_.compact_percent <= 0 || space.free_pages == 0) return false;
        if (space.free_bytes() < options_.compact_free) return false;
        if (space.free_pages * 100 < space.pages * static_cast<std::uint64_t>(options_.compact_percent))
            return false;
        return space.incremental || space.bytes() <= options_.compact_at_most;
    }

    const UpkeepOptions options_;
    const std::atomic<bool>& disturbed_;
    std::function<void()> ended_;
    Compaction compaction_;
    bool first_ = true;
};

} // namespace tenantry::detail

// What is done with a tenant's database while nobody uses it.
#pragma once

#include <atomic>
#include <functional>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/connection.hpp>
#include <tenantry/tenant/compaction.hpp>
#include <tenantry/tenant/detail/operation.hpp>
#include <tenantry/tenant/upkeep_options.hpp>

namespace tenantry::detail {

/// The operation of it. Nobody waits for its answer; `ended` is called when it is over or is not to be.
class QuietUpkeep final : public OperationOf<void> {
public:
    QuietUpkeep(const UpkeepOptions& options, const std::atomic<bool>& interrupted,
                std::function<void()> ended)
        : options_(options), interrupted_(interrupted), ended_(std::move(ended))
    {}
    ~QuietUpkeep() override;

    [[nodiscard]] OperationKind kind() const noexcept override { return OperationKind::maintenance; }
    [[nodiscard]] bool claim() noexcept override { return true; }
    [[nodiscard]] bool cancelled() const noexcept override { return interrupted_; }
    [[nodiscard]] const std::atomic<bool>* cancel_flag() const noexcept override { return &interrupted_; }

    [[nodiscard]] bool run(sqlite::Connection& connection) noexcept override
    {
        return run_work(*this, connection);
    }
    Result<void> operator()(sqlite::Connection& connection);

    [[nodiscard]] bool again() const noexcept override { return compaction_.again(); }
    [[nodiscard]] bool in_background() const noexcept override { return true; }
    void complete(std::string_view) noexcept override {}
    void refuse(Error error) noexcept override { fail_with(std::move(error)); }

private:
    [[nodiscard]] bool worth(const Space& space) const noexcept;

    const UpkeepOptions options_;
    const std::atomic<bool>& interrupted_;
    std::function<void()> ended_;
    Compaction compaction_;
    bool first_ = true;
};

} // namespace tenantry::detail

#if TENANTRY_HEADER_ONLY
#include <tenantry/tenant/impl/quiet_upkeep.ipp>
#endif

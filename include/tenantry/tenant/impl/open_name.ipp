#pragma once

#include <tenantry/tenant/detail/open_name.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<OpenName> OpenName::take(const std::filesystem::path& database, const FileIdentity& file)
{
    auto& names = shared();
    const std::lock_guard lock(names.mutex);
    auto& holders = names.open[database.native()];
    for (auto& holder : holders) {
        if (holder.file == file) {
            ++holder.count;
            return OpenName(database, &holder);
        }
        // One that is just being opened may still make the log.
        if (holder.is_open && holder.log != file_identity(log_of(database))) continue;
        return fail(errc::busy,
                    "'" + database.native() +
                        "' was replaced while this process has the file open that lay there before: it "
                        "can be opened once nobody uses that one any more");
    }
    holders.push_back({.file = file, .count = 1});
    return OpenName(database, &holders.back());
}

TENANTRY_DECL OpenName& OpenName::operator=(OpenName&& other) noexcept
{
    std::swap(database_, other.database_);
    std::swap(holder_, other.holder_);
    return *this;
}

TENANTRY_DECL void OpenName::opened()
{
    const auto log = file_identity(log_of(database_));
    const std::lock_guard lock(shared().mutex);
    holder_->log = log;
    holder_->is_open = true;
}

TENANTRY_DECL void OpenName::release() noexcept
{
    if (holder_ == nullptr) return;
    auto& names = shared();
    const std::lock_guard lock(names.mutex);
    if (--holder_->count == 0) {
        const auto at = names.open.find(database_.native());
        at->second.remove_if([this](const Holder& each) { return &each == holder_; });
        if (at->second.empty()) names.open.erase(at);
    }
    holder_ = nullptr;
}

TENANTRY_DECL OpenName::Names& OpenName::shared()
{
    static auto* const names = new Names;
    return *names;
}

} // namespace tenantry::detail

#pragma once

#include <tenantry/tenant/detail/template.hpp>

#include <system_error>
#include <utility>

#include <tenantry/core/detail/files.hpp>
#include <tenantry/migrate/detail/mark.hpp>
#include <tenantry/migrate/ensure.hpp>

namespace tenantry::detail {

TENANTRY_DECL Result<void> TenantTemplate::create(const std::filesystem::path& staging, const Place& place)
{
    StagedDirectory staged(staging, place.name);
    if (auto begun = staged.begin(); !begun) return begun;
    auto pattern = pattern_or_build(staged);
    if (!pattern) return fail(std::move(pattern).error());
    auto made = *pattern ? write(staged, **pattern) : staged.adopt_database();
    if (!made) return made;
    return staged.move_to(place);
}

TENANTRY_DECL Result<TenantTemplate::PatternPtr> TenantTemplate::pattern_or_build(
    const StagedDirectory& staged)
{
    const std::lock_guard lock(mutex_);
    if (pattern_) return pattern_;
    const auto path = staged.database();
    const auto incarnation = staged.state().incarnation;
    if (auto built = build_database(path, incarnation, schema_, options_); !built)
        return fail(std::move(built).error());
    // It is in nobody's hands yet or any more: here a database may be read as a file.
    std::error_code error;
    const auto size = std::filesystem::file_size(path, error);
    if (error) return fail(system_error(error.value(), "asking for the size of", path));
    auto contents = read_small_file(path, static_cast<std::size_t>(size));
    if (!contents) return fail(std::move(contents).error());
    auto pattern = pattern_of(std::move(contents->text), incarnation);
    if (!pattern) return fail(std::move(pattern).error());
    pattern_ = std::move(*pattern);
    return PatternPtr();
}

TENANTRY_DECL Result<TenantTemplate::PatternPtr> TenantTemplate::pattern_of(std::string bytes,
                                                                            std::uint64_t incarnation) const
{
    const std::string digits = hex(incarnation);
    const auto at = bytes.find(digits);
    const auto mark = migrate::current_mark(schema_, options_.history);
    const bool found = at != std::string::npos && bytes.find(digits, at + 1) == std::string::npos &&
                       bytes.compare(user_version_at, user_version_size, kept_mark(mark, incarnation)) == 0;
    if (!found)
        return fail(errc::internal,
                    "a new tenant's database has its incarnation in other places than are known");
    return std::make_shared<const Pattern>(Pattern{std::move(bytes), at, mark});
}

TENANTRY_DECL std::string TenantTemplate::kept_mark(std::int64_t mark, std::uint64_t incarnation)
{
    const auto kept = static_cast<std::uint32_t>(migrate::mix_mark(mark, incarnation));
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>((kept >> shift) & 0xffU);
    return bytes;
}

TENANTRY_DECL Result<void> TenantTemplate::write(StagedDirectory& staged, const Pattern& pattern)
{
    const auto incarnation = staged.state().incarnation;
    std::string bytes = pattern.bytes;
    bytes.replace(user_version_at, user_version_size, kept_mark(pattern.mark, incarnation));
    const std::string digits = hex(incarnation);
    bytes.replace(pattern.incarnation_at, digits.size(), digits);
    return staged.write_database(bytes);
}

} // namespace tenantry::detail

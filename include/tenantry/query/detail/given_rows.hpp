// The rows that a batch was given: a range, borrowed if it has a name, owned if it was a temporary.
#pragma once

#include <ranges>
#include <type_traits>
#include <utility>
#include <vector>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/query/detail/given_row.hpp>
#include <tenantry/query/rows.hpp>

namespace tenantry::detail {

template <class G>
concept RowsGiven = std::ranges::forward_range<const std::remove_cvref_t<G>&> &&
                    RowType<declared_row_t<std::ranges::range_value_t<const std::remove_cvref_t<G>&>>>;

template <class Range>
using element_t = std::ranges::range_value_t<const Range&>;

// A range that keeps its elements itself, so that keeping it keeps them.
template <class Range>
inline constexpr bool keeps_elements = !std::ranges::view<Range>;

template <class Range>
class BorrowedRows {
public:
    using given = element_t<Range>;
    static constexpr bool is_owned = false;

    constexpr explicit BorrowedRows(const Range& rows) noexcept : rows_(&rows) {}
    [[nodiscard]] constexpr const Range& get() const noexcept { return *rows_; }
    [[nodiscard]] constexpr auto owned() const;

private:
    const Range* rows_;
};

template <class Range>
class OwnedRows {
public:
    using given = element_t<Range>;
    static constexpr bool is_owned = keeps_elements<Range> && !std::is_trivially_destructible_v<Range>;

    constexpr explicit OwnedRows(const Range& rows) : rows_(rows) {}
    constexpr explicit OwnedRows(Range&& rows) noexcept : rows_(std::move(rows)) {}
    [[nodiscard]] constexpr const Range& get() const noexcept { return rows_; }
    [[nodiscard]] constexpr auto owned() const&;
    [[nodiscard]] constexpr auto owned() &&;

private:
    Range rows_;
};

// A range that lives by itself: a copy of it, or of what a view refers to.
template <class Range>
[[nodiscard]] constexpr auto copy_rows(const Range& rows)
{
    if constexpr (keeps_elements<Range> && std::copy_constructible<Range>)
        return OwnedRows<Range>(rows);
    else
        return OwnedRows<std::vector<element_t<Range>>>(
            std::vector<element_t<Range>>(std::ranges::begin(rows), std::ranges::end(rows)));
}

template <class Range>
constexpr auto BorrowedRows<Range>::owned() const
{
    return copy_rows(*rows_);
}
template <class Range>
constexpr auto OwnedRows<Range>::owned() const&
{
    return copy_rows(rows_);
}
template <class Range>
constexpr auto OwnedRows<Range>::owned() &&
{
    if constexpr (keeps_elements<Range>)
        return OwnedRows<Range>(std::move(rows_));
    else
        return copy_rows(rows_);
}

template <class G>
using rows_storage_t = std::conditional_t<std::is_lvalue_reference_v<G>, BorrowedRows<std::remove_cvref_t<G>>,
                                          OwnedRows<std::remove_cvref_t<G>>>;

} // namespace tenantry::detail

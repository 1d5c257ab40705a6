// The row that insert, update or remove was given: borrowed if it has a name, owned if it was a temporary.
#pragma once

#include <type_traits>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/query/rows.hpp>

namespace tenantry::detail {

template <class Given>
class BorrowedRow {
public:
    using given = Given;
    static constexpr bool is_owned = false;

    constexpr explicit BorrowedRow(const Given& row) noexcept : row_(&row) {}
    [[nodiscard]] constexpr const declared_row_t<Given>& get() const noexcept { return *row_; }
    [[nodiscard]] constexpr const Given& whole() const noexcept { return *row_; }

private:
    const Given* row_;
};

template <class Given>
class OwnedRow {
public:
    using given = Given;
    static constexpr bool is_owned = true;

    constexpr explicit OwnedRow(const Given& row) : row_(row) {}
    constexpr explicit OwnedRow(Given&& row) : row_(std::move(row)) {}
    [[nodiscard]] constexpr const declared_row_t<Given>& get() const noexcept { return row_; }
    [[nodiscard]] constexpr const Given& whole() const& noexcept { return row_; }
    [[nodiscard]] constexpr Given&& whole() && noexcept { return std::move(row_); }

private:
    Given row_;
};

template <class G>
using row_storage_t = std::conditional_t<std::is_lvalue_reference_v<G>, BorrowedRow<std::remove_cvref_t<G>>,
                                         OwnedRow<std::remove_cvref_t<G>>>;

template <class Storage>
[[nodiscard]] constexpr auto own_row(Storage&& row)
{
    return OwnedRow<typename std::remove_cvref_t<Storage>::given>(std::forward<Storage>(row).whole());
}

// Whether a clause has to say that it owns a row.
template <class Storage>
inline constexpr bool storage_owns_row =
    Storage::is_owned && !std::is_trivially_destructible_v<typename Storage::given>;

template <class G>
inline constexpr bool is_row_given = RowType<declared_row_t<G>>;

} // namespace tenantry::detail

// How much memory a statement takes that waits in a queue, about.
#pragma once

#include <concepts>
#include <cstddef>
#include <optional>
#include <ranges>
#include <utility>

#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/query/cardinality.hpp>
#include <tenantry/query/detail/insert_row.hpp>

namespace tenantry::detail {

/// What a value holds beyond itself, as far as that is known: texts, blobs, lists of plain values.
template <class T>
[[nodiscard]] constexpr std::size_t held_bytes(const T& value) noexcept
{
    if constexpr (std::ranges::contiguous_range<const T> && std::ranges::sized_range<const T>)
        return std::ranges::size(value) * sizeof(std::ranges::range_value_t<const T>);
    else if constexpr (requires {
                           { value.native().size() } -> std::convertible_to<std::size_t>;
                       })
        return value.native().size();
    else
        return 0;
}
template <class T>
[[nodiscard]] constexpr std::size_t held_bytes(const std::optional<T>& value) noexcept
{
    return value ? held_bytes(*value) : 0;
}

template <class Row>
[[nodiscard]] std::size_t held_bytes_of_row(const Row& row)
{
    std::size_t bytes = 0;
    each_field(row, [&](const auto& field) { bytes += held_bytes(field); });
    return bytes;
}

// Where a query's values go to be measured.
template <class S>
class Measure {
public:
    using schema = S;

    template <class T>
    void add(const T& value) noexcept
    {
        bytes_ += held_bytes(value);
    }
    void refuse(const Error&) noexcept {}

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

private:
    std::size_t bytes_ = 0;
};

template <class S, class Row>
class MeasureInsert : public Measure<S> {
public:
    [[nodiscard]] MadeId<Row>& made() noexcept { return made_; }

private:
    MadeId<Row> made_{};
};

/// What an owned query of schema S holds beyond its own size.
template <class S, class Q>
[[nodiscard]] std::size_t owned_bytes(const Q& query)
{
    if constexpr (is_batch<Q>) {
        std::size_t bytes = 0;
        for (const auto& row : query.values().rows.get())
            bytes += sizeof row + held_bytes_of_row(static_cast<const typename Q::row_type&>(row));
        return bytes;
    } else if constexpr (requires { query.values().row.get(); }) {
        return held_bytes_of_row(query.values().row.get());
    } else if constexpr (requires { typename Q::inserted_row; }) {
        MeasureInsert<S, typename Q::inserted_row> measure;
        query.bind(measure);
        return measure.bytes();
    } else {
        Measure<S> measure;
        query.bind(measure);
        return measure.bytes();
    }
}

} // namespace tenantry::detail

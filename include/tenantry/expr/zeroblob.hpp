// zeroblob(size): room for a value that is written in pieces.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/form.hpp>
#include <tenantry/expr/detail/named.hpp>
#include <tenantry/expr/expression.hpp>

namespace tenantry {

namespace detail {

struct ZeroBlob {
    using tenantry_expression = void;
    using value_type = std::vector<std::byte>;
    using source = void;
    using form = Form<FunctionSyntax<"zeroblob">, ParameterForm>;
    static constexpr bool aggregate = false;
    template <class...>
    static constexpr bool grouped = true;

    std::int64_t size;

    template <class Visitor>
    static constexpr void visit(Visitor& visitor)
    {
        visitor.template value<std::int64_t>();
    }
    template <class Parameters>
    constexpr void bind(Parameters& to) const
    {
        if (size < 0) [[unlikely]]
            to.refuse(Error(errc::invalid_argument, "zeroblob() takes a size that is not negative"));
        else
            to.add(size);
    }
    static constexpr bool owns_values = true;

    /// Under a name of its own in the result: see `Named`.
    template <class N>
    [[nodiscard]] constexpr named_t<N, ZeroBlob> as(N) const
    {
        return {*this};
    }
};

} // namespace detail

/// A blob of so many zero bytes, which SQLite makes: `insert<File>().set(col<&File::content> = zeroblob(size))`, and then
/// `tx.blob(col<&File::content>, key)` writes it in pieces. errc::invalid_argument for a negative size, errc::too_big for
/// more than SQLite takes.
[[nodiscard]] constexpr detail::ZeroBlob zeroblob(std::int64_t size) noexcept { return {size}; }

} // namespace tenantry

// Bytes as column values.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <vector>

#include <tenantry/sqlite/codec.hpp>

namespace tenantry::sqlite {

template <>
struct Codec<std::vector<std::byte>> {
    static constexpr Storage storage = Storage::blob;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::vector<std::byte>& value)
    {
        to.blob(index, std::span<const std::byte>(value));
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::vector<std::byte>& out)
    {
        const Storage found = from.storage(column);
        if (found != Storage::blob) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        const std::span<const std::byte> bytes = from.blob(column);
        out.assign(bytes.begin(), bytes.end());
        return Misfit::none;
    }
};

/// Exactly N bytes; the column has a CHECK that says so.
template <std::size_t N>
struct Codec<std::array<std::byte, N>> {
    static constexpr Storage storage = Storage::blob;

    template <class Sink>
    static constexpr void check(Sink& out, std::string_view column)
    {
        out.text("length(");
        out.text(column);
        out.text(") = ");
        out.integer(static_cast<std::int64_t>(N));
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::array<std::byte, N>& value)
    {
        to.blob(index, std::span<const std::byte>(value));
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::array<std::byte, N>& out)
    {
        const Storage found = from.storage(column);
        if (found != Storage::blob) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        const std::span<const std::byte> bytes = from.blob(column);
        if (bytes.size() != N) [[unlikely]]
            return Misfit::bad_size;
        std::copy(bytes.begin(), bytes.end(), out.begin());
        return Misfit::none;
    }
};

/// A parameter only: a row owns its bytes. What it looks at has to outlive the run of the statement.
template <>
struct Codec<std::span<const std::byte>> {
    static constexpr Storage storage = Storage::blob;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::span<const std::byte>& value)
    {
        to.blob(index, value);
    }
};

} // namespace tenantry::sqlite

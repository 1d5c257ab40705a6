// boost::uuids::uuid as a column value: a BLOB of 16 bytes.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include <boost/uuid/uuid.hpp>

#include <tenantry/sqlite/codec.hpp>

namespace tenantry::sqlite {

template <>
struct Codec<boost::uuids::uuid> {
    static constexpr Storage storage = Storage::blob;

    template <class Sink>
    static constexpr void check(Sink& out, std::string_view column)
    {
        out.text("length(");
        out.text(column);
        out.text(") = 16");
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const boost::uuids::uuid& value)
    {
        to.blob(index, std::as_bytes(std::span<const std::uint8_t, 16>(value.begin(), 16)));
    }

    template <RowReader R>
    static Misfit read(R& from, int column, boost::uuids::uuid& out)
    {
        const Storage found = from.storage(column);
        if (found != Storage::blob) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        const std::span<const std::byte> bytes = from.blob(column);
        if (bytes.size() != 16) [[unlikely]]
            return Misfit::bad_size;
        std::transform(bytes.begin(), bytes.end(), out.begin(),
                       [](std::byte b) { return std::to_integer<std::uint8_t>(b); });
        return Misfit::none;
    }
};

} // namespace tenantry::sqlite

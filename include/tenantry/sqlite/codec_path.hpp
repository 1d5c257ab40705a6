// Paths as column values: TEXT.
#pragma once

#include <concepts>
#include <filesystem>
#include <string>
#include <string_view>

#include <tenantry/sqlite/codec.hpp>

namespace tenantry::sqlite {

/// The path as it is, byte by byte, on systems whose paths are bytes; UTF-8 on Windows. A separator is not changed: a
/// file that goes from one system to the other holds generic paths if it should (`generic_string()`).
template <>
struct Codec<std::filesystem::path> {
    static constexpr Storage storage = Storage::text;
    static constexpr bool is_bytes = std::same_as<std::filesystem::path::value_type, char>;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::filesystem::path& value)
    {
        if constexpr (is_bytes) {
            to.text(index, value.native());
        } else {
            const std::u8string text = value.u8string();
            to.temporary_text(index, {reinterpret_cast<const char*>(text.data()), text.size()});
        }
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::filesystem::path& out)
    {
        const Storage found = from.storage(column);
        if (found != Storage::text) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        const std::string_view text = from.text(column);
        if constexpr (is_bytes)
            out = std::filesystem::path(text);
        else
            out = std::filesystem::path(std::u8string(text.begin(), text.end()));
        return Misfit::none;
    }
};

} // namespace tenantry::sqlite

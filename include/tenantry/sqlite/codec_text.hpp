// Text as column values. Bytes are kept as they are, embedded zeros and invalid UTF-8 included.
#pragma once

#include <string>
#include <string_view>

#include <tenantry/sqlite/codec.hpp>

namespace tenantry::sqlite {

template <>
struct Codec<std::string> {
    static constexpr Storage storage = Storage::text;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::string& value)
    {
        to.text(index, value);
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::string& out)
    {
        const Storage found = from.storage(column);
        if (found != Storage::text) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        out.assign(from.text(column));
        return Misfit::none;
    }
};

/// A parameter only: a row owns its text. What it looks at has to outlive the run of the statement.
template <>
struct Codec<std::string_view> {
    static constexpr Storage storage = Storage::text;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::string_view& value)
    {
        to.text(index, value);
    }
};

/// A parameter only. nullptr is NULL.
template <>
struct Codec<const char*> {
    static constexpr Storage storage = Storage::text;

    template <ParameterBinder B>
    static void bind(B& to, int index, const char* const& value)
    {
        if (value == nullptr)
            to.null(index);
        else
            to.text(index, value);
    }
};

} // namespace tenantry::sqlite

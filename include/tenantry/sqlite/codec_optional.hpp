// NULL as a column value: optional is empty.
#pragma once

#include <optional>

#include <tenantry/sqlite/codec.hpp>

namespace tenantry::sqlite {

template <Bindable T>
    requires(!is_nullable<T>)
struct Codec<std::optional<T>> {
    static constexpr Storage storage = Codec<T>::storage;
    static constexpr bool nullable = true;
    static constexpr ValueLimits limits = value_limits<T>;

    // A CHECK whose condition is NULL holds, so that the value's own serves (https://sqlite.org/lang_createtable.html#ckconst).
    template <class Sink>
    static constexpr void check(Sink& out, std::string_view column)
        requires requires { Codec<T>::check(out, column); }
    {
        Codec<T>::check(out, column);
    }

    template <class Sink>
    static constexpr void meaning(Sink& out)
        requires requires { Codec<T>::meaning(out); }
    {
        Codec<T>::meaning(out);
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::optional<T>& value)
    {
        if (value)
            Codec<T>::bind(to, index, *value);
        else
            to.null(index);
    }

    template <RowReader R>
    static Misfit read(R& from, int column, std::optional<T>& out)
        requires Readable<T>
    {
        if (from.storage(column) == Storage::null) {
            out.reset();
            return Misfit::none;
        }
        return Codec<T>::read(from, column, out ? *out : out.emplace());
    }
};

/// A parameter only.
template <>
struct Codec<std::nullopt_t> {
    static constexpr Storage storage = Storage::null;
    static constexpr bool nullable = true;

    template <ParameterBinder B>
    static void bind(B& to, int index, const std::nullopt_t&)
    {
        to.null(index);
    }
};

} // namespace tenantry::sqlite

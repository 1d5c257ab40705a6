// Enumerations as column values: their names as text, or their numbers by choice.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/core/enum_names.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry {

/// How an enumeration is stored.
enum class EnumStorage { text, integer };

/// By name, unless said otherwise right behind the enumeration, before any row has it:
///
///     template <>
///     inline constexpr EnumStorage tenantry::enum_storage<Level> = EnumStorage::integer;
///
/// Text survives a reordering of the enumerators and can be read by people; integers are smaller and survive
/// a renaming. Either way the column has a CHECK of the enumerators.
template <class E>
inline constexpr EnumStorage enum_storage = EnumStorage::text;

} // namespace tenantry

namespace tenantry::detail {

[[gnu::cold, gnu::noinline]] inline Error no_enumerator(std::int64_t value)
{
    return Error(errc::invalid_argument,
                 "the value " + std::to_string(value) + " of an enum has no enumerator and cannot be stored");
}

} // namespace tenantry::detail

namespace tenantry {
namespace sqlite {

template <class E>
    requires std::is_enum_v<E>
struct Codec<E> {
    using Enumerators = tenantry::detail::enumerators<E>; // named here, so that its rules come first
    static constexpr bool by_name = enum_storage<E> == EnumStorage::text;
    static constexpr Storage storage = by_name ? Storage::text : Storage::integer;

    // Not with IN: of a list of more than two SQLite makes a table at each insert, which takes as long as all the rest of it.
    template <class Sink>
    static constexpr void check(Sink& out, std::string_view column)
    {
        for (std::size_t n = 0; n < enum_names<E>.size(); ++n) {
            if (n != 0) out.text(" OR ");
            out.text(column);
            out.text(" = ");
            if constexpr (by_name)
                out.literal(enum_names<E>[n]);
            else
                out.integer(static_cast<std::int64_t>(enum_values<E>[n]));
        }
    }

    // By name it needs none: the names are the values.
    template <class Sink>
    static constexpr void meaning(Sink& out)
        requires(!by_name)
    {
        out.text("enum");
        for (std::size_t n = 0; n < enum_names<E>.size(); ++n) {
            out.text(" ");
            out.text(enum_names<E>[n]);
            out.text("=");
            out.integer(static_cast<std::int64_t>(enum_values<E>[n]));
        }
    }

    template <ParameterBinder B>
    static void bind(B& to, int index, const E& value)
    {
        const std::string_view name = enum_name(value);
        if (name.empty()) [[unlikely]]
            to.refuse(detail::no_enumerator(static_cast<std::int64_t>(value)));
        else if constexpr (by_name)
            to.text(index, name);
        else
            to.integer(index, static_cast<std::int64_t>(value));
    }

    template <RowReader R>
    static Misfit read(R& from, int column, E& out)
    {
        const Storage found = from.storage(column);
        if (found != storage) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        if constexpr (by_name) {
            const auto value = enum_value<E>(from.text(column));
            if (!value) [[unlikely]]
                return Misfit::unknown_enumerator;
            out = *value;
        } else {
            const std::int64_t number = from.integer(column);
            using Underlying = std::underlying_type_t<E>;
            if (!std::in_range<Underlying>(number) || enum_name(static_cast<E>(number)).empty()) [[unlikely]]
                return Misfit::unknown_enumerator;
            out = static_cast<E>(number);
        }
        return Misfit::none;
    }
};

} // namespace sqlite

} // namespace tenantry

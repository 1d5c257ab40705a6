// external_id(key), key_for<Row>(db, text): ids as texts for URLs, which know whose they are.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <tenantry/core/detail/base64.hpp>
#include <tenantry/core/detail/hash.hpp>
#include <tenantry/core/detail/type_name.hpp>
#include <tenantry/core/detail/utf8.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/schema/traits.hpp>
#include <tenantry/sqlite/codec.hpp>
#include <tenantry/sqlite/detail/packed_values.hpp>
#include <tenantry/tenant/key_for.hpp>

namespace tenantry {

namespace detail {

// The id's value, packed; five bytes of its tenant; two that are made of all of these, so that a slip is seen.
inline constexpr std::size_t external_tenant_size = 5;
inline constexpr std::size_t external_check_size = 2;

[[nodiscard]] inline std::string external_tenant(std::uint64_t incarnation)
{
    return mark_bytes(spread_bits(incarnation ^ 0x7465'6e61'6e74'7279u)).substr(0, external_tenant_size);
}

[[nodiscard]] inline std::string external_check(std::string_view bytes)
{
    return mark_bytes(hash_bytes(bytes)).substr(0, external_check_size);
}

// What an external id says: a packed value, and whose it is.
struct ExternalParts {
    std::string value;
    std::string tenant;
};

[[nodiscard]] inline std::string join_external(std::string value, std::uint64_t incarnation)
{
    value += external_tenant(incarnation);
    value += external_check(value);
    return to_base64(value, Base64::url);
}

[[nodiscard]] inline std::optional<ExternalParts> split_external(std::string_view text)
{
    const auto bytes = from_base64(text, Base64::url);
    if (!bytes || bytes->size() <= external_tenant_size + external_check_size) return std::nullopt;
    const std::size_t checked = bytes->size() - external_check_size;
    const std::size_t value = checked - external_tenant_size;
    if (external_check(std::string_view(*bytes).substr(0, checked)) != bytes->substr(checked))
        return std::nullopt;
    return ExternalParts{bytes->substr(0, value), bytes->substr(value, external_tenant_size)};
}

[[gnu::cold, gnu::noinline]] inline Error no_external_id(std::string_view text, std::string_view row)
{
    const std::string_view shown = shown_part(text, 64);
    std::string message = "'";
    message.append(shown)
        .append(shown.size() < text.size() ? "...' is no external id of '" : "' is no external id of '")
        .append(row)
        .append("': it is none at all, or was mistyped or cut off");
    return Error(errc::invalid_id, std::move(message));
}

template <class Value>
[[nodiscard]] std::string write_external(const Value& value, std::uint64_t incarnation)
{
    PackedValues packed(incarnation);
    sqlite::Codec<Value>::bind(packed, 1, value);
    auto bytes = packed.take();
    return bytes ? join_external(std::move(*bytes), incarnation) : std::string();
}

template <class Row, class Value>
[[nodiscard]] Result<Value> read_external(std::string_view text, std::uint64_t incarnation)
{
    const auto parts = split_external(text);
    if (!parts) return fail(no_external_id(text, type_name<Row>()));
    if (parts->tenant != external_tenant(incarnation)) return fail(stranger(type_name<Row>()));
    const auto values = UnpackedValues::of(parts->value);
    Value value{};
    if (!values || values->size() != 1 ||
        sqlite::Codec<Value>::read(*values, 0, value) != sqlite::Misfit::none)
        return fail(no_external_id(text, type_name<Row>()));
    return value;
}

} // namespace detail

/// A short text for URLs and files, of letters, digits, '-' and '_', that says which row of which tenant this is: 12
/// characters up to the number 255, 14 up to 65,535. Acme's ticket 1 and globex's ticket 1 have different ones, and a tenant
/// that was destroyed and created again has others than before. Empty for an id that is unset.
///
/// It is a fence against mistakes: whoever has read this can make one. Of what table the row is it does not say; whoever reads
/// it does.
template <class Row, class Value>
[[nodiscard]] std::string external_id(const Id<Row, Value>& id)
{
    return id.has_value() ? detail::write_external(id.value(), id.incarnation()) : std::string();
}
template <class Row, class T>
[[nodiscard]] std::string external_id(const Key<Row, T>& key)
{
    return key.has_value() ? detail::write_external(key.value(), key.incarnation()) : std::string();
}

/// A text that is meant as an external id, where ids are texts themselves.
struct ExternalId {
    /// A view: it lives as long as the call.
    std::string_view text{};
};

/// The key of an external id that came from outside: `key_for<Ticket>(db, text)`. It says nothing of whether there is such a
/// row.
///
/// Errors: wrong_tenant for that of another tenant; invalid_id for what is no external id, or was mistyped.
template <class Row, detail::Handle H>
[[nodiscard]] auto key_for(const H& handle, const ExternalId& id)
    -> Result<Key<Row, typename detail::handle_traits<H>::tenant>>
{
    using T = typename detail::handle_traits<H>::tenant;
    (void)table_of<schema_of<T>, Row>{};
    auto value = detail::read_external<Row, id_value_t<Row>>(id.text, handle.incarnation());
    if (!value) {
        if constexpr (requires { value.error().with_tenant(handle.id()); })
            value.error().with_tenant(handle.id());
        return fail(std::move(value).error());
    }
    return detail::IdAccess::key<Row, T>(std::move(*value), handle.incarnation());
}

/// The same for a text. Where the ids of a row are texts themselves, a text is such an id: say `ExternalId{text}`.
template <class Row, detail::Handle H>
    requires(!std::convertible_to<std::string_view, id_value_t<Row>> &&
             !std::constructible_from<id_value_t<Row>, std::string_view>)
[[nodiscard]] auto key_for(const H& handle, std::string_view text)
    -> Result<Key<Row, typename detail::handle_traits<H>::tenant>>
{
    return key_for<Row>(handle, ExternalId{text});
}

} // namespace tenantry

// What json_each() and json_members() give rows of.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace tenantry {

/// An element of an array: `json_each<"tag", std::string>(col<&Post::tags>)`. Its columns are
/// `col<&JsonElement<std::string>::value>` and so on.
template <class V>
struct JsonElement {
    std::int64_t key{};       ///< its place, from 0
    std::optional<V> value{}; ///< none for JSON's null
    std::string type{};       ///< `null`, `true`, `false`, `integer`, `real`, `text`, `array` or `object`
};

/// A member of an object: `json_members<"header", std::string>(col<&Mail::headers>)`.
template <class V>
struct JsonMember {
    std::string key{};        ///< its name
    std::optional<V> value{}; ///< none for JSON's null
    std::string type{};       ///< as an element's
};

namespace detail {

template <class Row>
struct json_entry {
    static constexpr bool is_one = false;
};
template <class V>
struct json_entry<JsonElement<V>> {
    static constexpr bool is_one = true;
    static constexpr std::size_t value_index = 1;
    using value = V;
};
template <class V>
struct json_entry<JsonMember<V>> : json_entry<JsonElement<V>> {};

template <class Row>
inline constexpr bool is_json_entry = json_entry<Row>::is_one;

} // namespace detail

} // namespace tenantry

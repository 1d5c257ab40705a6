// A value that goes into JSON, such as it is there: SQLite knows neither bool nor JSON among its types.
#pragma once

#include <concepts>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tenantry/expr/detail/operand.hpp>
#include <tenantry/expr/detail/result.hpp>

namespace tenantry::detail {

// A type of columns that are JSON whatever their value: its codec says `is_json = true`.
template <class T>
inline constexpr bool is_json_type = requires { requires sqlite::Codec<T>::is_json; };

// `true` or `false` of a condition, NULL of NULL.
struct JsonBool {
    static constexpr Precedence precedence = Precedence::primary;

    template <class Out, class Operand>
    static constexpr void render(Out& out)
    {
        out.text("json(CASE ");
        render_operand<Operand>(out, Precedence::relation);
        out.text(" <> 0 WHEN 1 THEN 'true' WHEN 0 THEN 'false' END)");
    }
};

struct JsonText : FunctionSyntax<"json"> {};

constexpr std::string_view json_bool(bool value) noexcept { return value ? "true" : "false"; }

// `json(?)` where it is a bool or JSON, of which SQLite would make a number or a text.
template <class V>
[[nodiscard]] constexpr auto json_operand(V&& value)
{
    using T = std::decay_t<V>;
    if constexpr (AnyExpression<V>) {
        using Value = typename std::remove_cvref_t<V>::value_type;
        if constexpr (is_refused<V>)
            return Refused{};
        else if constexpr (is_json_type<base_value_t<V>>)
            return compound<JsonText, Value>(std::forward<V>(value));
        else if constexpr (std::same_as<base_value_t<V>, bool>)
            return compound<JsonBool, nullable_like<std::string, Value>>(std::forward<V>(value));
        else
            return std::remove_cvref_t<V>(std::forward<V>(value));
    } else if constexpr (std::same_as<T, bool>) {
        return compound<JsonText, std::string>(Parameter<std::string_view>{json_bool(value)});
    } else if constexpr (std::same_as<T, std::optional<bool>>) {
        using Text = std::optional<std::string_view>;
        return compound<JsonText, std::optional<std::string>>(
            Parameter<Text>{value ? Text(json_bool(*value)) : Text()});
    } else if constexpr (is_json_type<unwrapped<T>>) {
        return compound<JsonText, T>(Parameter<T>{std::forward<V>(value)});
    } else {
        return argument(std::forward<V>(value));
    }
}

// SQLite's functions that put their arguments into JSON.
constexpr bool makes_json(std::string_view name) noexcept
{
    for (const std::string_view each :
         {"json_array", "json_object", "json_insert", "json_replace", "json_set", "json_array_insert",
          "json_quote", "json_group_array", "json_group_object", "jsonb_array", "jsonb_object",
          "jsonb_insert", "jsonb_replace", "jsonb_set", "jsonb_array_insert", "jsonb_group_array",
          "jsonb_group_object"}) {
        bool same = each.size() == name.size();
        for (std::size_t i = 0; same && i < name.size(); ++i)
            same = (name[i] >= 'A' && name[i] <= 'Z' ? static_cast<char>(name[i] + ('a' - 'A')) : name[i]) ==
                   each[i];
        if (same) return true;
    }
    return false;
}

// An argument of a function that is called by its name.
template <FixedString Name, class V>
[[nodiscard]] constexpr auto call_argument(V&& value)
{
    if constexpr (makes_json(Name.view()))
        return json_operand(std::forward<V>(value));
    else
        return argument(std::forward<V>(value));
}

} // namespace tenantry::detail

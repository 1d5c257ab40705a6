// to_json(row): rows, results and single values as JSON.
#pragma once

#include <array>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/uuid/uuid.hpp>

#include <tenantry/core/detail/base64.hpp>
#include <tenantry/core/detail/iso_time.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/detail/utf8.hpp>
#include <tenantry/core/enum_names.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/pack.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/expr/name.hpp>
#include <tenantry/json/detail/fault.hpp>
#include <tenantry/json/detail/kinds.hpp>
#include <tenantry/json/form.hpp>
#include <tenantry/json/options.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/query/rows.hpp>
#include <tenantry/tenant/external_id.hpp>

namespace tenantry {

/// Names for the parts of a tuple: see `to_json`.
template <FixedString... Names>
struct JsonParts {
    /// How many there are.
    static constexpr std::size_t size = sizeof...(Names);
    /// In their order.
    static constexpr std::array<std::string_view, sizeof...(Names)> names{Names.view()...};
};

/// `parts("ticket"_n, "reporter"_n)`
template <FixedString... Names>
[[nodiscard]] constexpr JsonParts<Names...> parts(detail::NameTag<Names>...) noexcept
{
    return {};
}

namespace detail {

[[nodiscard]] inline std::string uuid_text(const boost::uuids::uuid& value)
{
    constexpr std::string_view digits = "0123456789abcdef";
    std::string text;
    text.reserve(36);
    std::size_t at = 0;
    for (const std::uint8_t octet : value) {
        if (at == 4 || at == 6 || at == 8 || at == 10) text.push_back('-');
        ++at;
        text.push_back(digits[octet >> 4]);
        text.push_back(digits[octet & 15]);
    }
    return text;
}

// Writes values as JSON; false, and a fault, where one has no such form. `Parts` names the parts of the outermost tuples.
template <class Parts>
class JsonWriter {
public:
    JsonWriter(const JsonOptions& options, JsonFault& fault) noexcept : options_(options), fault_(fault) {}

    template <class T>
    [[nodiscard]] bool write(boost::json::value& out, const T& value)
    {
        if constexpr (HasJsonForm<T>) {
            out = JsonForm<T>::write(value);
            return true;
        } else if constexpr (std::same_as<T, boost::json::value>) {
            out = value;
            return true;
        } else if constexpr (is_json_optional<T>) {
            if (value) return write(out, *value);
            out = nullptr;
            return true;
        } else if constexpr (IdType<T> || KeyType<T>) {
            return write_id(out, value);
        } else if constexpr (std::same_as<T, bool>) {
            out = value;
            return true;
        } else if constexpr (std::is_enum_v<T>) {
            const std::string_view name = enum_name(value);
            if (name.empty()) return fault_.say("a value of the enum that has no name");
            return write_text(out, name);
        } else if constexpr (std::integral<T>) {
            return write_integer(out, value);
        } else if constexpr (std::floating_point<T>) {
            if (!std::isfinite(value))
                return fault_.say("a number that JSON does not have: infinite, or none");
            out = static_cast<double>(value);
            return true;
        } else if constexpr (std::same_as<T, std::filesystem::path>) {
            return write_text(out, value.native());
        } else if constexpr (std::is_convertible_v<const T&, std::string_view>) {
            return write_text(out, value);
        } else if constexpr (JsonBytes<T>) {
            const std::span<const std::byte> bytes(value);
            return write_text(
                out, to_base64({reinterpret_cast<const char*>(bytes.data()), bytes.size()}, Base64::padded));
        } else if constexpr (std::same_as<T, boost::uuids::uuid>) {
            return write_text(out, uuid_text(value));
        } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
            if (!value.ok()) return fault_.say("a date that is not in the calendar");
            return write_date(out, std::chrono::sys_days(value).time_since_epoch().count());
        } else if constexpr (json_time<T>::is_time) {
            return write_time(out, value);
        } else if constexpr (is_duration<T>) {
            return write(out, value.count());
        } else if constexpr (is_json_array<T>) {
            return write_array(out, value);
        } else if constexpr (is_json_tuple<T>) {
            return write_tuple(out, value);
        } else if constexpr (AnyRecord<T>) {
            return write(out, static_cast<const declared_row_t<T>&>(value));
        } else if constexpr (AnyPatch<T>) {
            return patch_members<T>::call([&](const auto&... column) {
                boost::json::object object;
                const bool written = (write_patched(object, column, value[column]) && ...);
                out = std::move(object);
                return written;
            });
        } else if constexpr (JsonRow<T>) {
            return write_row(out, value, std::make_index_sequence<field_count<T>>{});
        } else {
            static_assert(always_false<T>, "tenantry: this type has no form in JSON: specialise "
                                           "tenantry::JsonForm<T> with write(value) and read(from, out)");
            return false;
        }
    }

private:
    [[nodiscard]] bool write_text(boost::json::value& out, std::string_view text)
    {
        if (const std::size_t at = valid_utf8(text); at != text.size())
            return fault_.say("a text that is not UTF-8, from byte " + std::to_string(at) + " on");
        out = boost::json::string_view(text.data(), text.size());
        return true;
    }

    template <class T>
    [[nodiscard]] bool write_integer(boost::json::value& out, T value)
    {
        if (options_.big_integers_as_text &&
            (std::cmp_greater(value, most_exact_integer) || std::cmp_less(value, -most_exact_integer)))
            return write_text(out, std::to_string(value));
        if constexpr (std::signed_integral<T>)
            out = static_cast<std::int64_t>(value);
        else
            out = static_cast<std::uint64_t>(value);
        return true;
    }

    template <class T>
    [[nodiscard]] bool write_id(boost::json::value& out, const T& id)
    {
        if (!id.has_value()) {
            out = nullptr;
            return true;
        }
        return options_.ids == JsonIds::external ? write_text(out, external_id(id)) : write(out, id.value());
    }

    [[nodiscard]] bool write_date(boost::json::value& out, std::int64_t days)
    {
        if (days < first_iso_day || days > last_iso_day) return beyond_calendar();
        return write_text(out, iso_date(days));
    }

    template <class T>
    [[nodiscard]] bool write_time(boost::json::value& out, const T& value)
    {
        using Time = json_time<T>;
        static_assert(
            Time::digits >= 0 && std::integral<typename Time::rep>,
            "tenantry: a time is written as JSON if it counts whole seconds or decimal parts of them: "
            "specialise tenantry::JsonForm<T> for others");
        const auto days = std::chrono::floor<std::chrono::days>(value.time_since_epoch());
        if (days.count() < first_iso_day || days.count() > last_iso_day) return beyond_calendar();
        if constexpr (Time::is_date) {
            return write_text(out, iso_date(days.count()));
        } else {
            const auto of_day = std::chrono::nanoseconds(value.time_since_epoch() - days).count();
            constexpr std::int64_t second = 1'000'000'000;
            return write_text(
                out, iso_time({days.count(), of_day / second, of_day % second}, Time::digits, Time::is_utc));
        }
    }

    bool beyond_calendar() { return fault_.say("a time that is not of the years 0000 to 9999"); }

    template <class T>
    [[nodiscard]] bool write_array(boost::json::value& out, const T& values)
    {
        boost::json::array array;
        array.reserve(values.size());
        for (std::size_t i = 0; i < values.size(); ++i) {
            // A const auto& of a vector<bool> would be one of a proxy.
            const typename T::value_type& value = values[i];
            if (!write(array.emplace_back(nullptr), value)) return fault_.at_index(i);
        }
        out = std::move(array);
        return true;
    }

    template <class... T>
    [[nodiscard]] bool write_tuple(boost::json::value& out, const std::tuple<T...>& value)
    {
        if constexpr (Parts::size == 0) {
            boost::json::array array;
            array.reserve(sizeof...(T));
            const bool written = std::apply(
                [&](const T&... part) {
                    std::size_t at = 0;
                    return ((write(array.emplace_back(nullptr), part) ? (++at, true) : fault_.at_index(at)) &&
                            ...);
                },
                value);
            out = std::move(array);
            return written;
        } else {
            static_assert(Parts::size == sizeof...(T), "tenantry: parts() names each of what the tuple has");
            boost::json::object object;
            const bool written = std::apply(
                [&](const T&... part) {
                    std::size_t at = 0;
                    return (write_member(object, Parts::names[at++], part) && ...);
                },
                value);
            out = std::move(object);
            return written;
        }
    }

    template <class Row, std::size_t... I>
    [[nodiscard]] bool write_row(boost::json::value& out, const Row& row, std::index_sequence<I...>)
    {
        boost::json::object object;
        object.reserve(sizeof...(I));
        const bool written = (write_field<I>(object, row) && ...);
        out = std::move(object);
        return written;
    }

    // Whether an optional has a value in a row of which nothing is said.
    template <class Row, std::size_t I>
    [[nodiscard]] static bool has_default()
    {
        const Row plain{};
        return get_field<I>(plain).has_value();
    }

    // null is not left out where the field would have a value then.
    template <std::size_t I, class Row>
    [[nodiscard]] bool write_field(boost::json::object& to, const Row& row)
    {
        constexpr std::string_view name = field_name<Row, I>;
        if constexpr (is_json_optional<field_type<Row, I>>)
            if (options_.leave_out_null && options_.keep_defaults && !get_field<I>(row) &&
                has_default<Row, I>()) {
                to[boost::json::string_view(name.data(), name.size())] = nullptr;
                return true;
            }
        return write_member(to, name, get_field<I>(row));
    }

    template <auto Member, class Source, class T>
    [[nodiscard]] bool write_patched(boost::json::object& to, const Column<Member, Source>&,
                                     const std::optional<T>& value)
    {
        constexpr std::string_view name = field_name<row_of<Member>, member_index<Member>>;
        if (!value) return true;
        if (!write(to[boost::json::string_view(name.data(), name.size())], *value))
            return fault_.at_field(name);
        return true;
    }

    template <class T>
    [[nodiscard]] bool write_member(boost::json::object& to, std::string_view name, const T& value)
    {
        if constexpr (is_json_optional<T>)
            if (options_.leave_out_null && !value) return true;
        if (!write(to[boost::json::string_view(name.data(), name.size())], value))
            return fault_.at_field(name);
        return true;
    }

    const JsonOptions& options_;
    JsonFault& fault_;
};

template <class Parts, class T>
[[nodiscard]] Result<boost::json::value> write_json(const T& value, const JsonOptions& options)
{
    JsonFault fault{.path = {}, .what = {}, .code = errc::value_misfit};
    boost::json::value out;
    if (!JsonWriter<Parts>(options, fault).write(out, value)) return fail(fault.error().in("no JSON"));
    return out;
}

} // namespace detail

/// A row, a record, what a query has selected, or a vector of these, as JSON: a row is an object with its members by their
/// names, a tuple an array.
///
/// - integers are numbers, those beyond 2^53 texts of their digits (`JsonOptions::big_integers_as_text`); so are ids, or
///   external ids (`JsonOptions::ids`); an id that is unset is null
/// - texts are texts, and have to be UTF-8; blobs are base64 (RFC 4648, padded)
/// - enums are the names of their enumerators, however they are stored
/// - times are ISO 8601 in UTC, with as many digits as their unit has ("2024-05-01T12:30:00.250Z" of a Timestamp), dates
///   "2024-05-01", local times without the Z; a duration is its number
/// - an optional without a value is null, or left out (`JsonOptions::leave_out_null`)
/// - `boost::json::value` is what it is, a uuid its usual text, a path its text; a type of one's own says it by `JsonForm`
///
/// Errors: value_misfit where a value has no such form: a text that is not UTF-8, an infinity, a time beyond the year 9999. The
/// message has its place: "no JSON: [3].title: a text that is not UTF-8, from byte 5 on".
template <class T>
[[nodiscard]] Result<boost::json::value> to_json(const T& value, const JsonOptions& options = {})
{
    return detail::write_json<JsonParts<>>(value, options);
}

/// The same, where the parts of tuples have names: `to_json(rows, parts("ticket"_n, "reporter"_n))` makes objects of the tuples
/// that a join gives.
template <class T, FixedString... Names>
[[nodiscard]] Result<boost::json::value> to_json(const T& value, JsonParts<Names...>,
                                                 const JsonOptions& options = {})
{
    return detail::write_json<JsonParts<Names...>>(value, options);
}

} // namespace tenantry

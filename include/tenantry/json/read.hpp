// from_json<Row>(value): rows, patches and single values of JSON.
#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <boost/uuid/uuid.hpp>

#include <tenantry/core/detail/base64.hpp>
#include <tenantry/core/detail/iso_time.hpp>
#include <tenantry/core/detail/reflect.hpp>
#include <tenantry/core/detail/type_name.hpp>
#include <tenantry/core/enum_names.hpp>
#include <tenantry/core/error.hpp>
#include <tenantry/expr/detail/pack.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/json/detail/fault.hpp>
#include <tenantry/json/detail/kinds.hpp>
#include <tenantry/json/form.hpp>
#include <tenantry/json/options.hpp>
#include <tenantry/json/parse.hpp>
#include <tenantry/query/detail/record_mark.hpp>
#include <tenantry/query/patch.hpp>
#include <tenantry/tenant/external_id.hpp>
#include <tenantry/tenant/key_for.hpp>

namespace tenantry {

namespace detail {

// What an error says that a value of this type should have been.
template <class T>
[[nodiscard]] std::string json_expected()
{
    if constexpr (HasJsonForm<T>) {
        return std::string(JsonForm<T>::expected);
    } else if constexpr (is_json_optional<T>) {
        return json_expected<typename T::value_type>();
    } else if constexpr (IdType<T>) {
        return "an id of '" + std::string(type_name<typename T::row_type>()) + "'";
    } else if constexpr (std::same_as<T, bool>) {
        return "true or false";
    } else if constexpr (std::is_enum_v<T>) {
        std::string text = "one of";
        for (std::size_t n = 0; n < enum_names<T>.size(); ++n)
            text.append(n == 0 ? " '" : ", '").append(enum_names<T>[n]).append("'");
        return text;
    } else if constexpr (std::integral<T>) {
        if constexpr (sizeof(T) == 8 && std::signed_integral<T>)
            return "an integer";
        else
            return "an integer from " + std::to_string(std::numeric_limits<T>::min()) + " to " +
                   std::to_string(std::numeric_limits<T>::max());
    } else if constexpr (std::floating_point<T>) {
        return "a number";
    } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::filesystem::path>) {
        return "a text";
    } else if constexpr (std::same_as<T, std::vector<std::byte>>) {
        return "bytes in base64";
    } else if constexpr (JsonBytes<T>) {
        return std::to_string(std::tuple_size_v<T>) + " bytes in base64";
    } else if constexpr (std::same_as<T, boost::uuids::uuid>) {
        return "a uuid";
    } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
        return "a date such as 2024-05-01";
    } else if constexpr (json_time<T>::is_time) {
        using Time = json_time<T>;
        if constexpr (Time::is_date)
            return "a date such as 2024-05-01";
        else
            return "a time such as " + iso_time({19844, 45'000, 250'000'000}, Time::digits, Time::is_utc);
    } else if constexpr (is_duration<T>) {
        return json_expected<typename T::rep>();
    } else if constexpr (is_json_array<T> || is_json_tuple<T>) {
        return "an array";
    } else {
        return "an object";
    }
}

[[nodiscard]] inline bool read_uuid(std::string_view text, boost::uuids::uuid& out)
{
    if (text.size() != 36) return false;
    const auto value_of = [](char digit) {
        if (digit >= '0' && digit <= '9') return digit - '0';
        if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
        if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
        return -1;
    };
    std::size_t at = 0;
    for (std::uint8_t& octet : out) {
        if (at == 8 || at == 13 || at == 18 || at == 23)
            if (text[at++] != '-') return false;
        const int high = value_of(text[at]);
        const int low = value_of(text[at + 1]);
        if (high < 0 || low < 0) return false;
        octet = static_cast<std::uint8_t>(high * 16 + low);
        at += 2;
    }
    return true;
}

// A name that came from outside, as far as a message bears it.
[[nodiscard]] inline std::string shown_name(std::string_view name)
{
    constexpr std::size_t longest = 60;
    if (name.size() <= longest) return std::string(name);
    return std::string(shown_part(name, longest)) + "...";
}

// Reads values of JSON; false, and a fault, where one does not fit. With `OfTenant` ids are those of the tenant with that
// incarnation; without there are none.
template <bool OfTenant>
class JsonReader {
public:
    JsonReader(const JsonOptions& options, std::uint64_t incarnation, JsonFault& fault) noexcept
        : options_(options), incarnation_(incarnation), fault_(fault)
    {}

    template <class T>
    [[nodiscard]] bool read(const boost::json::value& from, T& out)
    {
        if constexpr (HasJsonForm<T>) {
            return JsonForm<T>::read(from, out) || expected<T>(from);
        } else if constexpr (std::same_as<T, boost::json::value>) {
            out = from;
            return true;
        } else if constexpr (is_json_optional<T>) {
            if (!from.is_null()) return read(from, out.emplace());
            out.reset();
            return true;
        } else if constexpr (IdType<T>) {
            return read_id(from, out);
        } else if constexpr (std::same_as<T, bool>) {
            if (!from.is_bool()) return expected<T>(from);
            out = from.get_bool();
            return true;
        } else if constexpr (std::is_enum_v<T>) {
            const auto value = from.is_string() ? enum_value<T>(text_of(from)) : std::nullopt;
            if (!value) return expected<T>(from);
            out = *value;
            return true;
        } else if constexpr (std::integral<T>) {
            return read_integer(from, out) || expected<T>(from);
        } else if constexpr (std::floating_point<T>) {
            return read_real(from, out) || expected<T>(from);
        } else if constexpr (std::same_as<T, std::string> || std::same_as<T, std::filesystem::path>) {
            if (!from.is_string()) return expected<T>(from);
            out = std::string(text_of(from));
            return true;
        } else if constexpr (JsonBytes<T>) {
            return read_bytes(from, out) || expected<T>(from);
        } else if constexpr (std::same_as<T, boost::uuids::uuid>) {
            return (from.is_string() && read_uuid(text_of(from), out)) || expected<T>(from);
        } else if constexpr (std::same_as<T, std::chrono::year_month_day>) {
            const auto days = from.is_string() ? read_iso_date(text_of(from)) : std::nullopt;
            if (!days) return expected<T>(from);
            out = std::chrono::sys_days(std::chrono::days(static_cast<int>(*days)));
            return true;
        } else if constexpr (json_time<T>::is_time) {
            return (from.is_string() && read_time(text_of(from), out)) || expected<T>(from);
        } else if constexpr (is_duration<T>) {
            typename T::rep count{};
            if (!read(from, count)) return false;
            out = T(count);
            return true;
        } else if constexpr (is_json_array<T>) {
            return read_array(from, out);
        } else if constexpr (is_json_tuple<T>) {
            return read_tuple(from, out);
        } else if constexpr (AnyPatch<T>) {
            return patch_members<T>::call(
                [&](const auto&... column) { return read_patch(from, out, column...); });
        } else if constexpr (JsonRow<T> && !AnyRecord<T>) {
            return read_row(from, out, std::make_index_sequence<field_count<T>>{});
        } else {
            static_assert(
                always_false<T>,
                "tenantry: this type is not read from JSON: a row is, a Patch, and what columns are "
                "made of; specialise tenantry::JsonForm<T> for others");
            return false;
        }
    }

private:
    [[nodiscard]] static std::string_view text_of(const boost::json::value& from)
    {
        const boost::json::string& text = from.get_string();
        return {text.data(), text.size()};
    }

    template <class T>
    bool expected(const boost::json::value& found)
    {
        return expected_json(fault_, json_expected<T>(), found);
    }

    template <class T>
    [[nodiscard]] static bool read_integer(const boost::json::value& from, T& out)
    {
        const auto take = [&](auto value) {
            if (!std::in_range<T>(value)) return false;
            out = static_cast<T>(value);
            return true;
        };
        if (const auto* value = from.if_int64()) return take(*value);
        if (const auto* value = from.if_uint64()) return take(*value);
        if (const auto* value = from.if_double()) {
            if (std::trunc(*value) != *value || std::abs(*value) > static_cast<double>(most_exact_integer))
                return false;
            return take(static_cast<std::int64_t>(*value));
        }
        if (!from.is_string()) return false;
        // Of those that have no number: the text that is written for them, and no other.
        const std::string_view text = text_of(from);
        T value{};
        const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
        if (read.ec != std::errc() || std::to_string(value) != text ||
            !(std::cmp_greater(value, most_exact_integer) || std::cmp_less(value, -most_exact_integer)))
            return false;
        out = value;
        return true;
    }

    template <class T>
    [[nodiscard]] static bool read_real(const boost::json::value& from, T& out)
    {
        double value = 0;
        if (const auto* real = from.if_double()) {
            value = *real;
        } else if (const auto* integer = from.if_int64()) {
            value = static_cast<double>(*integer);
        } else if (const auto* natural = from.if_uint64()) {
            value = static_cast<double>(*natural);
        } else {
            return false;
        }
        if (std::abs(value) > static_cast<double>(std::numeric_limits<T>::max())) return false;
        out = static_cast<T>(value);
        return true;
    }

    template <class T>
    [[nodiscard]] static bool read_bytes(const boost::json::value& from, T& out)
    {
        if (!from.is_string()) return false;
        const auto bytes = from_base64(text_of(from), Base64::padded);
        if (!bytes) return false;
        if constexpr (is_json_array<T>)
            out.resize(bytes->size());
        else if (bytes->size() != out.size())
            return false;
        std::transform(bytes->begin(), bytes->end(), out.begin(),
                       [](char byte) { return static_cast<std::byte>(byte); });
        return true;
    }

    template <class T>
    [[nodiscard]] static bool read_time(std::string_view text, T& out)
    {
        using Time = json_time<T>;
        static_assert(
            Time::digits >= 0 && std::integral<typename Time::rep>,
            "tenantry: a time is read from JSON if it counts whole seconds or decimal parts of them: "
            "specialise tenantry::JsonForm<T> for others");
        IsoTime time;
        if constexpr (Time::is_date) {
            const auto days = read_iso_date(text);
            if (!days) return false;
            time.days = *days;
        } else {
            const auto read = read_iso_time(text, Time::is_utc);
            if (!read) return false;
            time = *read;
        }
        // What is finer than the unit would be lost.
        constexpr std::int64_t scale = [] {
            std::int64_t made = 1;
            for (int i = 0; i < Time::digits; ++i) made *= 10;
            return made;
        }();
        constexpr std::int64_t finer = 1'000'000'000 / scale;
        if (time.nanosecond % finer != 0) return false;
        const std::int64_t seconds = time.days * 86'400 + time.second;
        std::int64_t count = 0;
        if (__builtin_mul_overflow(seconds, scale, &count) ||
            __builtin_add_overflow(count, time.nanosecond / finer, &count))
            return false;
        constexpr std::int64_t coarser = Time::period::den == 1 ? Time::period::num : 1;
        if (count % coarser != 0 || !std::in_range<typename Time::rep>(count / coarser)) return false;
        out = T(typename T::duration(static_cast<typename Time::rep>(count / coarser)));
        return true;
    }

    // One that is missing from a row to be inserted is unset; any other has to be there.
    template <class Row, class Value>
    [[nodiscard]] bool read_id(const boost::json::value& from, Id<Row, Value>& out)
    {
        static_assert(OfTenant, "tenantry: an id belongs to a tenant: from_json<Row>(db, value)");
        if (options_.ids == JsonIds::external) {
            if (!from.is_string()) return expected<Id<Row, Value>>(from);
            auto value = read_external<Row, Value>(text_of(from), incarnation_);
            if (!value) {
                fault_.code = value.error() == errc::wrong_tenant ? errc::wrong_tenant : errc::invalid_json;
                return fault_.say(std::string(value.error().message()));
            }
            out = IdAccess::id<Row, Value>(std::move(*value), incarnation_);
            return true;
        }
        Value value{};
        if (from.is_null() || !read(from, value)) return expected<Id<Row, Value>>(from);
        out = IdAccess::id<Row, Value>(std::move(value), incarnation_);
        return true;
    }

    template <class T>
    [[nodiscard]] bool read_array(const boost::json::value& from, T& out)
    {
        const auto* array = from.if_array();
        if (array == nullptr) return expected<T>(from);
        out.clear();
        out.reserve(array->size());
        for (const auto& each : *array) {
            typename T::value_type value{};
            if (!read(each, value)) return fault_.at_index(out.size());
            out.push_back(std::move(value));
        }
        return true;
    }

    template <class... T>
    [[nodiscard]] bool read_tuple(const boost::json::value& from, std::tuple<T...>& out)
    {
        const auto* array = from.if_array();
        if (array == nullptr) return expected<std::tuple<T...>>(from);
        if (array->size() != sizeof...(T))
            return fault_.say("expected an array of " + std::to_string(sizeof...(T)) + ", found one of " +
                              std::to_string(array->size()));
        return std::apply(
            [&](T&... part) {
                std::size_t at = 0;
                return ((read((*array)[at], part) ? (++at, true) : fault_.at_index(at)) && ...);
            },
            out);
    }

    template <class Row, std::size_t I>
    [[nodiscard]] bool read_field(const boost::json::value& from, Row& row)
    {
        auto& field = get_field<I>(row);
        if constexpr (is_id_of<field_type<Row, I>, Row>) {
            if (from.is_null()) return true; // unset
            if constexpr (!OfTenant)
                return fault_.say("expected nothing: an id belongs to a tenant, and this is read for none");
            else
                return read(from, field);
        } else {
            return read(from, field);
        }
    }

    template <class Row, std::size_t... I>
    [[nodiscard]] bool read_row(const boost::json::value& from, Row& row, std::index_sequence<I...>)
    {
        const auto* object = from.if_object();
        if (object == nullptr) return expected<Row>(from);
        std::array<bool, sizeof...(I)> seen{};
        for (const auto& member : *object) {
            const std::string_view name(member.key().data(), member.key().size());
            bool known = false;
            bool good = true;
            const auto look = [&]<std::size_t At>(std::integral_constant<std::size_t, At>) {
                if (known || name != field_name<Row, At>) return;
                known = seen[At] = true;
                good = read_field<Row, At>(member.value(), row);
            };
            (look(std::integral_constant<std::size_t, I>{}), ...);
            if (!good) return fault_.at_field(name);
            if (!known && !options_.ignore_unknown) {
                fault_.say("there is no such field");
                return fault_.at_field(shown_name(name));
            }
        }
        return (is_there<I>(seen[I], row) && ...);
    }

    template <std::size_t I, class Row>
    [[nodiscard]] bool is_there(bool seen, Row& row)
    {
        using Field = field_type<Row, I>;
        if (seen || options_.keep_defaults) return true;
        if constexpr (is_json_optional<Field> || is_id_of<Field, Row>) {
            get_field<I>(row) = {};
            return true;
        }
        fault_.say("is missing: expected " + json_expected<Field>());
        return fault_.at_field(field_name<Row, I>);
    }

    template <class P, auto... Members, class... Sources>
    [[nodiscard]] bool read_patch(const boost::json::value& from, P& patch,
                                  const Column<Members, Sources>&... column)
    {
        using Row = typename P::row_type;
        const auto* object = from.if_object();
        if (object == nullptr) return expected<P>(from);
        for (const auto& member : *object) {
            const std::string_view name(member.key().data(), member.key().size());
            bool known = false;
            bool good = true;
            const auto look = [&](std::string_view each, auto& value) {
                if (known || name != each) return;
                known = true;
                good = read(member.value(), value.emplace());
            };
            (look(field_name<Row, member_index<Members>>, patch[column]), ...);
            if (!good) return fault_.at_field(name);
            if (!known && !options_.ignore_unknown) {
                std::string those;
                for (const std::string_view each : {field_name<Row, member_index<Members>>...})
                    those.append(those.empty() ? "'" : ", '").append(each).append("'");
                fault_.say("is not among the fields that can be changed: " + those);
                return fault_.at_field(shown_name(name));
            }
        }
        return true;
    }

    const JsonOptions& options_;
    std::uint64_t incarnation_;
    JsonFault& fault_;
};

template <class T>
concept JsonDocument = std::convertible_to<const T&, std::string_view>;
template <class T>
concept JsonInput = std::same_as<T, boost::json::value> || JsonDocument<T>;

template <class T, bool OfTenant, class In>
[[nodiscard]] Result<T> read_json(const In& in, const JsonOptions& options, std::uint64_t incarnation)
{
    if constexpr (JsonDocument<In>) {
        auto value = parse_json(in);
        if (!value) return fail(std::move(value).error());
        return read_json<T, OfTenant>(*value, options, incarnation);
    } else {
        JsonFault fault;
        Result<T> out(tl::in_place);
        if (!JsonReader<OfTenant>(options, incarnation, fault).read(in, *out)) return fail(fault.error());
        return out;
    }
}

} // namespace detail

/// A row (or a `Patch`, a vector of rows, or a single value) of JSON, of a text or of a `boost::json::value`: what `to_json`
/// writes, back. Every member of the object has a field, and every field is there but optional ones and the row's own id
/// (`JsonOptions`).
///
/// - an integer is a number without a fraction, or, beyond 2^53, a text of its digits
/// - a time has `Z` or an offset, which is counted in; what is finer than the field's unit is refused, not cut off
/// - base64 is padded, and the one text of its bytes
///
/// Errors: invalid_json, with the field, what was expected, and what came: "items[2].title: expected a text, found 42". The
/// message may be shown to the client that sent it.
///
/// A row with ids of others is of a tenant: give its handle first. Without one an own id is not read, only null.
template <class T, detail::JsonInput In>
[[nodiscard]] Result<T> from_json(const In& in, const JsonOptions& options = {})
{
    return detail::read_json<T, false>(in, options, 0);
}

/// The same for a tenant, whose ids they are then: `from_json<Ticket>(db, request.body())`. `handle` is a `TenantDb`, a `Tx` or
/// a `Snapshot`. It says nothing of whether there are such rows: the statement does.
///
/// Errors: also wrong_tenant for an external id (`JsonOptions::ids`) of another tenant.
template <class T, detail::Handle H, detail::JsonInput In>
[[nodiscard]] Result<T> from_json(const H& handle, const In& in, const JsonOptions& options = {})
{
    auto read = detail::read_json<T, true>(in, options, handle.incarnation());
    if (!read)
        if constexpr (requires { handle.id(); }) read.error().with_tenant(handle.id());
    return read;
}

} // namespace tenantry

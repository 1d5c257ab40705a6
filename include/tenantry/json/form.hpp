// How a type of one's own stands in JSON.
#pragma once

namespace tenantry {

/// Specialise it for a type that the library does not know:
///
///     template <>
///     struct tenantry::JsonForm<Celsius> {
///         static constexpr std::string_view expected = "a temperature";
///         static boost::json::value write(const Celsius& value) { return value.degrees; }
///         static bool read(const boost::json::value& from, Celsius& out); // false: that is none
///     };
///
/// `expected` is what an error says: "outside: expected a temperature, found null". Either function may be missing where a type
/// goes one way only.
template <class T>
struct JsonForm;

} // namespace tenantry

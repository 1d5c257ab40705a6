// What the numbers of a column mean: their unit, their range, their enumerators. A declaration says it in a comment
// behind the column's type, which SQLite keeps: `"at" INTEGER /* tenantry: time in 1/1000 s */`.
#pragma once

#include <charconv>
#include <cstdint>
#include <numeric>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <tenantry/core/detail/separate_compilation.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::migrate {

/// What a comment says. Several parts, with `; ` between them:
/// `time in 1/1000 s`, `local time in ...`, `duration in ...`; `enum pending=0 done=1`; and any other
/// text, of a type of the user's own.
struct Meaning {
    std::string kind{}; ///< "time", "local time", "duration"; empty: a number of no unit
    std::int64_t num = 1;
    std::int64_t den = 1; ///< the unit is num/den seconds
    std::vector<std::pair<std::string, std::int64_t>> names{};
    std::string other{};

    [[nodiscard]] bool has_unit() const noexcept { return !kind.empty(); }
};

[[nodiscard]] Meaning parse_meaning(std::string_view text);

/// How the numbers of one meaning become those of another. Both texts have `column` in them.
struct Conversion {
    std::string expression{}; ///< the new value; empty: the number stays
    std::string refused{};    ///< true of values that have no new one; empty: all have
};

} // namespace tenantry::migrate

namespace tenantry::detail {

inline std::string text_of(std::int64_t number)
{
    // The smallest one has no literal.
    return number == INT64_MIN ? "(-9223372036854775807 - 1)" : std::to_string(number);
}

// From units of a/b seconds to units of c/d: multiplied by p, divided by q. Nothing where they are too large.
std::optional<std::pair<std::int64_t, std::int64_t>> ratio(const migrate::Meaning& from,
                                                           const migrate::Meaning& to);

migrate::Conversion between_units(const std::string& column, std::pair<std::int64_t, std::int64_t> by,
                                  bool from_real, bool to_real);

migrate::Conversion between_names(const std::string& column, const migrate::Meaning& from,
                                  const migrate::Meaning& to);

} // namespace tenantry::detail

namespace tenantry::migrate {

/// From a column that means `from` to one that means `to`. A number of no meaning is taken for whatever is declared.
[[nodiscard]] Conversion convert(const std::string& column, std::string_view from_text, bool from_real,
                                 std::string_view to_text, bool to_real);

/// True of values that a type of these limits cannot hold.
[[nodiscard]] std::string beyond(const std::string& value, const sqlite::ValueLimits& limits);

/// Would a program that means `declared` read other values than those that were written as `live`?
[[nodiscard]] bool means_otherwise(std::string_view live, std::string_view declared);

} // namespace tenantry::migrate

#if TENANTRY_HEADER_ONLY
#include <tenantry/migrate/impl/meaning.ipp>
#endif

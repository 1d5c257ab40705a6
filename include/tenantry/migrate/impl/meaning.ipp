#pragma once

#include <tenantry/migrate/detail/meaning.hpp>

namespace tenantry::migrate {

TENANTRY_DECL Meaning parse_meaning(std::string_view text)
{
    Meaning found;
    auto number = [](std::string_view from, std::int64_t& to) {
        const auto read = std::from_chars(from.data(), from.data() + from.size(), to);
        return read.ptr == from.data() + from.size();
    };
    while (!text.empty()) {
        const auto end = text.find("; ");
        const std::string_view part = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 2);
        bool known = false;
        if (const auto in = part.find(" in "); in != std::string_view::npos && part.ends_with(" s")) {
            const std::string_view kind = part.substr(0, in);
            const std::string_view unit = part.substr(in + 4, part.size() - in - 6);
            const auto slash = unit.find('/');
            known = (kind == "time" || kind == "local time" || kind == "duration") &&
                    number(unit.substr(0, slash), found.num) &&
                    (slash == std::string_view::npos || number(unit.substr(slash + 1), found.den)) &&
                    found.num > 0 && found.den > 0;
            if (known) found.kind = kind;
        } else if (part.starts_with("enum ")) {
            known = true;
            for (std::string_view rest = part.substr(5); known && !rest.empty();) {
                const auto space = rest.find(' ');
                const std::string_view one = rest.substr(0, space);
                rest = space == std::string_view::npos ? std::string_view() : rest.substr(space + 1);
                const auto is = one.find('=');
                std::int64_t value = 0;
                known = is != std::string_view::npos && number(one.substr(is + 1), value);
                if (known) found.names.emplace_back(std::string(one.substr(0, is)), value);
            }
        }
        if (!known) found.other.append(found.other.empty() ? "" : "; ").append(part);
    }
    return found;
}

} // namespace tenantry::migrate

namespace tenantry::detail {

TENANTRY_DECL std::optional<std::pair<std::int64_t, std::int64_t>> ratio(const migrate::Meaning& from,
                                                                         const migrate::Meaning& to)
{
    std::int64_t p = 0;
    std::int64_t q = 0;
    const std::int64_t up = std::gcd(from.num, to.num);
    const std::int64_t down = std::gcd(from.den, to.den);
    if (__builtin_mul_overflow(from.num / up, to.den / down, &p) ||
        __builtin_mul_overflow(from.den / down, to.num / up, &q))
        return std::nullopt;
    const std::int64_t common = std::gcd(p, q);
    return std::pair{p / common, q / common};
}

TENANTRY_DECL migrate::Conversion between_units(const std::string& column,
                                                std::pair<std::int64_t, std::int64_t> by, bool from_real,
                                                bool to_real)
{
    const std::string p = text_of(by.first);
    const std::string q = text_of(by.second);
    const std::string number = "typeof(" + column + ") IN ('integer', 'real')";
    if (!from_real && !to_real)
        return {column + " / " + q + " * " + p, "typeof(" + column + ") <> 'integer' OR " + column + " % " +
                                                    q + " <> 0 OR typeof(" + column + " / " + q + " * " + p +
                                                    ") <> 'integer'"};
    const std::string scaled = column + " * " + p + ".0 / " + q + ".0";
    const std::string whole = "CAST(round(" + scaled + ") AS INTEGER)";
    const std::string result = to_real ? scaled : whole;
    // What comes back from it is the same.
    const std::string back = "(" + result + ") * " + q + ".0 / " + p + ".0";
    const std::string same =
        from_real ? back + " = " + column : "CAST(round(" + back + ") AS INTEGER) = " + column;
    return {to_real ? scaled : whole, "NOT (" + number + " AND " + same + ')'};
}

TENANTRY_DECL migrate::Conversion between_names(const std::string& column, const migrate::Meaning& from,
                                                const migrate::Meaning& to)
{
    std::string cases;
    std::string gone;
    for (const auto& [name, value] : from.names) {
        const std::pair<std::string, std::int64_t>* named = nullptr;
        const std::pair<std::string, std::int64_t>* numbered = nullptr;
        for (const auto& other : to.names) {
            if (other.first == name) named = &other;
            if (other.second == value) numbered = &other;
        }
        bool new_name = numbered != nullptr;
        for (const auto& other : from.names) new_name = new_name && other.first != numbered->first;
        if (named != nullptr && named->second != value)
            cases += " WHEN " + text_of(value) + " THEN " + text_of(named->second);
        else if (named == nullptr && !new_name) // nor renamed
            gone += (gone.empty() ? "" : ", ") + text_of(value);
    }
    migrate::Conversion made;
    if (!cases.empty()) made.expression = "CASE " + column + cases + " ELSE " + column + " END";
    if (!gone.empty()) made.refused = column + " IN (" + gone + ")";
    return made;
}

} // namespace tenantry::detail

namespace tenantry::migrate {

TENANTRY_DECL Conversion convert(const std::string& column, std::string_view from_text, bool from_real,
                                 std::string_view to_text, bool to_real)
{
    if (from_text == to_text && from_real == to_real) return {};
    const Meaning from = parse_meaning(from_text);
    const Meaning to = parse_meaning(to_text);
    Conversion made;
    const std::string any = column + " IS NOT NULL";
    if (from.has_unit() && to.has_unit()) {
        const auto by = detail::ratio(from, to);
        if (from.kind != to.kind || !by) return {{}, any};
        if (*by != std::pair<std::int64_t, std::int64_t>{1, 1} || from_real != to_real)
            made = detail::between_units(column, *by, from_real, to_real);
    } else if (!from.names.empty() && !to.names.empty()) {
        made = detail::between_names(column, from, to);
    } else if ((from.has_unit() && !to.names.empty()) || (!from.names.empty() && to.has_unit()) ||
               (!from.other.empty() && !to.other.empty() && from.other != to.other)) {
        return {{}, any};
    }
    if (!made.refused.empty()) made.refused = column + " IS NOT NULL AND (" + made.refused + ')';
    return made;
}

TENANTRY_DECL std::string beyond(const std::string& value, const sqlite::ValueLimits& limits)
{
    std::string found;
    if (limits.least != INT64_MIN || limits.most != INT64_MAX)
        found = value + " IS NOT NULL AND CAST(" + value + " AS INTEGER) NOT BETWEEN " +
                detail::text_of(limits.least) + " AND " + detail::text_of(limits.most);
    // A float has 24 bits: what is left of a number when it is rounded to them is the number itself.
    if (limits.single) {
        const std::string real = "CAST(" + value + " AS REAL)";
        const std::string wide = "(536870913.0 * " + real + ")";
        found = "abs(" + real + ") > 3.4028234663852886e38 AND abs(" + real + ") < 9e999 OR abs(" + real +
                ") <= 3.4028234663852886e38 AND " + real + " <> " + wide + " - (" + wide + " - " + real + ")";
    }
    return found;
}

TENANTRY_DECL bool means_otherwise(std::string_view live, std::string_view declared)
{
    if (live.empty() || declared.empty() || live == declared) return false;
    const Meaning a = parse_meaning(live);
    const Meaning b = parse_meaning(declared);
    if (a.has_unit() && b.has_unit()) return a.kind != b.kind || a.num != b.num || a.den != b.den;
    if (a.has_unit() != b.has_unit()) return !a.names.empty() || !b.names.empty();
    if (!a.names.empty() && !b.names.empty()) return !detail::between_names("x", a, b).expression.empty();
    return !a.other.empty() && !b.other.empty() && a.other != b.other;
}

} // namespace tenantry::migrate

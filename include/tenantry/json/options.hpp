// How rows are written as JSON and read from it.
#pragma once

#include <cstdint>

namespace tenantry {

/// How ids stand in JSON.
enum class JsonIds : std::uint8_t {
    numbers,  ///< as in the database: 42, or the text of a uuid
    external, ///< as texts that know their tenant: see `external_id`
};

/// One value for all of a service's documents, in both directions: `constexpr JsonOptions api{.leave_out_null = true};`
struct JsonOptions {
    /// Written: an optional without a value is not there, in place of null. Read, both are the same in any case; so it is null
    /// nevertheless where `keep_defaults` would make a value of one that is not there.
    bool leave_out_null = false;

    /// In both directions: read, an id has to stand as it is written, so that nobody gets past the fence by a number.
    JsonIds ids = JsonIds::numbers;

    /// Written: an integer that a double cannot hold exactly, beyond 9007199254740991 (2^53 - 1) to either side, is a text of
    /// its digits, since JavaScript and many others would read another number (RFC 7493, section 2.2). If false it is a number
    /// as all others are. Read, it may be either.
    bool big_integers_as_text = true;

    /// Read: a member that the row has no field for is passed over, in place of an error.
    bool ignore_unknown = false;

    /// Read: a field that is not there keeps what `Row{}` has, in place of an error. If false, an optional one
    /// and the row's own id need not be there either: they have no value then, whatever `Row{}` has.
    bool keep_defaults = false;

    friend bool operator==(const JsonOptions&, const JsonOptions&) = default;
};

} // namespace tenantry

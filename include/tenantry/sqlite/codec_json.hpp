// boost::json::value as a column value: TEXT that is JSON.
//
// Not part of tenantry.hpp: include it where rows have JSON. Boost.JSON is used without its library if one source file
// of the program has `#include <boost/json/src.hpp>` (https://www.boost.org/doc/libs/release/libs/json).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/json/value.hpp>

#include <tenantry/core/error.hpp>
#include <tenantry/sqlite/codec.hpp>

namespace tenantry::sqlite {

/// The shortest text of the value. JSON's null is the text `null`, not NULL, for which there is
/// `std::optional<boost::json::value>`. What is read but is no JSON does not fit.
///
/// Values are compared in the database as texts: members in another order are another value. json_extract and its like
/// look into them.
// No CHECK: to SQLite json_valid() is no innocuous function, and tenants' connections do not trust their schema.
template <>
struct Codec<boost::json::value> {
    static constexpr Storage storage = Storage::text;
    static constexpr bool is_json = true;

    template <ParameterBinder B>
    static void bind(B& to, int index, const boost::json::value& value)
    {
        to.temporary_text(index, boost::json::serialize(value));
    }

    template <RowReader R>
    static Misfit read(R& from, int column, boost::json::value& out)
    {
        const Storage found = from.storage(column);
        if (found != Storage::text) [[unlikely]]
            return found == Storage::null ? Misfit::null : Misfit::wrong_storage;
        const std::string_view text = from.text(column);
        boost::json::error_code error;
        boost::json::value read = boost::json::parse({text.data(), text.size()}, error);
        if (error) [[unlikely]]
            return Misfit::malformed;
        out = std::move(read);
        return Misfit::none;
    }
};

} // namespace tenantry::sqlite

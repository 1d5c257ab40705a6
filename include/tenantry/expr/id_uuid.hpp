// Ids of `Id<Row, boost::uuids::uuid>`: random ones, made when an unset id is inserted.
#pragma once

#include <functional>

#include <boost/uuid/random_generator.hpp>
#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_hash.hpp>

#include <tenantry/expr/id.hpp>
#include <tenantry/sqlite/codec_uuid.hpp>

namespace tenantry {

template <>
struct IdAssignment<boost::uuids::uuid> {
    static constexpr bool by_database = false;

    /// A random uuid (version 4) from the operating system's entropy. Safe from any thread.
    [[nodiscard]] static boost::uuids::uuid make()
    {
        thread_local boost::uuids::random_generator_pure generator;
        return generator();
    }
};

} // namespace tenantry

// Ids of `Id<Row, boost::uuids::uuid>`: random ones, made when an unset id is inserted.
#pragma once

#include <cstddef>
#include <cstdint>

#include <boost/uuid/uuid.hpp>
#include <boost/uuid/uuid_hash.hpp>

#include <tenantry/core/detail/random.hpp>
#include <tenantry/expr/id.hpp>
#include <tenantry/sqlite/codec_uuid.hpp>

namespace tenantry {

template <>
struct IdAssignment<boost::uuids::uuid> {
    static constexpr bool by_database = false;

    /// A random uuid (version 4, RFC 9562) from the operating system's entropy. Safe from any thread.
    // By hand: Boost's own generators cost each translation unit that includes this a third of a second.
    [[nodiscard]] static boost::uuids::uuid make()
    {
        boost::uuids::uuid made{};
        std::uint64_t random = 0;
        std::size_t n = 0;
        for (std::uint8_t& octet : made) {
            if (n++ % 8 == 0) random = detail::random_number();
            octet = static_cast<std::uint8_t>(random);
            random >>= 8;
        }
        std::uint8_t* const octets = made.begin();
        octets[6] = static_cast<std::uint8_t>((octets[6] & 0x0f) | 0x40); // the version
        octets[8] = static_cast<std::uint8_t>((octets[8] & 0x3f) | 0x80); // the variant
        return made;
    }
};

} // namespace tenantry

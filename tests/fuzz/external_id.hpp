// Texts that come as external ids: each is refused, or is the one text of a value.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include <boost/uuid/uuid.hpp>

#include <tenantry/core/detail/utf8.hpp>
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/tenant/external_id.hpp>

#include "fuzz/target.hpp"

namespace fuzz {

namespace external_ids {

using namespace tenantry;

struct Ticket {
    Id<Ticket> id{};
};
struct Page {
    Id<Page, std::string> id{};
};
struct Token {
    Id<Token, boost::uuids::uuid> id{};
};

inline constexpr std::uint64_t here = 815;

template <class Row>
void check(const std::string& text, bool is_sealed)
{
    using Value = typename decltype(Row::id)::value_type;
    const auto value = detail::read_external<Row, Value>(text, here);
    const auto elsewhere = detail::read_external<Row, Value>(text, here + 1);
    for (const auto* each : {&value, &elsewhere})
        if (!*each) {
            const std::string_view message = each->error().message();
            require(each->error() == errc::invalid_id || each->error() == errc::wrong_tenant,
                    "an external id that is refused is invalid, or of another tenant");
            require(message.size() < 250, "messages are brief");
            require(detail::valid_utf8(message) == message.size(), "messages are UTF-8");
        }
    if (value) {
        require(detail::write_external(*value, here) == text, "a value has one text");
        require(!elsewhere && elsewhere.error() == errc::wrong_tenant, "the text is of one tenant");
    }
    if (is_sealed && !value) require(value.error() == errc::invalid_id, "the tenant is this one");
}

} // namespace external_ids

inline void external_id(std::string_view input)
{
    using namespace external_ids;
    // As it comes; and as the bytes of a value with a tenant and a check that are right.
    const std::string text(input);
    const std::string sealed = detail::join_external(text, here);
    check<Ticket>(text, false);
    check<Page>(text, false);
    check<Token>(text, false);
    check<Ticket>(sealed, true);
    check<Page>(sealed, true);
    check<Token>(sealed, true);
}

} // namespace fuzz

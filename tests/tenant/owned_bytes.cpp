// What waiting statements are taken to weigh.
#include <tenantry/tenant/detail/owned_bytes.hpp>

#include <optional>
#include <string>
#include <vector>

#include <boost/uuid/uuid.hpp>

#include <tenantry/expr/id_uuid.hpp>
#include <tenantry/query/query.hpp>
#include <tenantry/schema/schema.hpp>

#include "support/catch.hpp"

using namespace tenantry;
using detail::owned_bytes;

namespace {

struct Letter {
    Id<Letter, boost::uuids::uuid> id{};
    std::string text{};
    std::optional<std::string> note{};
    std::vector<std::byte> seal{};
    std::int64_t number{};
};
struct Post : Schema<Table<"letter", Letter>> {};

} // namespace

TEST_CASE("what a statement's values hold is counted, wherever they are")
{
    const std::string text(1000, 'x');
    Letter letter{
        .text = text, .note = std::string(200, 'n'), .seal = std::vector<std::byte>(30), .number = 4};
    CHECK(owned_bytes<Post>(own(insert(letter))) == 1230);
    letter.note.reset();
    CHECK(owned_bytes<Post>(own(insert(letter))) == 1030);
    CHECK(owned_bytes<Post>(own(insert<Letter>().set(col<&Letter::text> = text, col<&Letter::number> = 1,
                                                     col<&Letter::seal> = std::vector<std::byte>(5)))) ==
          1021); // with the id that is made for it
    CHECK(owned_bytes<Post>(own(update<Letter>()
                                    .set(col<&Letter::text> = text)
                                    .where(col<&Letter::text> == "abc" && col<&Letter::number> == 1))) ==
          1003);
    CHECK(owned_bytes<Post>(own(remove<Letter>().where(col<&Letter::number> == 1))) == 0);
    CHECK(owned_bytes<Post>(own(sql<"delete from letter where text = ?">(text))) == 1000);
}

TEST_CASE("a batch weighs what its rows do")
{
    const std::vector<Letter> letters(3, Letter{.text = std::string(100, 'x')});
    CHECK(owned_bytes<Post>(own(insert(letters))) == 3 * (sizeof(Letter) + 100));
}

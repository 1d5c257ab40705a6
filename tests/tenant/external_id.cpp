// External ids, and cursors of a tenant's rows.
#include <tenantry/tenant/cursor.hpp>
#include <tenantry/tenant/external_id.hpp>

#include <cstddef>
#include <limits>
#include <set>
#include <string>
#include <tuple>

#include <boost/uuid/uuid.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;
using test::must;
using test::Note;
using test::Notes;
using test::wait_for;

namespace {

struct Page {
    Id<Page, std::string> id{};
};
struct Token {
    Id<Token, boost::uuids::uuid> id{};
};
struct Site : Schema<Table<"page", Page>, Table<"token", Token>> {};

template <class Row, class Value>
Id<Row, Value> id_of(Value value, std::uint64_t incarnation)
{
    return detail::IdAccess::id<Row>(std::move(value), incarnation);
}

} // namespace

TEST_CASE("an external id says which row of which tenant it is")
{
    test::Opened acme("acme");
    test::Opened globex("globex");
    const auto key = must(wait_for(test::add_note(acme.db, "first")));
    const auto other = must(wait_for(test::add_note(globex.db, "first")));
    REQUIRE(key.value() == other.value());
    const std::string text = external_id(key);
    CHECK(text.size() == 12);
    CHECK(text == external_id(key.id()));
    CHECK(text != external_id(other));
    CHECK(must(key_for<Note>(acme.db, text)) == key);
    CHECK(must(key_for<Note>(acme.db, ExternalId{text})) == key);
    const auto found = must(acme.db.snapshot([&](auto& snapshot) -> Result<std::string> {
        return must(snapshot.read(
                        one(select<Note>().where(col<&Note::id> == must(key_for<Note>(snapshot, text))))))
            .text;
    }));
    CHECK(found == "first");

    const auto strange = key_for<Note>(globex.db, text);
    REQUIRE_FALSE(strange);
    CHECK(strange.error() == errc::wrong_tenant);
    CHECK(strange.error().tenant() == "globex");

    CHECK(external_id(Id<Note>()).empty());
    CHECK(external_id(Key<Note, Notes>()).empty());
}

TEST_CASE("what is no external id is told from another tenant's")
{
    test::Opened acme("acme");
    const std::string text = external_id(must(wait_for(test::add_note(acme.db))));
    for (const std::string& other :
         {std::string(), std::string("1"), std::string("42"), std::string("../../etc"), std::string(300, 'A'),
          text + "A", text.substr(1), text.substr(0, text.size() - 1), " " + text}) {
        const auto key = key_for<Note>(acme.db, other);
        REQUIRE_FALSE(key);
        CHECK(key.error() == errc::invalid_id);
        CHECK(key.error().message().size() < 200);
    }
    // What is shown of it is text.
    for (const std::string& other : {std::string(63, 'x') + "\xC3\xA4", std::string(63, 'x') + "\xFF"})
        CHECK(key_for<Note>(acme.db, other).error().message().substr(0, 69) ==
              "'" + std::string(63, 'x') + "...' ");
    // One character for another: the two bytes that are made of the rest find nearly all of them.
    int passed = 0;
    for (std::size_t i = 0; i < text.size(); ++i)
        for (const char c : {'A', 'q', '7', '_'}) {
            std::string changed = text;
            changed[i] = c;
            if (changed != text && key_for<Note>(acme.db, changed)) ++passed;
        }
    CHECK(passed == 0);
}

TEST_CASE("of any number, text and uuid there is one that comes back")
{
    std::set<std::string> texts;
    for (const std::int64_t value :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{-1}, std::int64_t{65535}, std::int64_t{65536},
          std::numeric_limits<std::int64_t>::max(), std::numeric_limits<std::int64_t>::min()})
        for (const std::uint64_t tenant : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 63}) {
            const std::string text = external_id(id_of<Note>(value, tenant));
            CHECK(must(detail::read_external<Note, std::int64_t>(text, tenant)) == value);
            CHECK(detail::read_external<Note, std::int64_t>(text, tenant + 7).error() == errc::wrong_tenant);
            texts.insert(text);
        }
    CHECK(texts.size() == 21);

    test::OpenedOf<Site> site;
    const Id<Page, std::string> page = id_of<Page>(std::string("a/b\0c", 5), site.db.incarnation());
    CHECK(must(key_for<Page>(site.db, ExternalId{external_id(page)})).id() == page);
    CHECK(key_for<Page>(site.db, "a/b").value() == "a/b"); // a text is such an id itself
    const auto token = id_of<Token>(IdAssignment<boost::uuids::uuid>::make(), site.db.incarnation());
    CHECK(must(key_for<Token>(site.db, external_id(token))).id() == token);
    // A value of another type than the ids of the row have.
    CHECK(key_for<Token>(site.db, external_id(id_of<Note>(std::int64_t{1}, site.db.incarnation()))).error() ==
          errc::invalid_id);
}

TEST_CASE("the cursor of a record is of its tenant, and that of other rows of the handle's")
{
    test::Opened acme("acme");
    test::Opened globex("globex");
    for (int i = 0; i < 5; ++i) {
        must(wait_for(test::add_note(acme.db, "n" + std::to_string(i), i)));
        must(wait_for(test::add_note(globex.db, "n" + std::to_string(i), i)));
    }
    const auto notes = select<Note>().order_by(desc(col<&Note::number>), col<&Note::id>).limit(2);
    const auto page = must(acme.db.read(page_after(notes, Cursor{})));
    const Cursor cursor = must(cursor_after(notes, page.back()));
    CHECK(cursor == must(cursor_after(acme.db, notes, page.back())));
    CHECK(must(wait_for(acme.db.async_read(page_after(notes, cursor)))).front().text == "n2");
    CHECK(globex.db.read(page_after(notes, cursor)).error() == errc::invalid_cursor);
    CHECK(cursor_after(globex.db, notes, page.back()).error() == errc::wrong_tenant);

    const auto columns =
        select(col<&Note::number>, col<&Note::id>).order_by(col<&Note::number>, col<&Note::id>);
    const auto pairs = must(acme.db.read(columns));
    CHECK(must(acme.db.read(page_after(columns, must(cursor_after(columns, pairs[2]))))).size() == 2);
    const auto number = unique_by<&Note::number>(select(col<&Note::number>).order_by(col<&Note::number>));
    const auto cursor_of_number = must(cursor_after(acme.db, number, std::int64_t{2}));
    CHECK(must(acme.db.read(page_after(number, cursor_of_number))).size() == 2);

    // A row that nobody has read.
    CHECK(cursor_after(notes, Record<Note, Notes>{}).error() == errc::invalid_argument);
}

// docs/json.md
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <tenantry/json.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;

namespace {

// [rows]
enum class State { open, closed };

struct User {
    Id<User> id{};
    std::string name{};
};
struct Ticket {
    Id<Ticket> id{};
    Id<User> reporter{};
    std::optional<Id<User>> assignee{};
    std::string title{};
    State state = State::open;
    Timestamp changed_at{};
};

struct Tracker : Schema<Table<"user", User>, Table<"ticket", Ticket>> {};
// [/rows]

// [options]
constexpr JsonOptions api{.leave_out_null = true, .ids = JsonIds::external};
// [/options]

// [patch-type]
using TicketPatch = Patch<&Ticket::title, &Ticket::state, &Ticket::assignee>;
// [/patch-type]

// A tenant with a user and three tickets of hers.
struct Desk {
    test::OpenedOf<Tracker> opened;
    TenantDb<Tracker> db = opened.db;
    Key<User, Tracker> ann;

    Desk()
    {
        const User user{.id = {}, .name = "ann"};
        ann = test::must(db.write(insert(user)));
        for (const char* title : {"first", "second", "third"}) {
            Ticket ticket;
            ticket.reporter = ann;
            ticket.title = title;
            test::must(db.write(insert(ticket)));
        }
    }
};

std::string answer(int, std::string text) { return text; }

} // namespace

TEST_CASE("rows as JSON")
{
    Desk desk;
    auto& db = desk.db;
    // [to-json]
    auto tickets = db.read(select<Ticket>().order_by(col<&Ticket::id>));
    auto json = to_json(*tickets); // Result<boost::json::value>
    // [/to-json]
    REQUIRE(json);
    CHECK(json->as_array().size() == 3);
    // [named]
    auto pairs = db.read(
        select(row<Ticket>, col<&User::name>).join(table<User>, col<&Ticket::reporter> == col<&User::id>));
    auto named = to_json(*pairs, parts("ticket"_n, "reporter"_n));
    // [/named]
    REQUIRE(named);
    CHECK(named->at(0).at("reporter") == "ann");
    CHECK(to_json(*tickets, api)->at(0).at("reporter") == boost::json::string_view(external_id(desk.ann)));
}

TEST_CASE("JSON as rows")
{
    Desk desk;
    auto& db = desk.db;
    const auto post = [&](std::string_view body) -> std::string {
        // [from-json]
        auto ticket = from_json<Ticket>(db, body); // of a text, or of a boost::json::value
        if (!ticket) return answer(400, std::string(ticket.error().message()));
        // [/from-json]
        return {};
    };
    CHECK(post(R"({"title": "x", "state": "open", "changed_at": "2024-05-01T00:00:00Z"})") ==
          "reporter: is missing: expected an id of 'User'");
    CHECK(from_json<std::vector<Ticket>>(db, R"([{"state": "opne"}])").error().message() ==
          R"([0].state: expected one of 'open', 'closed', found "opne")");
    CHECK(post(R"({"titel": "x"})") == "titel: there is no such field");
    CHECK(post(R"({"reporter": 1, "title": "x", "state": "open", "changed_at": "2024-05-01T00:00:00Z"})")
              .empty());
}

TEST_CASE("the body of a PATCH")
{
    Desk desk;
    auto& db = desk.db;
    const auto key = key_for<Ticket>(db, 2);
    // [patch]
    auto patch = from_json<TicketPatch>(db, R"({"state": "closed", "assignee": null})");
    auto changed =
        db.write(one(update<Ticket>(key).set(*patch, col<&Ticket::changed_at> = now()).returning()));
    // [/patch]
    REQUIRE(changed);
    CHECK(changed->state == State::closed);
    CHECK(changed->title == "second");
}

TEST_CASE("pages that a client goes on with")
{
    Desk desk;
    auto& db = desk.db;
    std::string after;
    std::size_t seen = 0;
    for (const std::size_t size : {2u, 1u, 1u}) {
        const std::optional<State> state = State::open;
        // [page]
        auto query = select<Ticket>()
                         .where(when(state, [](State wanted) { return col<&Ticket::state> == wanted; }))
                         .order_by(desc(col<&Ticket::changed_at>), col<&Ticket::id>)
                         .limit(size);
        auto page = db.read(page_after(query, Cursor{after})); // of the first page it is empty
        // [/page]
        REQUIRE(page);
        seen += page->size();
        if (page->empty()) break;
        // [answer]
        boost::json::object answer{{"items", *to_json(*page)}};
        if (page->size() == size) answer["next"] = cursor_after(query, page->back())->text;
        // [/answer]
        after = std::string(answer["next"].as_string());
    }
    CHECK(seen == 3);
}

TEST_CASE("ids in URLs")
{
    Desk desk;
    auto& db = desk.db;
    const auto key = key_for<Ticket>(db, 2);
    // [external]
    std::string url = "/tickets/" + external_id(key); // 12 characters, up to the number 255
    auto again = key_for<Ticket>(db, url.substr(9));  // Result<Key<Ticket, T>>
    // [/external]
    REQUIRE(again);
    CHECK(*again == key);
    CHECK(url.size() == 21);
}

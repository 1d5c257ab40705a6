// docs/declarations.md
#include "docs/database.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include <tenantry/core/timestamp.hpp>
#include <tenantry/tenantry.hpp>

using namespace tenantry;

namespace declarations {

// [rows]
enum class State { open, paid };

struct Customer {
    Id<Customer> id{};
    std::string email{};
    std::string class_{};
};
struct Order {
    Id<Order> id{};
    Id<Customer> customer{};               // REFERENCES "customer" ("id")
    std::optional<Id<Customer>> advisor{}; // the same, and NULL
    State state{};
    std::int64_t net{};
    std::int64_t tax{};
    std::int64_t gross{};
    Timestamp placed_at{};
};
// [/rows]

// [expressions]
inline constexpr auto positive = col<&Order::net> >= 0;
inline constexpr auto gross = col<&Order::net> + col<&Order::tax>;
inline constexpr auto is_open = col<&Order::state> == State::open;
inline constexpr auto in_lower_case = lower(col<&Customer::email>);
// [/expressions]

namespace first {
// [schema]
struct Shop : Schema<Table<"customer", Customer, Autoincrement, Collate<&Customer::email, "nocase">,
                           Unique<&Customer::email>, ColumnName<&Customer::class_, "class">,
                           Index<"customer_by_email", Expr<in_lower_case>>>,
                     Table<"order", Order, OnDelete<&Order::customer, Action::cascade>,
                           OnDelete<&Order::advisor, Action::set_null>, Default<&Order::state, State::open>,
                           Default<&Order::placed_at, current_timestamp>, Check<"net_positive", positive>,
                           Generated<&Order::gross, gross>,
                           Index<"open_orders", Descending<&Order::placed_at>, Where<is_open>>>> {};
// [/schema]
} // namespace first

// [natural-keys]
struct Line {
    std::string name{};
    std::int64_t number{};
    std::string terminus{};
};
struct Stop {
    Id<Stop> id{};
    std::string line{};
    std::int64_t number{};
    std::optional<Id<Stop>> next{};
};
struct Network
    : Schema<Table<"line", Line, PrimaryKey<&Line::name, &Line::number>, WithoutRowid>,
             Table<"stop", Stop, Deferred<&Stop::next>,
                   ForeignKey<Columns<&Stop::line, &Stop::number>, References<&Line::name, &Line::number>,
                              WhenChanged<Action::cascade>, WhenRemoved<Action::cascade>>>> {};
// [/natural-keys]

// [view]
struct Debt {
    std::string email{};
    std::optional<std::int64_t> owed{};
};
inline constexpr auto debts = select(col<&Customer::email>, sum(col<&Order::gross>).as("owed"_n))
                                  .join(table<Order>, col<&Order::customer> == col<&Customer::id>)
                                  .where(col<&Order::state> == State::open)
                                  .group_by(col<&Customer::email>);
// [/view]

// [trigger]
struct Paid {
    Id<Paid> id{};
    Id<Order> order{};
    std::int64_t gross{};
};
inline constexpr auto gets_paid = old_<&Order::state> == State::open && new_<&Order::state> == State::paid;
inline constexpr auto note_payment =
    insert<Paid>().set(col<&Paid::order> = new_<&Order::id>, col<&Paid::gross> = new_<&Order::gross>);
inline constexpr auto is_paid = old_<&Order::state> == State::paid;
// [/trigger]

// [full-text]
struct Article {
    Id<Article> id{};
    std::string title{};
    std::string body{};
};
struct ArticleText { // what is searched: columns of Article by name, and the way back
    Id<Article> article{};
    std::string title{};
    std::string body{};
};
// [/full-text]

// [more]
struct Shop
    : Schema<Table<"customer", Customer>, Table<"order", Order, Generated<&Order::gross, gross, Stored>>,
             Table<"paid", Paid>, Table<"article", Article>, View<"debt", Debt, debts>,
             Trigger<"order_paid", AfterUpdate<Order, &Order::state>, When<gets_paid>, Do<note_payment>>,
             Trigger<"paid_stays", BeforeRemove<Order>, When<is_paid>, Refuse<"a paid order is kept">>,
             FullText<"article_text", ArticleText, ContentOf<Article>, Tokenize<"porter unicode61">>> {};
// [/more]

} // namespace declarations

using namespace declarations;

TEST_CASE("docs/declarations.md: tables")
{
    docs::Database<first::Shop> tx;
    REQUIRE(tx.connection().execute("INSERT INTO customer (email, class) VALUES ('Ann@example.org', 'a')"));
    CHECK_FALSE(
        tx.connection().execute("INSERT INTO customer (email, class) VALUES ('ann@example.org', 'b')"));
    CHECK_FALSE(tx.connection().execute("INSERT INTO \"order\" (customer, net, tax) VALUES (1, -1, 0)"));
    REQUIRE(tx.connection().execute("INSERT INTO \"order\" (customer, net, tax) VALUES (1, 100, 19)"));
    const auto order = tx.read(one(select<Order>()));
    REQUIRE(order);
    CHECK(order->gross == 119);
    CHECK(order->state == State::open);
    Order changed = *order;
    changed.net = 200;
    changed.gross = 0; // not written: SQLite works it out
    REQUIRE(tx.run(update(changed)));
    CHECK(tx.read(one(select(col<&Order::gross>))).value() == 219);
}

TEST_CASE("docs/declarations.md: keys")
{
    docs::Database<Network> tx;
    REQUIRE(tx.run(insert(Line{"u", 1, "north"})));
    CHECK_FALSE(tx.run(insert(Stop{.line = "u", .number = 2})));
    REQUIRE(tx.run(insert(Stop{.line = "u", .number = 1})));
    REQUIRE(tx.connection().execute("UPDATE line SET number = 7"));
    CHECK(tx.read(one(select(col<&Stop::number>))).value() == 7);
}

TEST_CASE("docs/declarations.md: views, triggers, full text")
{
    docs::Database<declarations::Shop> tx;
    REQUIRE(tx.connection().execute("INSERT INTO customer (email, class_) VALUES ('ann@example.org', 'a');"
                                    "INSERT INTO \"order\" (customer, state, net, tax, placed_at)"
                                    " VALUES (1, 'open', 100, 19, 0), (1, 'open', 5, 1, 0)"));
    // [read-view]
    auto owing = tx.read(select<Debt>().where(col<&Debt::owed> > 100));
    // [/read-view]
    REQUIRE(owing);
    REQUIRE(owing->size() == 1);
    CHECK(owing->front().owed == 125);

    REQUIRE(tx.connection().execute("UPDATE \"order\" SET state = 'paid' WHERE id = 1"));
    CHECK(tx.read(one(select(col<&Paid::gross>))).value() == 119);
    CHECK(tx.connection().execute("DELETE FROM \"order\" WHERE id = 1").error() == errc::constraint);

    REQUIRE(tx.run(insert(Article{.title = "Tea", .body = "green teas and black ones"})));
    const std::string typed = "tea \"black";
    // [search]
    auto found =
        tx.read(select(col<&Article::id>, col<&Article::title>, snippet<&ArticleText::body>("<b>", "</b>"))
                    .join(table<ArticleText>)
                    .where(match<ArticleText>(full_text_words(typed, Words::all, true)))
                    .order_by(bm25<ArticleText>(10, 1)) // a title counts ten times a body
                    .limit(20));
    // [/search]
    REQUIRE(found);
    REQUIRE(found->size() == 1);
    CHECK(std::get<2>(found->front()) == "green <b>teas</b> and <b>black</b> ones");
}

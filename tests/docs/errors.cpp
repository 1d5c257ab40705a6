// docs/errors.md: a transfer between two accounts, which is ended by what fails in it, and what callers are told.
#include <chrono>
#include <cstdint>
#include <map>
#include <ostream>
#include <sstream>
#include <string>
#include <string_view>
#include <variant>

#include <boost/asio/awaitable.hpp>

#include <tenantry/async/retry.hpp>
#include <tenantry/core/http_status.hpp>
#include <tenantry/tenant/once.hpp>
#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

namespace asio = boost::asio;
using namespace tenantry;

namespace {

struct Account {
    Id<Account> id{};
    std::string name{};
    std::int64_t balance{};
};
struct Entry {
    Id<Entry> id{};
    Id<Account> account{};
};
inline constexpr auto covered = col<&Account::balance> >= 0;
struct Bank : Schema<Table<"account", Account, Unique<&Account::name>, Check<"covered", covered>>,
                     Table<"entry", Entry>> {};

// [refusal]
// What a caller is told whose account could not be made or removed.
std::string refusal(const Error& error)
{
    const Constraint& violated = error.constraint();
    switch (violated.kind) {
    case ConstraintKind::unique:
        if (violated.is_on("account", {"name"})) return "the name is taken";
        break;
    case ConstraintKind::check:
        if (violated.name == "covered") return "the balance is less than the limit";
        break;
    case ConstraintKind::foreign_key:
        if (violated.side == ForeignKeySide::parent) return "there are still rows of " + violated.table;
        break;
    default: break;
    }
    return "that is not possible";
}
// [/refusal]

struct Reply {
    int status{};
    std::map<std::string, std::string> fields{};
    std::string body{};
};

// [reply]
// The end of a request that has failed.
Reply reply_to(const Error& error, std::ostream& log)
{
    const HttpStatus status = http_status(error);
    if (status.code >= 500) log << error << '\n';
    Reply reply{.status = status.code, .body = std::string(status.text)};
    if (status.retry_after) reply.fields["Retry-After"] = std::to_string(status.retry_after->count());
    return reply;
}
// [/reply]

Account account(std::string name, std::int64_t balance)
{
    return {.id = {}, .name = std::move(name), .balance = balance};
}

template <class T>
Result<void> move(const TenantDb<T>& db, std::string_view from, std::string_view to, std::int64_t amount)
{
    // [transfer]
    auto transfer = [&](auto& tx) -> Result<void> {
        auto payer = must(tx.read(one(select<Account>().where(col<&Account::name> == from))));
        auto payee = must(tx.read(one(select<Account>().where(col<&Account::name> == to))));
        if (payer.balance < amount) return fail(errc::invalid_argument, "the account has less than that");
        payer.balance -= amount;
        payee.balance += amount;
        must(tx.write(update(payer)));
        must(tx.write(update(payee)));
        return {};
    };
    return db.write(transfer);
    // [/transfer]
}

// [own_refusal]
enum class Refusal { too_little, same_account };
using Failure = std::variant<Refusal, Error>;

template <class T>
Result<std::int64_t, Failure> pay(const TenantDb<T>& db, std::string_view from, std::string_view to,
                                  std::int64_t amount)
{
    auto payment = [&](auto& tx) -> Result<std::int64_t, Failure> {
        if (from == to) return fail(Refusal::same_account);
        auto payer = must(tx.read(one(select<Account>().where(col<&Account::name> == from))));
        auto payee = must(tx.read(one(select<Account>().where(col<&Account::name> == to))));
        payer.balance -= amount;
        if (payer.balance < 0) return fail(Refusal::too_little);
        payee.balance += amount;
        must(tx.write(update(payer)));
        must(tx.write(update(payee)));
        return payer.balance;
    };
    return db.write(payment);
}
// [/own_refusal]

// [deposit]
template <class T>
asio::awaitable<Result<std::int64_t>> deposit(TenantDb<T> db, std::string request, std::string to,
                                              std::int64_t amount)
{
    auto body = [&](auto& tx) -> Result<std::int64_t> {
        auto payee = must(tx.read(one(select<Account>().where(col<&Account::name> == to))));
        payee.balance += amount;
        must(tx.write(update(payee)));
        return payee.balance;
    };
    auto keyed = once(request, body);
    auto write = [&] { return db.async_write(keyed); };
    RetryPolicy policy{.within = std::chrono::seconds(2), .idempotent = true};
    co_return co_await async_retry(write, policy);
}
// [/deposit]

} // namespace

TEST_CASE("a transfer is whole, or ended by the first thing that fails in it")
{
    const test::OpenedOf<Bank> bank;
    const auto balances = [&] {
        return test::must(bank.db.read(select(col<&Account::balance>).order_by(col<&Account::name>)));
    };
    test::must(bank.db.write(insert(account("ann", 100))));
    test::must(bank.db.write(insert(account("bob", 0))));
    test::must(move(bank.db, "ann", "bob", 60));
    CHECK(balances() == std::vector<std::int64_t>{40, 60});
    CHECK(move(bank.db, "ann", "bob", 60).error() == errc::invalid_argument);
    const auto nobody = move(bank.db, "ann", "cid", 10);
    REQUIRE_FALSE(nobody);
    CHECK(nobody.error() == errc::no_such_row);
    CHECK(nobody.error().tenant() == "one");
    CHECK_THAT(std::string(nobody.error().sql()), ContainsSubstring("SELECT"));
    CHECK(balances() == std::vector<std::int64_t>{40, 60});
}

TEST_CASE("callers are told what was wrong with what they asked for")
{
    const test::OpenedOf<Bank> bank;
    const auto refused = [](const auto& result) {
        REQUIRE_FALSE(result);
        return refusal(result.error());
    };
    const auto ann = test::must(bank.db.write(insert(account("ann", 100))));
    test::must(bank.db.write(insert(Entry{.account = ann})));
    CHECK(refused(bank.db.write(insert(account("ann", 1)))) == "the name is taken");
    CHECK(refused(bank.db.write(insert(account("bob", -1)))) == "the balance is less than the limit");
    CHECK(refused(bank.db.write(remove<Account>().where(col<&Account::name> == "ann"))) ==
          "there are still rows of entry");
    CHECK(refusal(Error(errc::busy)) == "that is not possible");

    std::ostringstream log;
    const auto taken = bank.db.write(insert(account("ann", 1)));
    REQUIRE_FALSE(taken);
    CHECK(reply_to(taken.error(), log).status == 409);
    CHECK(log.str().empty());
    const Reply later = reply_to(Error(errc::busy, "/srv/acme is locked"), log);
    CHECK(later.status == 503);
    CHECK(later.fields.at("Retry-After") == "1");
    CHECK(later.body == "the service is busy; try again");
    CHECK(log.str() == "busy: /srv/acme is locked\n");
}

TEST_CASE("a payment is refused for the bank's own reasons, or ended by the library's")
{
    const test::OpenedOf<Bank> bank;
    test::must(bank.db.write(insert(account("ann", 100))));
    test::must(bank.db.write(insert(account("bob", 0))));
    CHECK(test::must(pay(bank.db, "ann", "bob", 60)) == 40);
    CHECK(std::get<Refusal>(pay(bank.db, "ann", "bob", 60).error()) == Refusal::too_little);
    CHECK(std::get<Refusal>(pay(bank.db, "ann", "ann", 1).error()) == Refusal::same_account);
    CHECK(std::get<Error>(pay(bank.db, "ann", "cid", 1).error()) == errc::no_such_row);
    CHECK(test::must(pay(bank.db, "bob", "ann", 60)) == 0);
}

TEST_CASE("a deposit that is asked for again is made once")
{
    const test::OpenedOf<Bank> bank;
    test::must(bank.db.write(insert(account("ann", 100))));
    for (int i = 0; i < 2; ++i) CHECK(test::must(test::run(deposit(bank.db, "request 1", "ann", 50))) == 150);
    CHECK(test::must(test::run(deposit(bank.db, "request 2", "ann", 50))) == 200);
    CHECK(test::run(deposit(bank.db, "request 3", "cid", 50)).error() == errc::no_such_row);
}

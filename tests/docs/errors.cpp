// docs/errors.md: a transfer between two accounts, which is ended by what fails in it.
#include <cstdint>
#include <string>
#include <string_view>

#include <tenantry/tenantry.hpp>

#include "support/catch.hpp"
#include "support/must.hpp"
#include "support/opened_tenant.hpp"

using namespace tenantry;

namespace {

struct Account {
    Id<Account> id{};
    std::string name{};
    std::int64_t balance{};
};
struct Bank : Schema<Table<"account", Account, Unique<&Account::name>>> {};

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

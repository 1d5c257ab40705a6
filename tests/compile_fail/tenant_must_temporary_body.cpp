// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the transaction body \(auto body = \[\.\.\.\]\.\.\.;\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<Result<void>> add(TenantDb<Notes> db, std::string text)
{
#ifdef TENANTRY_BROKEN
    co_await must(db.async_write([text](auto& tx) { return tx.run(insert(note(text))); }));
#else
    auto body = [text](auto& tx) { return tx.run(insert(note(text))); };
    co_await must(db.async_write(body));
#endif
    co_return Result<void>();
}

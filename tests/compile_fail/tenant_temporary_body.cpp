// expect: tenantry: this compiler destroys the temporaries of a co_await expression twice: name the transaction body \(auto body = \[\.\.\.\]\.\.\.;\) and pass the name, or use clang
// only: affected
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using boost::asio::awaitable;

awaitable<void> add(TenantDb<Notes> db, std::string text)
{
#ifdef TENANTRY_BROKEN
    static_cast<void>(co_await db.async_write([text](auto& tx) { return tx.run(insert(note(text))); }));
#else
    auto body = [text](auto& tx) { return tx.run(insert(note(text))); };
    static_cast<void>(co_await db.async_write(body));
    // What owns nothing is safe to hand over.
    static_cast<void>(co_await db.async_write([&text](auto& tx) { return tx.run(insert(note(text))); }));
#endif
}

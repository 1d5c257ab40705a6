// expect: tenantry: a time that an operation may take is given by within
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;
using namespace std::chrono_literals;

boost::asio::awaitable<Result<void>> end(Fleet<Notes>& fleet)
{
#ifdef TENANTRY_BROKEN
    co_return co_await fleet.async_close(Shutdown::drain, 10s);
#else
    co_return co_await fleet.async_close(Shutdown::drain, within(10s));
#endif
}

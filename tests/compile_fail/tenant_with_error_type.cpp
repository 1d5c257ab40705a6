// expect: tenantry: a body's own error type is one that an Error converts to: give it a constructor that takes a tenantry::Error, or use std::variant<Refusal, tenantry::Error>
#include <support/fleet_fixture.hpp>

using namespace tenantry;
using namespace tenantry::test;

struct Failure {
    Failure() = default;
#ifndef TENANTRY_BROKEN
    Failure(Error the_error) : text(the_error.message()) {}
#endif
    std::string text{};
};

template <class R>
using Outcome = boost::asio::awaitable<Result<R, Failure>>;

Outcome<void> serve(Fleet<Notes>& fleet)
{
    auto body = []<class T>(TenantDb<T>) -> Outcome<void> { co_return Result<void, Failure>(); };
    co_return co_await fleet.async_with("a", body);
}

// What most tests of fleets do. Never called: clang instantiates it with the precompiled header, once for all of them.
#pragma once

#include <utility>

#include <boost/asio/awaitable.hpp>

#include "support/fleet_fixture.hpp"

namespace tenantry::test {

inline boost::asio::awaitable<void> usual_operations(Fleet<Notes>& fleet)
{
    (void)wait_for(fleet.async_create(""));
    const auto db = *wait_for(fleet.async_tenant(""));
    (void)wait_for(add_note(db));
    (void)wait_for(db.async_read(select<Note>()));
    (void)count_notes(db);

    (void)co_await fleet.async_create("");
    (void)co_await fleet.async_tenant("");
    auto write = add_note(db);
    (void)co_await std::move(write);
}

} // namespace tenantry::test

// One of each of a fleet's and a handle's asynchronous operations, for what must hold of all of them.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "support/fleet_fixture.hpp"
#include "support/must.hpp"
#include "support/temp_dir.hpp"

namespace tenantry::test {

/// A fleet with a tenant `a`, and a handle of it.
struct OneTenant {
    explicit OneTenant(const FleetOptions& options = {})
        : fleet(must(open_notes(directory.path() / "root", options)))
    {
        must(wait_for(fleet.async_create("a")));
        db = must(wait_for(fleet.async_tenant("a")));
    }

    TempDir directory;
    Fleet<Notes> fleet;
    TenantDb<Notes> db;
    int serial = 0;
};

/// Calls `visit(name, operation)` with each, not begun yet: `operation(token)` begins it. All of them succeed.
template <class Visit>
void each_operation(OneTenant& open, Visit&& visit)
{
    visit("read", open.db.async_read(select<Note>()));
    visit("write", test::add_note(open.db, "a row of a statement"));
    auto body = [](auto& tx) -> Result<std::unique_ptr<int>> {
        if (auto done = tx.run(insert(note("a row of a body"))); !done) return tl::unexpected(done.error());
        return std::make_unique<int>(1);
    };
    visit("body", open.db.async_write(body));
    auto scope = []<class T>(TenantDb<T> db) -> boost::asio::awaitable<Result<int>> {
        const auto row = note("a row of a scope");
        auto key = co_await db.async_write(insert(row));
        if (!key) co_return tl::unexpected(key.error());
        co_return 1;
    };
    visit("with", open.fleet.async_with("a", scope));
    visit("tenant", open.fleet.async_tenant("a"));
    const std::string fresh = "fresh" + std::to_string(++open.serial);
    visit("create", open.fleet.async_create(fresh));
    must(wait_for(open.fleet.async_create(fresh + "-doomed")));
    visit("destroy", open.fleet.async_destroy(fresh + "-doomed"));
}

/// The same of operations that fail before they have begun.
template <class Visit>
void each_refused_operation(OneTenant& open, Visit&& visit)
{
    const TenantDb<Notes> nothing;
    auto scope = []<class T>(TenantDb<T>) -> boost::asio::awaitable<Result<int>> { co_return 1; };
    auto body = [](auto&) -> Result<int> { return 1; };
    visit("read", nothing.async_read(select<Note>()));
    visit("write", test::add_note(nothing, ""));
    visit("body", nothing.async_write(body));
    visit("with", open.fleet.async_with("No Id", scope));
    visit("tenant", open.fleet.async_tenant("No Id"));
    visit("create", open.fleet.async_create("No Id"));
    visit("destroy", open.fleet.async_destroy("No Id"));
}

} // namespace tenantry::test

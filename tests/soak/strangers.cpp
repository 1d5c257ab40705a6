#include "soak/strangers.hpp"

#include <chrono>
#include <memory>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <tenantry/sqlite/connection.hpp>

namespace asio = boost::asio;

namespace tenantry::test {

namespace {

using namespace std::chrono_literals;

// What a session of a server holds.
struct Session {};

} // namespace

EndingContexts::EndingContexts(World& world, std::int64_t client, std::uint64_t seed)
    : world_(world), random_(seed), last_number_(client * numbers_each)
{}

void EndingContexts::work()
{
    while (!world_.stopped() && !closed_) one_context();
}

void EndingContexts::one_context()
{
    std::vector<std::weak_ptr<Session>> sessions;
    {
        asio::io_context context;
        for (std::size_t count = 1 + pick(8); count != 0; --count) {
            const std::size_t tenant = pick(world_.places().size());
            auto db = wait_for(world_.fleet().async_tenant(world_.places()[tenant].name));
            if (!db) {
                closed_ = closed_ || db.error() == errc::fleet_closed;
                continue;
            }
            const auto session = std::make_shared<Session>();
            sessions.push_back(session);
            if (pick(3) == 0) {
                const auto look = [session](auto& snapshot) -> Result<std::int64_t> {
                    return snapshot.read(one(sql<"select count(*) from note", std::int64_t>()));
                };
                db->async_snapshot(look)(asio::bind_executor(context, [session](const auto&) {}));
                continue;
            }
            Asked& entry = asked_.emplace_back(Asked{.number = ++last_number_,
                                                     .incarnation = db->incarnation(),
                                                     .tenant = tenant,
                                                     .answered = true, // or never
                                                     .perhaps = 1});
            const auto write = [session, number = entry.number](auto& tx) -> Result<void> {
                const Note row = note("one", number);
                return tx.run(insert(row));
            };
            const auto answered = [session, &entry](const Result<void>& result) {
                entry.perhaps = 0;
                if (result) entry.rows = 1;
            };
            const auto again = repeatable(write);
            if (pick(2) == 0)
                db->async_write(write)(asio::bind_executor(context, answered));
            else
                db->async_write(again)(asio::bind_executor(context, answered));
        }
        if (pick(2) == 0) context.run_for(std::chrono::microseconds(pick(2000)));
    }
    for (const auto& session : sessions)
        if (!session.expired()) world_.found("a function of an operation has outlived its context");
}

void ForeignLocks::work()
{
    while (!world_.stopped()) {
        const Place& place = world_.places()[pick(world_.places().size())];
        const auto directory = world_.fleet().directory(place.name);
        if (place.comes_and_goes || !directory) {
            std::this_thread::yield();
            continue;
        }
        auto connection = sqlite::Connection::open(*directory / "main.db", sqlite::OpenMode::read_write);
        if (!connection) continue; // it is being opened or closed just now
        for (std::size_t times = 1 + pick(20); times != 0 && !world_.stopped(); --times) {
            if (!connection->execute("BEGIN IMMEDIATE")) continue;
            std::this_thread::sleep_for(std::chrono::microseconds(pick(4000)));
            if (!connection->execute("ROLLBACK")) world_.found("a foreign lock cannot be given back");
            std::this_thread::sleep_for(std::chrono::microseconds(pick(4000)));
        }
    }
}

} // namespace tenantry::test

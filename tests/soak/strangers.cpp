#include "soak/strangers.hpp"

#include <chrono>
#include <filesystem>
#include <memory>
#include <sstream>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include <boost/asio/bind_executor.hpp>
#include <boost/asio/io_context.hpp>

#include <tenantry/sqlite/connection.hpp>

#include "support/door.hpp"

namespace asio = boost::asio;

namespace tenantry::test {

namespace {

using namespace std::chrono_literals;

// What a session of a server holds.
struct Session {};

// Of a write of one row, of which nothing was known before.
void note_answer(Asked& entry, const Result<void>& result)
{
    if (!result && result.error() == errc::unknown_outcome) return;
    entry.perhaps = 0;
    if (result) entry.rows = 1;
}

} // namespace

// --- contexts that end

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
            auto db = world_.fleet().tenant(world_.places()[tenant].name);
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
                note_answer(entry, result);
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

// --- executors that throw

// Ends with the last of what was handed to the library for it.
struct ThrowingCallers::Operation {
    explicit Operation(std::shared_ptr<Door> has_ended) : ended(std::move(has_ended)) {}
    Operation(const Operation&) = delete;
    Operation& operator=(const Operation&) = delete;
    ~Operation() { ended->open(); }

    std::shared_ptr<Door> ended;
};

ThrowingCallers::ThrowingCallers(World& world, std::int64_t client, std::uint64_t seed)
    : world_(world),
      random_(seed),
      last_number_(client * numbers_each),
      executor_(ThrowingExecutor(pool_.get_executor(), state_))
{
    state_.throw_one_in(2 + pick(20));
}

void ThrowingCallers::work()
{
    while (!world_.stopped() && !closed_) begin_some();
}

void ThrowingCallers::begin_some()
{
    std::vector<std::shared_ptr<Door>> doors;
    for (std::size_t count = 1 + pick(8); count != 0; --count) {
        const std::size_t tenant = pick(world_.places().size());
        const auto db = world_.fleet().tenant(world_.places()[tenant].name);
        if (db)
            begin(*db, tenant, std::make_shared<Operation>(doors.emplace_back(std::make_shared<Door>())));
        else
            closed_ = closed_ || db.error() == errc::fleet_closed;
    }
    for (const auto& door : doors)
        if (!door->wait()) world_.found("an operation is neither answered nor destroyed");
}

void ThrowingCallers::begin(const TenantDb<Notes>& db, std::size_t tenant,
                            const std::shared_ptr<Operation>& operation)
{
    const auto ignored = [operation](const auto&) {};
    switch (pick(4)) {
    case 0:
        return world_.fleet().async_tenant(world_.places()[tenant].name)(
            asio::bind_executor(executor_, ignored));
    case 1: {
        const auto look = [operation](auto& snapshot) -> Result<std::int64_t> {
            return snapshot.read(one(sql<"select count(*) from note", std::int64_t>()));
        };
        return db.async_snapshot(look)(asio::bind_executor(executor_, ignored));
    }
    default: break;
    }
    Asked& entry = asked_.emplace_back(Asked{.number = ++last_number_,
                                             .incarnation = db.incarnation(),
                                             .tenant = tenant,
                                             .answered = true, // or never
                                             .perhaps = 1});
    const auto answered = [operation, &entry](const Result<void>& result) { note_answer(entry, result); };
    const auto write = [operation, number = entry.number](auto& tx) -> Result<void> {
        const Note row = note("one", number);
        return tx.run(insert(row));
    };
    db.async_write(write)(asio::bind_executor(executor_, answered));
}

// --- files that are taken away

void LostFiles::work()
{
    while (!world_.stopped()) {
        Place& place = world_.places()[pick(world_.places().size())];
        const auto directory = world_.fleet().directory(place.name);
        if (!place.loses_files() || !directory) continue;
        switch (place.fate) {
        case Fate::directory_moved: move_away_and_back(*directory); break;
        case Fate::database_moved: move_away_and_back(*directory / "main.db"); break;
        case Fate::log_removed: remove_log(*directory); break;
        default: replace(place, *directory); break;
        }
        pause(20'000);
    }
}

void LostFiles::pause(std::size_t at_most_microseconds)
{
    std::this_thread::sleep_for(std::chrono::microseconds(pick(at_most_microseconds)));
}

void LostFiles::move_away_and_back(const std::filesystem::path& path)
{
    // Now and then again and again, as fast as it goes.
    for (std::size_t left = pick(6) == 0 ? 50 : 1; left != 0; --left) {
        std::error_code error;
        std::filesystem::rename(path, away_ / "moved", error);
        if (error) return world_.found("moving " + path.string() + " away: " + error.message());
        ++times_;
        if (left == 1 && pick(2) != 0)
            pause(5'000);
        else
            std::this_thread::yield();
        std::filesystem::rename(away_ / "moved", path, error);
        if (error) return world_.found("moving " + path.string() + " back: " + error.message());
    }
}

void LostFiles::remove_log(const std::filesystem::path& directory)
{
    const auto which = pick(3);
    std::error_code ignored;
    if (which != 0 && std::filesystem::remove(directory / "main.db-wal", ignored)) ++times_;
    if (which != 1 && std::filesystem::remove(directory / "main.db-shm", ignored)) ++times_;
}

void LostFiles::replace(Place& place, const std::filesystem::path& directory)
{
    std::error_code error;
    if (!std::filesystem::exists(directory, error))
        return make_again(place); // the fleet did not, the last time
    auto doomed = directory;
    if (pick(2) == 0) {
        doomed = away_ / "removed";
        std::filesystem::rename(directory, doomed, error);
        if (error) return world_.found("moving " + directory.string() + " away: " + error.message());
    }
    // A connection that is just being opened may put a log beside what is left.
    do std::filesystem::remove_all(doomed, error);
    while (error);
    ++times_;
    ++place.removed;
    if (pick(2) != 0) pause(5'000);
    make_again(place);
}

void LostFiles::make_again(Place& place)
{
    const auto made = world_.fleet().create(place.name);
    if (made) ++place.created;
    if (!made && !(made.error() == errc::fleet_closed || made.error() == errc::overloaded)) {
        std::ostringstream text;
        text << "making a tenant anew: " << made.error();
        world_.found(text.str());
    }
}

// --- locks

void ForeignLocks::work()
{
    while (!world_.stopped()) {
        const Place& place = world_.places()[pick(world_.places().size())];
        const auto directory = world_.fleet().directory(place.name);
        if (place.fate != Fate::stays || !directory) {
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

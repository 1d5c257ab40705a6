// What tests of whole fleets share: a small schema, and ways to wait for what is asynchronous.
#pragma once

#include <cstdint>
#include <filesystem>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/deferred.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/tenantry.hpp>

namespace tenantry::test {

struct Note {
    Id<Note> id{};
    std::string text{};
    std::int64_t number{};
};

// Points at notes, once always and once perhaps. Its id has fewer bits than SQLite may give.
struct Reply {
    Id<Reply, std::int32_t> id{};
    Id<Note> note{};
    std::optional<Id<Note>> other{};
};

struct Notes : Schema<Table<"note", Note>, Table<"reply", Reply>> {};

// Fleet<Notes>::open, compiled once for all tests.
Result<Fleet<Notes>> open_notes(const std::filesystem::path& root, const FleetOptions& options = {});
Result<Fleet<Notes>> open_notes(const boost::asio::any_io_executor& executor,
                                const std::filesystem::path& root, const FleetOptions& options = {});

inline Note note(std::string text, std::int64_t number = 0)
{
    return Note{.text = std::move(text), .number = number};
}

/// The operation that writes such a note. (Where g++ 12 destroys the temporaries of a co_await expression twice, a row for
/// async_write has a name.)
template <class T>
auto add_note(const TenantDb<T>& db, std::string_view text = {}, std::int64_t number = 0)
{
    const Note row{.text = std::string(text), .number = number};
    return db.async_write(insert(row));
}

/// A handler that keeps what an operation gives: one for each result, where asio::use_future is expensive to compile.
template <class R>
struct Arrival {
    std::shared_ptr<std::promise<R>> promise = std::make_shared<std::promise<R>>();
    void operator()(R result) const { promise->set_value(std::move(result)); }
};

/// The result of an operation of a fleet or a handle; blocks.
template <class R, class... Parts>
R wait_for(boost::asio::deferred_async_operation<void(R), Parts...> operation)
{
    Arrival<R> arrival;
    auto future = arrival.promise->get_future();
    std::move(operation)(std::move(arrival));
    return future.get();
}

/// What a coroutine returns, run to its end on a context of its own; what it throws is thrown here.
template <class R>
R run(boost::asio::awaitable<R> coroutine)
{
    boost::asio::io_context context;
    auto result = boost::asio::co_spawn(context, std::move(coroutine), boost::asio::use_future);
    context.run();
    return result.get();
}

/// The number of notes that a tenant has, read through a handle of any scope.
template <class T>
Result<std::int64_t> count_notes(const TenantDb<T>& db)
{
    return db.read(one(select(count()).from(table<Note>)));
}

} // namespace tenantry::test

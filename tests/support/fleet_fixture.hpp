// What tests of whole fleets share: a small schema, and ways to wait for what is asynchronous.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include <boost/asio/any_io_executor.hpp>

#include <tenantry/tenantry.hpp>
#include <tenantry/testing/wait_for.hpp>

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

using testing::Arrival;
using testing::run;
using testing::wait_for;

/// The number of notes that a tenant has, read through a handle of any scope.
template <class T>
Result<std::int64_t> count_notes(const TenantDb<T>& db)
{
    return db.read(one(select(count()).from(table<Note>)));
}

} // namespace tenantry::test

// What both translation units share: a schema, and a program that uses every part of the library once. Defined in a
// header, as a user's would be, so that both units make the same templates and inline functions.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>
#include <tuple>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/use_future.hpp>

#include <tenantry/async/retry.hpp>
#include <tenantry/core/http_status.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/json.hpp>
#include <tenantry/tenant/once.hpp>
#include <tenantry/tenant/upkeep.hpp>
#include <tenantry/tenantry.hpp>
#include <tenantry/testing.hpp>

namespace odr {

namespace asio = boost::asio;
using namespace tenantry;

enum class State { waiting, done };

struct Person {
    Id<Person> id{};
    std::string name{};
    std::optional<std::string> email{};
};

struct Task {
    Id<Task> id{};
    Id<Person> owner{};
    State state = State::waiting;
    bool urgent = false;
    std::optional<double> hours{};
    Timestamp at{};
    std::optional<std::vector<std::byte>> sketch{};
};

struct Setting {
    std::string key{};
    std::string value{};
    Timestamp changed_at{};
};

// Declared of constants that both units have.
struct Busy {
    std::string name{};
    std::int64_t tasks{};
};
struct PersonText {
    Id<Person> person{};
    std::string name{};
};
inline constexpr auto is_named = col<&Person::name> != "";
inline constexpr auto is_waiting = col<&Task::state> == State::waiting;
inline constexpr auto length_of_name = length(col<&Person::name>);
inline constexpr auto busy =
    select(col<&Person::name>, count().as("tasks"_n)).join(table<Task>).group_by(col<&Person::name>);
inline constexpr auto finished = new_<&Task::state> == State::done;
inline constexpr auto calm_down =
    update<Task>().set(col<&Task::urgent> = false).where(col<&Task::id> == new_<&Task::id>);

struct Office : Schema<View<"busy", Busy, busy>,
                       Trigger<"task_done", AfterUpdate<Task, &Task::state>, When<finished>, Do<calm_down>>,
                       FullText<"person_text", PersonText, ContentOf<Person>>,
                       Table<"person", Person, Unique<&Person::email>, Check<"named", is_named>,
                             Index<"person_by_length", Expr<length_of_name>>>,
                       Table<"task", Task, Index<"waiting", &Task::at, Where<is_waiting>>,
                             OnDelete<&Task::owner, Action::cascade>, Default<&Task::at, current_timestamp>,
                             Index<"task_by_state", &Task::state, Descending<&Task::at>>>,
                       Table<"setting", Setting, PrimaryKey<&Setting::key>,
                             Default<&Setting::changed_at, current_timestamp>>> {};

/// What happened in a tenant that was made, filled, asked and destroyed.
struct Seen {
    std::size_t tenants = 0;
    std::size_t people = 0;
    std::int64_t tasks = 0;
    std::int64_t changed = 0;
    std::int64_t removed = 0;
    std::string setting{};

    friend bool operator==(const Seen&, const Seen&) = default;
};

template <tenant_of<Office> T>
asio::awaitable<Result<Seen>> fill_and_ask(TenantDb<T> db)
{
    const Person ann{.name = "Ann", .email = "ann@example.org"};
    auto added = co_await db.async_write(insert(ann));
    if (!added) co_return fail(std::move(added).error());

    const Key<Person, T> owner = *added;
    auto fill = [owner](Tx<T>& tx) -> Result<std::int64_t> {
        const Task task{.owner = owner, .urgent = true};
        const auto made = must(tx.write(insert(task).defaults(col<&Task::at>)));
        const std::vector<Task> tasks(2, Task{.owner = owner});
        must(tx.run(insert(tasks)));
        const Setting setting{.key = "greeting", .value = "hello"};
        must(tx.run(upsert(setting)));
        must(tx.write(one(insert(setting)
                              .on_conflict(col<&Setting::key>)
                              .do_update(col<&Setting::value> = excluded(col<&Setting::value>))
                              .returning(col<&Setting::value>))));
        must(tx.run(update<Task>(made).set(col<&Task::sketch> = zeroblob(4))));
        auto sketch = must(tx.blob(col<&Task::sketch>, key_for<Task>(tx, made.value())));
        const std::vector<std::byte> bytes(2, std::byte{1});
        must(sketch.write(2, bytes));
        must(tx.run(update<Setting>("greeting").set(rename_key(col<&Setting::key> = "greeting"))));
        must(tx.run(update<Setting>(setting.key).set(col<&Setting::value> = borrowed(setting.value))));
        return tx.write(
            update<Task>().set(col<&Task::state> = State::done).where(col<&Task::urgent> == true));
    };
    const std::int64_t changed = co_await must(db.async_write(fill));

    const Task lost{.owner = key_for<Person>(db, 99)};
    const auto refused = co_await db.async_write(insert(lost));
    if (refused || !refused.error().constraint().is_on("task", {"owner"}) ||
        http_status(refused.error()).code != 422)
        co_return fail(errc::internal, "a task of nobody");

    auto people = co_await db.async_read(select<Person>().where(when(true, col<&Person::id> == owner)));
    if (!people) co_return fail(std::move(people).error());
    const auto everybody = select<Person>().order_by(col<&Person::id>);
    const auto others = db.read(page_after(everybody, must(cursor_after(everybody, people->back()))));
    if (!others) co_return fail(others.error());
    const auto rename = must(from_json<Patch<&Person::name, &Person::email>>(db, R"({"email": null})"));
    const auto again = must(key_for<Person>(db, external_id(people->back().id)));
    const auto renamed = db.write(update<Person>(again).set(rename));
    if (!renamed) co_return fail(renamed.error());
    if (const auto json = to_json(*people); !json) co_return fail(json.error());
    auto tasks = co_await db.async_read(one(
        select(count()).from(table<Task>).where(col<&Task::owner> == owner && is_null(col<&Task::hours>))));
    if (!tasks) co_return fail(std::move(tasks).error());
    auto setting =
        db.read(sql<"SELECT same(value) FROM setting WHERE key = :key", std::string>(arg<"key">("greeting")));
    if (!setting) co_return fail(std::move(setting).error());
    const std::vector<std::string> words{"A", "nn"};
    const auto has_word = [](const std::string& word) { return contains(col<&Person::name>, word); };
    const std::vector<std::pair<std::string, Key<Person, T>>> known{{"Ann", owner}};
    auto found = db.read(select(constant<"person">, col<&Person::name>)
                             .where((all_of(words, has_word) || when(false, col<&Person::name> == "")) &&
                                    in(std::tuple(col<&Person::name>, col<&Person::id>), known)));
    if (!found) co_return fail(std::move(found).error());
    if (found->size() != people->size()) co_return fail(errc::internal, "somebody was not found");
    auto plan = db.read(explain(select<Person>()));
    if (!plan) co_return fail(std::move(plan).error());
    auto removed = co_await db.async_write(remove<Task>().where(col<&Task::state> == State::waiting));
    if (!removed) co_return fail(std::move(removed).error());
    auto refuses = [](auto&) -> Result<void, std::variant<State, Error>> { return fail(State::done); };
    const auto refused_by_body = co_await db.async_write(refuses);
    if (refused_by_body || refused_by_body.error().index() != 0)
        co_return fail(errc::internal, "nobody has refused");
    auto answers = [](auto&) -> Result<std::int64_t> { return 1; };
    auto keyed = once("request", answers);
    const auto write = [&] { return db.async_write(keyed); };
    if (auto answer = co_await async_retry(write); !answer) co_return fail(std::move(answer).error());
    if (auto looked = co_await async_optimize(db); !looked) co_return fail(std::move(looked).error());
    auto compacted = co_await async_compact(db);
    if (!compacted) co_return fail(std::move(compacted).error());
    auto room = space(db);
    if (!room) co_return fail(std::move(room).error());
    if (*room != compacted->after) co_return fail(errc::internal, "the space has changed by itself");

    co_return Seen{.tenants = 0,
                   .people = people->size(),
                   .tasks = *tasks,
                   .changed = changed,
                   .removed = *removed,
                   .setting = setting->empty() ? "" : setting->front()};
}

/// What is for tests of programs.
inline Result<void> use_testing()
{
    const testing::ManualClock clock;
    auto fleet = testing::TemporaryFleet<Office>::open({.clock = TimeSource(clock)});
    if (!fleet) return fail(std::move(fleet).error());
    auto handle = fleet->tenant();
    auto tenant = testing::MemoryTenant<Office>::open();
    if (!handle || !tenant) return fail(errc::internal, "no tenant for a test");
    const Person person{.name = "eve"};
    auto one = testing::add(*handle, person);
    auto two = testing::add(*tenant, person, Person{.name = "bob"});
    if (!one || !two) return fail(errc::internal, "no rows for a test");
    auto read = testing::wait_for(handle->async_read(select<Person>()));
    if (!read || !testing::check_statements<Office>(select<Person>()))
        return fail(errc::internal, "no checks");
    return {};
}

inline Result<Seen> use_everything(const std::filesystem::path& root)
{
    if (auto tested = use_testing(); !tested) return fail(std::move(tested).error());
    FleetOptions options{.threads = 2};
    options.tenant.profile.functions.scalar("same", [](std::string_view text) { return std::string(text); });
    options.clock = TimeSource();
    auto fleet = Fleet<Office>::open(root, options);
    if (!fleet) return fail(std::move(fleet).error());
    if (auto made = fleet->async_create("acme", asio::use_future).get(); !made)
        return fail(std::move(made).error());
    auto ids = fleet->tenants();
    if (!ids) return fail(std::move(ids).error());

    auto body = []<class T>(TenantDb<T> db) { return fill_and_ask(db); };
    auto seen = fleet->async_with("acme", body, asio::use_future).get();
    if (!seen) return fail(std::move(seen).error());
    seen->tenants = ids->size();

    auto clear = []<class T>(TenantDb<T> db) {
        return retry([&] { return db.write(remove<Task>().all_rows()); });
    };
    const auto time = within(std::chrono::hours(1));
    if (auto cleared = fleet->with("acme", time, clear); !cleared) return fail(std::move(cleared).error());
    if (auto held = fleet->tenant("acme", {.deadline = Limits::Clock::time_point::max()}))
        held = held->limited(time).unlimited();
    if (auto gone = fleet->destroy("acme"); !gone) return fail(std::move(gone).error());
    if (auto closed = fleet->close(Shutdown::drain, time); !closed) return fail(std::move(closed).error());
    return seen;
}

/// Addresses and numbers that are the same wherever in the program they are asked for.
struct Singletons {
    const void* category;
    const void* schema;
    const void* statement;
    unsigned slot;

    friend bool operator==(const Singletons&, const Singletons&) = default;
};

inline Singletons look_at_singletons()
{
    const auto& statement = statement_text<Office, shape_t<decltype(select<Person>())>>();
    return {.category = &error_category(),
            .schema = &schema_info<Office>(),
            .statement = &statement,
            .slot = statement.slot};
}

Singletons singletons_of_first();
Result<Seen> use_everything_in_first(const std::filesystem::path& root);

} // namespace odr

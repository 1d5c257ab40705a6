// The program of docs/start.md: the tasks of two customers, each of whom is a tenant. A test holds the two together.
//
//     start DIRECTORY
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>

#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

// [declare]
using namespace tenantry;

struct Task {
    Id<Task> id{};
    std::string title{};
    bool done = false;
    Timestamp created_at{};
};
struct Tracker : Schema<Table<"tasks", Task, Unique<&Task::title>>> {};
// [/declare]

namespace {

// [create]
void create_if_missing(Fleet<Tracker>& fleet, std::string_view tenant)
{
    auto created = fleet.create(tenant);
    if (!created && created.error() != errc::tenant_exists) must(created);
}
// [/create]

// [write]
void add_task(Fleet<Tracker>& fleet, std::string_view tenant, std::string title)
{
    auto body = [&](auto db) {
        const Task task{.title = title, .created_at = now()};
        return db.write(insert_or_ignore(task));
    };
    must(fleet.with(tenant, body));
}
// [/write]

// [read]
void print_open_tasks(Fleet<Tracker>& fleet, std::string_view tenant)
{
    auto body = [](auto db) -> Result<void> {
        auto open = must(db.read(select<Task>().where(!col<&Task::done>).order_by(col<&Task::title>)));
        for (const auto& task : open) std::cout << db.id() << ": " << task.title << '\n';
        return {};
    };
    must(fleet.with(tenant, body));
}
// [/read]

// [transaction]
void finish(Fleet<Tracker>& fleet, std::string_view tenant, std::string title)
{
    auto body = [&](auto db) {
        return db.write([&](auto& tx) -> Result<void> {
            auto task = must(tx.read(one(select<Task>().where(col<&Task::title> == title))));
            return tx.run(update<Task>().set(col<&Task::done> = true).where(col<&Task::id> == key_of(task)));
        });
    };
    if (auto finished = fleet.with(tenant, body); !finished)
        std::cout << tenant << ": " << finished.error().message() << '\n';
}
// [/transaction]

void first_release(const std::filesystem::path& root)
{
    // [main]
    auto fleet = must(Fleet<Tracker>::open(root));
    for (const auto* tenant : {"acme", "globex"}) create_if_missing(fleet, tenant);
    add_task(fleet, "acme", "write the announcement");
    add_task(fleet, "acme", "ship the release");
    add_task(fleet, "globex", "renew the certificate");
    finish(fleet, "acme", "ship the release");
    finish(fleet, "globex", "ship the release"); // which is acme's, and not there
    print_open_tasks(fleet, "acme");
    print_open_tasks(fleet, "globex");
    // [/main]
}

} // namespace

namespace later {

// [later]
struct Task {
    Id<Task> id{};
    std::string title{};
    bool done = false;
    Timestamp created_at{};
    std::optional<std::string> assignee{};
};
struct Tracker : Schema<Table<"tasks", Task, Unique<&Task::title>, Index<"by_assignee", &Task::assignee>>> {};
// [/later]

void release(const std::filesystem::path& root)
{
    auto fleet = must(Fleet<Tracker>::open(root));
    // [assign]
    auto body = [](auto db) -> Result<void> {
        must(db.write(update<Task>()
                          .set(col<&Task::assignee> = "ada")
                          .where(col<&Task::title> == "renew the certificate")));
        for (const auto& task : must(db.read(select<Task>())))
            std::cout << db.id() << ": " << task.title << ", " << task.assignee.value_or("nobody") << '\n';
        return {};
    };
    must(fleet.with("globex", body));
    // [/assign]
}

} // namespace later

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: start DIRECTORY\n";
        return 2;
    }
    // [catch]
    try {
        first_release(argv[1]);
        later::release(argv[1]);
    } catch (const Error& error) {
        std::cerr << error << '\n';
        return 1;
    }
    // [/catch]
}

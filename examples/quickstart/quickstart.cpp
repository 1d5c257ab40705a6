// The README's example, whole: declare, open, write, read. A test holds the two texts together.
//
//     quickstart DIRECTORY
#include <iostream>
#include <string>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

// [readme]
namespace asio = boost::asio;
using namespace tenantry;

struct User {
    Id<User> id{};
    std::string name{};
};
struct Note {
    Id<Note> id{};
    Id<User> author{};
    std::string text{};
    Timestamp at{};
};

struct Notes : Schema<Table<"users", User, Unique<&User::name>>,
                      Table<"notes", Note, Index<"notes_at", Descending<&Note::at>>>> {};

asio::awaitable<Result<void>> serve(Fleet<Notes>& fleet, std::string_view tenant)
{
    auto body = []<class T>(TenantDb<T> db) -> asio::awaitable<Result<void>> {
        // A transaction: it runs on the tenant's strand, all of it or nothing. What fails in must() ends it.
        auto post = [](Tx<T>& tx) -> Result<void> {
            auto ada = must(tx.read(first(select<User>().where(col<&User::name> == "ada"))));
            User user{.name = "ada"};
            Note note{
                .author = ada ? key_of(*ada) : must(tx.write(insert(user))), .text = "hello", .at = now()};
            return tx.run(insert(note));
        };
        co_await must(db.async_write(post));

        // A read beside the writes, on the pool; db.read(...) reads here and now.
        auto latest = co_await must(db.async_read(select<Note>().order_by(desc(col<&Note::at>)).limit(10)));
        for (const auto& note : latest) std::cout << db.id() << ": " << note.text << '\n';
        co_return Result<void>();
    };
    co_return co_await fleet.async_with(tenant, body); // opened on demand, one database file per tenant
}
// [/readme]

namespace {

asio::awaitable<Result<void>> run(Fleet<Notes>& fleet)
{
    for (const std::string_view tenant : {"acme", "globex"}) {
        auto created = co_await fleet.async_create(tenant);
        if (!created && created.error() != errc::tenant_exists) co_return created;
        if (auto served = co_await serve(fleet, tenant); !served) co_return served;
    }
    co_return co_await fleet.async_close(Shutdown::drain);
}

} // namespace

int main(int argc, char** argv)
{
    if (argc != 2) {
        std::cerr << "usage: quickstart DIRECTORY\n";
        return 2;
    }
    auto fleet = Fleet<Notes>::open(argv[1]);
    if (!fleet) {
        std::cerr << fleet.error() << '\n';
        return 1;
    }
    asio::io_context context;
    int status = 1;
    asio::co_spawn(context, run(*fleet), [&](std::exception_ptr thrown, Result<void> result) {
        if (thrown) std::rethrow_exception(thrown);
        if (result)
            status = 0;
        else
            std::cerr << result.error() << '\n';
    });
    context.run();
    return status;
}

// Stands for a user's program: one tenant, one row, through nothing but what the package gave.
#include <cstdio>
#include <filesystem>
#include <string>

#include <stdlib.h> // mkdtemp

#include <boost/asio/use_future.hpp>

#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

#if !defined(TENANTRY_COROUTINE_TEMPORARIES_BROKEN)
#error "the package did not say what the coroutine probe found"
#endif

using namespace tenantry;

struct Note {
    Id<Note> id{};
    std::string text{};
};

struct Notebook : Schema<Table<"note", Note>> {};

Result<std::string> write_and_read(const std::filesystem::path& root)
{
    auto fleet = Fleet<Notebook>::open(root);
    if (!fleet) return fail(fleet.error());
    if (auto made = fleet->async_create("acme", boost::asio::use_future).get(); !made)
        return fail(made.error());
    auto db = fleet->async_tenant("acme", boost::asio::use_future).get();
    if (!db) return fail(db.error());

    const Note note{.text = "the package works"};
    auto key = db->async_write(insert(note), boost::asio::use_future).get();
    if (!key) return fail(key.error());
    auto found = db->read(one(select<Note>().where(col<&Note::id> == *key)));
    if (!found) return fail(found.error());
    return found->text;
}

int main()
{
    std::string root = (std::filesystem::temp_directory_path() / "tenantry-consumer-XXXXXX").string();
    if (mkdtemp(root.data()) == nullptr) return 1;
    const auto text = write_and_read(root);
    std::filesystem::remove_all(root);
    if (!text) std::fprintf(stderr, "%s\n", std::string(text.error().message()).c_str());
    std::puts(text ? text->c_str() : "the package does not work");
    return text ? 0 : 1;
}

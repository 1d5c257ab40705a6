// Opens a fleet in a new folder, makes a tenant, writes a row and reads it back.
#include <cstdio>
#include <filesystem>
#include <random>
#include <string>

#include <tenantry/core/version.hpp>
#include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>

#if !defined(TENANTRY_COROUTINE_TEMPORARIES_BROKEN)
#error "the package did not say whether the compiler's coroutines can be trusted"
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
    if (auto made = fleet->create("acme"); !made) return fail(made.error());
    auto db = fleet->tenant("acme");
    if (!db) return fail(db.error());
    auto key = db->write(insert(Note{.text = "the package works"}));
    if (!key) return fail(key.error());
    auto found = db->read(one(select<Note>().where(col<&Note::id> == *key)));
    if (!found) return fail(found.error());
    return found->text;
}

int main()
{
    const auto root =
        std::filesystem::temp_directory_path() / ("tenantry-" + std::to_string(std::random_device()()));
    const auto text = write_and_read(root);
    std::filesystem::remove_all(root);
    if (!text) {
        std::fprintf(stderr, "%s\n", std::string(text.error().message()).c_str());
        return 1;
    }
    std::printf("tenantry %s: %s\n", std::string(library_version).c_str(), text->c_str());
    return 0;
}

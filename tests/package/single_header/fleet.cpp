#include "notebook.hpp"

using namespace tenantry;

Result<std::string> write_and_read(const std::filesystem::path& root)
{
    auto fleet = Fleet<Notebook>::open(root);
    if (!fleet) return fail(fleet.error());
    if (auto made = fleet->create("acme"); !made) return fail(made.error());
    auto db = fleet->tenant("acme");
    if (!db) return fail(db.error());
    auto key = db->write(insert(Note{.text = "one header is enough"}));
    if (!key) return fail(key.error());
    auto found = db->read(one(select<Note>().where(col<&Note::id> == *key)));
    if (!found) return fail(found.error());
    return found->text;
}

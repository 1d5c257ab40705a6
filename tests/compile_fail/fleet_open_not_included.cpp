// expect: tenantry: opening a fleet needs #include <tenantry/fleet/open.hpp>
#include <tenantry/tenantry.hpp>
#ifndef TENANTRY_BROKEN
#include <tenantry/fleet/open.hpp>
#endif

using namespace tenantry;

struct Note {
    Id<Note> id{};
};
struct Notes : Schema<Table<"note", Note>> {};

Result<Fleet<Notes>> open() { return Fleet<Notes>::open("root"); }

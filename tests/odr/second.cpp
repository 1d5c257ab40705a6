// The other one, with main(). Run, both have done the same, and what there is once in a program is there once.
#include <iostream>

#include "support/temp_dir.hpp"
#include "use.hpp"

namespace {

bool is_right(std::string_view who, const tenantry::Result<odr::Seen>& seen)
{
    const odr::Seen expected{
        .tenants = 1, .people = 1, .tasks = 3, .changed = 1, .removed = 2, .setting = "hello"};
    if (!seen)
        std::cerr << who << ": " << seen.error() << '\n';
    else if (*seen != expected)
        std::cerr << who << ": saw " << seen->tenants << " tenants, " << seen->people << " people, "
                  << seen->tasks << " tasks, " << seen->changed << " changed, " << seen->removed
                  << " removed, setting '" << seen->setting << "'\n";
    return seen && *seen == expected;
}

} // namespace

int main()
{
    const tenantry::test::TempDir directory;
    bool right = is_right("first", odr::use_everything_in_first(directory.path() / "first"));
    right = is_right("second", odr::use_everything(directory.path() / "second")) && right;
    if (odr::singletons_of_first() != odr::look_at_singletons()) {
        std::cerr << "the units do not share what a program has once\n";
        right = false;
    }
    return right ? 0 : 1;
}

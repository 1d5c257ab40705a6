// expect: no matching (conversion|constructor|function)
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
    std::string name{};
};
User make()
{
    User user;
    user.name = "ada";
#ifdef TENANTRY_BROKEN
    user.id = Id<User>(42);
#else
    user.id = Id<User>();
#endif
    return user;
}

// expect: tenantry: a key of one tenant.s scope is compared with a key of another.s
#include <tenantry/schema/ddl.hpp>

using namespace tenantry;

struct User {
    Id<User> id{};
};
struct ScopeA;
struct ScopeB;
bool differ(Key<User, ScopeA> a, Key<User, ScopeA> b, Key<User, ScopeB> c)
{
    static_cast<void>(b);
    static_cast<void>(c);
#ifdef TENANTRY_BROKEN
    return a != c;
#else
    return a != b;
#endif
}

// expect: tenantry: a window function is an aggregate with inverse
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/functions.hpp>

using namespace tenantry;

struct Sum {
    void step(std::int64_t) {}
    [[nodiscard]] std::int64_t result() const { return 0; }
};

void add(sqlite::Functions& functions)
{
#ifdef TENANTRY_BROKEN
    functions.window<Sum>("f");
#else
    functions.aggregate<Sum>("f");
#endif
}

// expect: tenantry: an aggregate is a default-constructible type
#include <tenantry/sqlite/codecs.hpp>
#include <tenantry/sqlite/functions.hpp>

using namespace tenantry;

struct Broken {
    void step(std::int64_t) {}
};
struct Whole {
    void step(std::int64_t) {}
    [[nodiscard]] std::int64_t result() const { return 0; }
};

void add(sqlite::Functions& functions)
{
#ifdef TENANTRY_BROKEN
    functions.aggregate<Broken>("f");
#else
    functions.aggregate<Whole>("f");
#endif
}

// All of tenantry that is no template: what tenantry_add_compiled makes a library of.
#include <tenantry/src.hpp>

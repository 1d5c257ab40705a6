#define TENANTRY_SINGLE_HEADER_DEFINITIONS
#include "tenantry.hpp"

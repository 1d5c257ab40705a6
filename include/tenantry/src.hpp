// The definitions of all that is no template, for the one unit of a program that is compiled with
// TENANTRY_SEPARATE_COMPILATION: it includes this header and nothing else. CMake's tenantry_add_compiled makes a library of it.
#pragma once

#include <tenantry/core/detail/separate_compilation.hpp>

#if TENANTRY_HEADER_ONLY
#error                                                                                                       \
    "tenantry: <tenantry/src.hpp> is for programs all units of which are compiled with TENANTRY_SEPARATE_COMPILATION"
#endif

#include <tenantry/core/impl/descriptors.ipp>
#include <tenantry/fleet/impl/adopt.ipp>
#include <tenantry/fleet/impl/migrate_all.ipp>
#include <tenantry/fleet/impl/migration_status.ipp>
#include <tenantry/fleet/impl/open.ipp>
#include <tenantry/fleet/impl/spawn.ipp>

// See core/detail/separate_compilation.hpp.
extern "C" {
constinit const char tenantry_one_unit_must_include_tenantry_src_hpp = 0;
extern thread_local const char tenantry_units_with_and_without_TENANTRY_SEPARATE_COMPILATION;
constinit thread_local const char tenantry_units_with_and_without_TENANTRY_SEPARATE_COMPILATION = 0;
}

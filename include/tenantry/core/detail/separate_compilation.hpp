// Header-only or compiled once.
#pragma once

/// Without anything said the library is header-only: what is no template is defined, `inline`, in `impl/x.ipp`, which
/// `x.hpp` includes at its end. Where a program defines TENANTRY_SEPARATE_COMPILATION for all of its units, the headers only
/// declare it, and the one unit that includes <tenantry/src.hpp> defines it.
///
/// TENANTRY_DECL stands before each such definition, TENANTRY_HEADER_ONLY decides about the include.
#if defined(TENANTRY_SEPARATE_COMPILATION)
#define TENANTRY_HEADER_ONLY 0
#define TENANTRY_DECL

extern "C" {
// Every unit refers to what <tenantry/src.hpp> defines, so that a linker without it says so by this name.
extern const char tenantry_one_unit_must_include_tenantry_src_hpp;
[[gnu::used]] inline const char* const tenantry_separate_compilation =
    &tenantry_one_unit_must_include_tenantry_src_hpp;
}
#else
#define TENANTRY_HEADER_ONLY 1
#define TENANTRY_DECL inline

extern "C" {
// An ordinary variable here, and a variable of each thread in <tenantry/src.hpp>: the linker refuses a program that has both
// kinds of unit, and its message shows the name.
[[gnu::used]] inline const char tenantry_units_with_and_without_TENANTRY_SEPARATE_COMPILATION = 0;
}
#endif

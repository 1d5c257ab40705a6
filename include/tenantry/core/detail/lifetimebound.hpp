// Where clang knows the attribute: what a function gives refers to this parameter.
#pragma once

/// Behind a parameter. Clang warns where the result is kept or returned beyond the life of what was given.
#if defined(__has_cpp_attribute)
#if __has_cpp_attribute(clang::lifetimebound)
#define TENANTRY_LIFETIMEBOUND [[clang::lifetimebound]]
#endif
#endif
#if !defined(TENANTRY_LIFETIMEBOUND)
#define TENANTRY_LIFETIMEBOUND
#endif

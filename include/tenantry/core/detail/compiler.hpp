// What the compiler gets wrong and the library must know of.
#pragma once

#include <type_traits>

namespace tenantry::detail {

/// True where the compiler destroys the temporaries of a `co_await` expression twice, as g++ 12.2 does:
/// in `co_await operation([text] { ... })` what the closure owns is freed twice, and so with an aggregate
/// temporary. Safe everywhere: give the lambda or the row a name first.
///
/// tenantry's CMake package runs a program to find out (cmake/coroutine_probe.cpp) and defines
/// TENANTRY_COROUTINE_TEMPORARIES_BROKEN. Without it the version decides: g++ 11.5, 12.2 and 12.4 have the
/// fault, 13.3 and 14.2 do not, nor has clang. See https://gcc.gnu.org/bugzilla/show_bug.cgi?id=99576 and
/// https://gcc.gnu.org/bugzilla/show_bug.cgi?id=100611.
#if defined(TENANTRY_COROUTINE_TEMPORARIES_BROKEN)
inline constexpr bool coroutine_temporaries_broken = TENANTRY_COROUTINE_TEMPORARIES_BROKEN != 0;
#elif defined(__GNUC__) && !defined(__clang__) && __GNUC__ < 13
inline constexpr bool coroutine_temporaries_broken = true;
#else
inline constexpr bool coroutine_temporaries_broken = false;
#endif

/// Whether what is handed to an operation as a `Given&&` is destroyed once: it has a name, or owns nothing.
template <class Given>
inline constexpr bool safe_as_temporary =
    !coroutine_temporaries_broken || std::is_lvalue_reference_v<Given> ||
    std::is_trivially_destructible_v<std::remove_cvref_t<Given>>;

} // namespace tenantry::detail

# How tenantry's own tests and examples are compiled. Nothing of this reaches a program that uses tenantry.
include_guard(GLOBAL)

# A launcher that is named already, in the cache or by CMAKE_CXX_COMPILER_LAUNCHER in the environment, stays.
if(PROJECT_IS_TOP_LEVEL AND NOT DEFINED CMAKE_CXX_COMPILER_LAUNCHER)
    find_program(TENANTRY_CCACHE ccache)
    mark_as_advanced(TENANTRY_CCACHE)
    if(TENANTRY_CCACHE)
        set(CMAKE_CXX_COMPILER_LAUNCHER
            sh "${CMAKE_CURRENT_LIST_DIR}/ccache_launcher.sh" "${TENANTRY_CCACHE}" "${PROJECT_SOURCE_DIR}")
        if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
            # As ccache understands it; CMake says the same with -Xclang before each word.
            set(CMAKE_CXX_COMPILE_OPTIONS_USE_PCH -include-pch <PCH_FILE>)
        endif()
    endif()
endif()

add_library(tenantry_development INTERFACE)
target_link_libraries(tenantry_development INTERFACE tenantry::tenantry)
target_compile_options(tenantry_development INTERFACE
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion
    "$<$<BOOL:${TENANTRY_WERROR}>:-Werror>"
    # So that a precompiled header is the same each time it is made.
    "$<$<CXX_COMPILER_ID:Clang>:SHELL:-Xclang -fno-pch-timestamp>")

if(TENANTRY_SANITIZE)
    target_compile_options(tenantry_development INTERFACE
        "-fsanitize=${TENANTRY_SANITIZE}" -fno-omit-frame-pointer -fno-sanitize-recover=all)
    target_link_options(tenantry_development INTERFACE "-fsanitize=${TENANTRY_SANITIZE}")
endif()

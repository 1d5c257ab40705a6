# TENANTRY_COMPILER, set by the presets, names the compiler to build tenantry's tests and examples with:
#
#   lead   the newest clang found, else whatever CMake finds by itself
#   clang  the newest clang found; an error where there is none
#   gcc    the newest g++ found; an error where there is none
#
# Runs before project(). CXX in the environment, CMAKE_CXX_COMPILER and a toolchain file go first.
if(NOT TENANTRY_COMPILER OR CMAKE_CXX_COMPILER OR CMAKE_TOOLCHAIN_FILE OR NOT "$ENV{CXX}" STREQUAL ""
   OR NOT "$ENV{CMAKE_TOOLCHAIN_FILE}" STREQUAL "")
    return()
endif()

# Clang before 16 lacks parts of C++20 that the headers use; g++ before 12 likewise.
set(clang_names clang++-22 clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16)
set(gcc_names g++-15 g++-14 g++-13 g++-12)

if(TENANTRY_COMPILER STREQUAL "gcc")
    set(names ${gcc_names} g++)
elseif(TENANTRY_COMPILER MATCHES "^(clang|lead)$")
    set(names ${clang_names} clang++)
else()
    message(FATAL_ERROR "TENANTRY_COMPILER is lead, clang or gcc, not '${TENANTRY_COMPILER}'")
endif()

foreach(name IN LISTS names)
    unset(candidate)
    find_program(candidate ${name} NO_CACHE)
    if(candidate AND name MATCHES "^(clang|g)\\+\\+$")
        # Under a bare name any version may hide, and on macOS another compiler.
        execute_process(COMMAND "${candidate}" -dumpversion OUTPUT_VARIABLE version ERROR_QUIET
            OUTPUT_STRIP_TRAILING_WHITESPACE)
        if((name STREQUAL "clang++" AND version VERSION_LESS 16) OR (name STREQUAL "g++" AND version VERSION_LESS 12))
            unset(candidate)
        endif()
    endif()
    if(candidate)
        set(CMAKE_CXX_COMPILER "${candidate}" CACHE FILEPATH "C++ compiler")
        return()
    endif()
endforeach()

if(NOT TENANTRY_COMPILER STREQUAL "lead")
    list(JOIN names ", " names)
    message(FATAL_ERROR "No ${TENANTRY_COMPILER} compiler found (looked for ${names}). On Debian and Ubuntu "
        "scripts/setup installs one; another is named by CXX=...")
endif()

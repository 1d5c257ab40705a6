# A ctest for each tests/compile_fail/*.cpp: compiled as it is, it must be accepted; compiled with
# TENANTRY_BROKEN defined, it must be refused, and the first error must say what the file's first line expects.
# See run.cmake for the format.

# How the compiler is called, taken from a target that uses tenantry as the other tests do.
add_library(compile_fail_flags OBJECT EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/../support/main.cpp")
target_link_libraries(compile_fail_flags PRIVATE tenantry_test_support)
set(compile_fail_config "${CMAKE_CURRENT_BINARY_DIR}/compile_fail.cmake")

# Most of what each test compiles is the library's headers and the schemas that tests share, twice: that is done once for
# all of them, and once more with a fleet for those that have one.
set(compile_fail_directory "${CMAKE_CURRENT_BINARY_DIR}/compile_fail")
file(CONFIGURE OUTPUT "${compile_fail_directory}/query.hpp" CONTENT "#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <query/company.hpp>
#include <query/write_schema.hpp>
" @ONLY)
file(CONFIGURE OUTPUT "${compile_fail_directory}/fleet.hpp" CONTENT "#include <support/fleet_fixture.hpp>
" @ONLY)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(compile_fail_suffix .pch)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(compile_fail_suffix .gch)
else()
    set(compile_fail_suffix "")
endif()
file(GENERATE OUTPUT "${compile_fail_config}" CONTENT
"set(compiler [==[${CMAKE_CXX_COMPILER}]==])
set(standard [==[${CMAKE_CXX20_STANDARD_COMPILE_OPTION}]==])
set(flags [==[${CMAKE_CXX_FLAGS}]==])
set(include_directories [==[$<TARGET_PROPERTY:compile_fail_flags,INCLUDE_DIRECTORIES>]==])
set(definitions [==[$<TARGET_PROPERTY:compile_fail_flags,COMPILE_DEFINITIONS>]==])
# The compiler's own directories, which must not be named again: their order matters to #include_next.
list(REMOVE_ITEM include_directories \"\" ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
set(coroutine_temporaries_broken ${TENANTRY_COROUTINE_TEMPORARIES_BROKEN})
set(compiler_id [==[${CMAKE_CXX_COMPILER_ID}]==])
set(precompiled_suffix [==[${compile_fail_suffix}]==])
")

set(compile_fail_headers "")
file(GLOB compile_fail_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(source IN LISTS compile_fail_sources)
    cmake_path(GET source STEM LAST_ONLY name)
    if(TENANTRY_TEST_COMPILE_FAIL STREQUAL "differing")
        # Where the library words the message itself (`tenantry: `), it is the same with every compiler.
        file(STRINGS "${source}" head LIMIT_COUNT 2)
        if(head MATCHES "^// expect: tenantry: [^|]*$" AND NOT head MATCHES "// only: ")
            continue()
        endif()
    endif()
    file(STRINGS "${source}" with_fleet REGEX "^#include <(support/fleet_fixture|tenantry/tenantry|tenantry/tenant/)" LIMIT_COUNT 1)
    if(with_fleet)
        set(header "${compile_fail_directory}/fleet.hpp")
    else()
        set(header "${compile_fail_directory}/query.hpp")
    endif()
    list(APPEND compile_fail_headers "${header}")
    add_test(NAME compile_fail.${name}
        COMMAND "${CMAKE_COMMAND}"
            "-Dconfig=${compile_fail_config}"
            "-Dsource=${source}"
            "-Dheader=${header}"
            "-Dstate=${CMAKE_CURRENT_BINARY_DIR}/compile_fail/${name}"
            -P "${CMAKE_CURRENT_LIST_DIR}/run.cmake")
    set_tests_properties(compile_fail.${name} PROPERTIES
        LABELS compile_fail
        TIMEOUT 300
        SKIP_REGULAR_EXPRESSION "^skipped: ")
endforeach()

if(compile_fail_suffix)
    set(compile_fail_precompiled "")
    list(REMOVE_DUPLICATES compile_fail_headers)
    foreach(header IN LISTS compile_fail_headers)
        add_custom_command(OUTPUT "${header}${compile_fail_suffix}"
            COMMAND "${CMAKE_COMMAND}" "-Dconfig=${compile_fail_config}" "-Dheader=${header}"
                -P "${CMAKE_CURRENT_LIST_DIR}/precompile.cmake"
            DEPENDS "${header}" "${compile_fail_config}"
                "${CMAKE_CURRENT_LIST_DIR}/precompile.cmake" "${CMAKE_CURRENT_LIST_DIR}/command.cmake"
            DEPFILE "${header}.d"
            COMMENT "Precompiling ${header} for the compile-fail tests"
            VERBATIM)
        list(APPEND compile_fail_precompiled "${header}${compile_fail_suffix}")
    endforeach()
    add_custom_target(tests_compile_fail ALL DEPENDS ${compile_fail_precompiled})
endif()

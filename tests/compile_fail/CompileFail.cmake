# A ctest for each tests/compile_fail/*.cpp: compiled as it is, it must be accepted; compiled with
# TENANTRY_BROKEN defined, it must be refused, and the first error must say what the file's first line expects.
# See run.cmake for the format.

# How the compiler is called, taken from a target that uses tenantry as the other tests do.
add_library(compile_fail_flags OBJECT EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/../support/main.cpp")
target_link_libraries(compile_fail_flags PRIVATE tenantry_test_support)
set(compile_fail_config "${CMAKE_CURRENT_BINARY_DIR}/compile_fail.cmake")

# Most of what each test compiles is the library's headers and the schemas that tests share, twice: that is done once for
# all of them.
set(compile_fail_header "${CMAKE_CURRENT_BINARY_DIR}/compile_fail/precompiled.hpp")
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
    set(compile_fail_precompiled "${compile_fail_header}.pch")
    set(compile_fail_use -include-pch "${compile_fail_precompiled}")
    set(compile_fail_make -fpch-instantiate-templates)
elseif(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    set(compile_fail_precompiled "${compile_fail_header}.gch")
    set(compile_fail_use -include "${compile_fail_header}")
    set(compile_fail_make "")
else()
    set(compile_fail_precompiled "")
    set(compile_fail_use "")
endif()
if(compile_fail_precompiled)
    file(CONFIGURE OUTPUT "${compile_fail_header}" CONTENT "#include <tenantry/query/query.hpp>
#include <tenantry/schema/ddl.hpp>
#include <query/company.hpp>
#include <query/write_schema.hpp>
" @ONLY)
    file(GLOB_RECURSE compile_fail_headers CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/include/tenantry/*.hpp")
    file(GLOB compile_fail_schemas CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/../query/*.hpp")
    add_custom_command(OUTPUT "${compile_fail_precompiled}"
        COMMAND "${CMAKE_COMMAND}" "-Dconfig=${compile_fail_config}" -P "${CMAKE_CURRENT_LIST_DIR}/precompile.cmake"
        DEPENDS ${compile_fail_headers} ${compile_fail_schemas} "${compile_fail_header}" "${compile_fail_config}"
            "${CMAKE_CURRENT_LIST_DIR}/precompile.cmake" "${CMAKE_CURRENT_LIST_DIR}/command.cmake"
        COMMENT "Precompiling the headers for the compile-fail tests"
        VERBATIM)
    add_custom_target(tests_compile_fail ALL DEPENDS "${compile_fail_precompiled}")
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
set(to_precompile [==[${compile_fail_header}]==])
set(precompiled [==[${compile_fail_precompiled}]==])
set(make_precompiled [==[${compile_fail_make}]==])
set(use_precompiled [==[${compile_fail_use}]==])
")

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
    add_test(NAME compile_fail.${name}
        COMMAND "${CMAKE_COMMAND}"
            "-Dconfig=${compile_fail_config}"
            "-Dsource=${source}"
            "-Dstate=${CMAKE_CURRENT_BINARY_DIR}/compile_fail/${name}"
            -P "${CMAKE_CURRENT_LIST_DIR}/run.cmake")
    set_tests_properties(compile_fail.${name} PROPERTIES
        LABELS compile_fail
        TIMEOUT 300
        SKIP_REGULAR_EXPRESSION "^skipped: ")
endforeach()

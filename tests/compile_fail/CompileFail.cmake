# A ctest for each tests/compile_fail/*.cpp: compiled as it is, it must be accepted; compiled with
# TENANTRY_BROKEN defined, it must be refused, and the first error must say what the file's first line expects.
# See run.cmake for the format.

# How the compiler is called, taken from a target that uses tenantry as the other tests do.
add_library(compile_fail_flags OBJECT EXCLUDE_FROM_ALL "${CMAKE_CURRENT_LIST_DIR}/../support/main.cpp")
target_link_libraries(compile_fail_flags PRIVATE tenantry_test_support)
set(compile_fail_config "${CMAKE_CURRENT_BINARY_DIR}/compile_fail.cmake")
file(GENERATE OUTPUT "${compile_fail_config}" CONTENT
"set(compiler [==[${CMAKE_CXX_COMPILER}]==])
set(standard [==[${CMAKE_CXX20_STANDARD_COMPILE_OPTION}]==])
set(flags [==[${CMAKE_CXX_FLAGS}]==])
set(include_directories [==[$<TARGET_PROPERTY:compile_fail_flags,INCLUDE_DIRECTORIES>]==])
set(definitions [==[$<TARGET_PROPERTY:compile_fail_flags,COMPILE_DEFINITIONS>]==])
# The compiler's own directories, which must not be named again: their order matters to #include_next.
list(REMOVE_ITEM include_directories \"\" ${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES})
set(coroutine_temporaries_broken ${TENANTRY_COROUTINE_TEMPORARIES_BROKEN})
")

file(GLOB compile_fail_sources CONFIGURE_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/*.cpp")
foreach(source IN LISTS compile_fail_sources)
    cmake_path(GET source STEM LAST_ONLY name)
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

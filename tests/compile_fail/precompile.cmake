# Precompiles the library's headers for the compile-fail tests: cmake -Dconfig=... -Dheader=... -P precompile.cmake
cmake_minimum_required(VERSION 3.25)
include("${config}")
include("${CMAKE_CURRENT_LIST_DIR}/command.cmake")
set(made "${header}${precompiled_suffix}")
if(compiler_id STREQUAL "Clang")
    list(APPEND command -fpch-instantiate-templates)
endif()
execute_process(COMMAND ${command} -MD -MF "${header}.d" -MT "${made}" -x c++-header "${header}" -o "${made}"
    RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "the headers do not compile")
endif()

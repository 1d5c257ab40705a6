# Precompiles the library's headers for the compile-fail tests: cmake -Dconfig=... -P precompile.cmake
cmake_minimum_required(VERSION 3.25)
include("${config}")
include("${CMAKE_CURRENT_LIST_DIR}/command.cmake")
execute_process(COMMAND ${command} ${make_precompiled} -x c++-header "${to_precompile}" -o "${precompiled}" RESULT_VARIABLE status)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "the headers do not compile")
endif()

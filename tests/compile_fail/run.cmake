# Runs one compile-fail test: cmake -Dconfig=... -Dsource=... -Dheader=... -Dstate=... -P run.cmake
#
# The source's first line says what the compiler must say in its first error, as a CMake regular expression:
#
#     // expect: tenantry: .*not a table of this schema
#     // only: affected          (optional: only where the compiler destroys co_await's temporaries twice)
#     // only: clang             (optional: only with clang, which warns of what g++ does not see)
#
# and it holds `#ifdef TENANTRY_BROKEN` round what must be refused. Both halves are only checked, not compiled
# to code. A test that passed is not run again until something it was compiled from changes: the list of
# these files is kept in <state>.d, what was done with them in <state>.passed.
cmake_minimum_required(VERSION 3.25)
include("${config}")

file(STRINGS "${source}" head LIMIT_COUNT 2)
list(GET head 0 first_line)
if(NOT first_line MATCHES "^// expect: (.+)$")
    message(FATAL_ERROR "${source}: the first line must be `// expect: <regular expression>`")
endif()
set(expected "${CMAKE_MATCH_1}")
file(STRINGS "${source}" only REGEX "^// only: " LIMIT_COUNT 1)
if(only MATCHES "^// only: affected" AND NOT coroutine_temporaries_broken)
    message("skipped: this compiler destroys the temporaries of co_await once, as it should")
    return()
elseif(only MATCHES "^// only: clang" AND NOT compiler_id STREQUAL "Clang")
    message("skipped: it is clang that warns of this")
    return()
elseif(only AND NOT only MATCHES "^// only: (affected|clang)")
    message(FATAL_ERROR "${source}: `// only:` knows `affected` and `clang` and nothing else")
endif()
file(STRINGS "${source}" has_broken REGEX "TENANTRY_BROKEN" LIMIT_COUNT 1)
if(NOT has_broken)
    message(FATAL_ERROR "${source}: nothing depends on TENANTRY_BROKEN")
endif()

include("${CMAKE_CURRENT_LIST_DIR}/command.cmake")
# What is precompiled of what it includes.
if(compiler_id STREQUAL "Clang")
    list(APPEND command -include-pch "${header}${precompiled_suffix}")
elseif(precompiled_suffix)
    list(APPEND command -include "${header}")
endif()
list(APPEND command -fsyntax-only)

# Nothing to do if neither the call nor any file has changed since it passed.
set(key "${command}\n${CMAKE_CURRENT_LIST_FILE}")
if(EXISTS "${state}.passed" AND EXISTS "${state}.d")
    file(READ "${state}.passed" passed_key)
    file(READ "${state}.d" files)
    string(REGEX REPLACE "^[^:]*:" "" files "${files}")
    string(REGEX REPLACE "[ \\\n]+" ";" files "${files}")
    list(APPEND files "${CMAKE_CURRENT_LIST_FILE}" "${compiler}")
    if(precompiled_suffix)
        list(APPEND files "${header}${precompiled_suffix}")
    endif()
    if(passed_key STREQUAL key)
        set(changed FALSE)
        foreach(file IN LISTS files)
            if(file AND "${file}" IS_NEWER_THAN "${state}.passed")
                set(changed TRUE)
                break()
            endif()
        endforeach()
        if(NOT changed)
            message("passed before, and nothing has changed since")
            return()
        endif()
    endif()
endif()

cmake_path(GET state PARENT_PATH state_directory)
file(MAKE_DIRECTORY "${state_directory}")
file(REMOVE "${state}.passed")
# Taken before the compiler reads, so that a file saved meanwhile counts as changed.
file(WRITE "${state}.started" "${key}")

execute_process(COMMAND ${command} -MD -MF "${state}.d" "${source}"
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(NOT status EQUAL 0)
    message(FATAL_ERROR "the correct half does not compile:\n${output}")
endif()

execute_process(COMMAND ${command} -DTENANTRY_BROKEN "${source}"
    RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
if(status EQUAL 0)
    message(FATAL_ERROR "the broken half compiles")
endif()
string(REGEX MATCH "[^\n]*(fatal )?error: [^\n]*" first_error "${output}")
if(NOT first_error MATCHES "${expected}")
    message(FATAL_ERROR "the first error\n  ${first_error}\ndoes not match\n  ${expected}\n"
        "All the compiler said:\n${output}")
endif()

file(RENAME "${state}.started" "${state}.passed")
message("refused with: ${first_error}")

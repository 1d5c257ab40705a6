# tenantry_coroutine_probe(<variable>): sets it to 1 where the compiler in use destroys objects twice that are made in
# the same expression as a co_await, else to 0. Runs a small program once and remembers the answer in the cache.
#
# It belongs to the build that compiles user code, so both tenantry's own CMakeLists.txt and the installed
# package call it; the answer is never part of what is exported.
include_guard(GLOBAL)

set(TENANTRY_COROUTINE_PROBE_SOURCE "${CMAKE_CURRENT_LIST_DIR}/coroutine_probe.cpp")

# What is assumed where the program cannot be run: g++ 11.5, 12.2 and 12.4 have the fault, 13.3 and 14.2 do not.
function(tenantry_assume_coroutine_temporaries variable)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
        set(${variable} 1 PARENT_SCOPE)
    else()
        set(${variable} 0 PARENT_SCOPE)
    endif()
endfunction()

function(tenantry_coroutine_probe variable)
    # The answer belongs to one compiler; another one (or another version under the same name) is asked anew.
    set(compiler "${CMAKE_CXX_COMPILER} ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION}")
    if(NOT DEFINED TENANTRY_COROUTINE_TEMPORARIES_BROKEN
       OR NOT "${TENANTRY_COROUTINE_PROBED_COMPILER}" STREQUAL "${compiler}")
        set(how "a program was run")
        set(forms "")
        if(CMAKE_CROSSCOMPILING AND NOT CMAKE_CROSSCOMPILING_EMULATOR)
            set(how "assumed from its version, since programs of the target cannot be run here")
            tenantry_assume_coroutine_temporaries(broken)
        else()
            # The answer is the exit status; try_run keeps it in the cache, and an old one would win.
            unset(TENANTRY_COROUTINE_PROBE_STATUS CACHE)
            unset(TENANTRY_COROUTINE_PROBE_COMPILED CACHE)
            try_run(TENANTRY_COROUTINE_PROBE_STATUS TENANTRY_COROUTINE_PROBE_COMPILED
                SOURCES "${TENANTRY_COROUTINE_PROBE_SOURCE}"
                CXX_STANDARD 20
                CXX_STANDARD_REQUIRED ON
                CXX_EXTENSIONS OFF
                COMPILE_OUTPUT_VARIABLE output
                RUN_OUTPUT_VARIABLE forms)
            if(NOT TENANTRY_COROUTINE_PROBE_COMPILED)
                message(FATAL_ERROR
                    "tenantry: ${CMAKE_CXX_COMPILER} cannot compile C++20 coroutines. tenantry needs g++ 12 "
                    "or clang 16, or newer; name one by CXX=... or -DCMAKE_CXX_COMPILER=... The compiler said:\n"
                    "${output}")
            elseif(TENANTRY_COROUTINE_PROBE_STATUS STREQUAL "0")
                set(broken 0)
            elseif(TENANTRY_COROUTINE_PROBE_STATUS STREQUAL "42")
                set(broken 1)
            else()
                set(how "assumed from its version, since the program that finds out did not run")
                tenantry_assume_coroutine_temporaries(broken)
            endif()
            unset(TENANTRY_COROUTINE_PROBE_STATUS CACHE)
            unset(TENANTRY_COROUTINE_PROBE_COMPILED CACHE)
        endif()
        set(TENANTRY_COROUTINE_TEMPORARIES_BROKEN ${broken} CACHE INTERNAL
            "Whether the compiler destroys the temporaries of a co_await expression twice")
        set(TENANTRY_COROUTINE_PROBED_COMPILER "${compiler}" CACHE INTERNAL "The compiler that was asked")
        if(broken)
            string(STRIP "${forms}" forms)
            string(REPLACE "\n" ", " forms "${forms}")
            if(forms)
                string(PREPEND forms "\n   Forms that it has wrong: ")
                string(APPEND forms ".")
            endif()
            message(STATUS
                "tenantry: ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} destroys objects twice that are made "
                "in the same expression as a co_await (${how}).\n"
                "   `co_await db.async_write([text](auto& tx) { ... })` would free `text` twice, and so would\n"
                "   `yes ? co_await a : co_await b`. Give lambdas and rows a name and hand that in; tenantry refuses at\n"
                "   compile time what it can see. Or use clang. docs/async.md has each form, and how to write it.${forms}")
        else()
            message(STATUS "tenantry: coroutine temporaries are safe with ${CMAKE_CXX_COMPILER_ID} "
                "${CMAKE_CXX_COMPILER_VERSION} (${how})")
        endif()
    endif()
    set(${variable} ${TENANTRY_COROUTINE_TEMPORARIES_BROKEN} PARENT_SCOPE)
endfunction()

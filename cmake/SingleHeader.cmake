# Makes one header of all the library's:
#
#     cmake -Dsource=<checkout> -Doutput=<file> -Dversion=<version> -Dhomepage=<URL> -P SingleHeader.cmake
#
# Each header comes after those that it includes; the definitions (*.ipp), which need all of them, come last. What needs
# Boost.JSON stands behind a macro, since all other parts do without it.
cmake_minimum_required(VERSION 3.25)

set(include "${source}/include")
set(text "")
set(emitted "")

# read_part(<file>): `part`, its text without what only separate files need, and `parts`, what it includes.
macro(read_part file)
    file(READ "${include}/${file}" part)
    string(PREPEND part "\n")
    string(REGEX MATCHALL "\n#include <tenantry/[^>\n]+>" parts "${part}")
    list(TRANSFORM parts REPLACE "\n#include <([^>]+)>" "\\1")
    # A header's definitions are included at its end, under this condition alone.
    string(REGEX REPLACE "\n#if TENANTRY_HEADER_ONLY\n(#include <tenantry/[^>\n]+\\.ipp>\n)+#endif\n" "\n" part "${part}")
    string(REGEX REPLACE "\n#include <tenantry/[^>\n]+>" "" part "${part}")
    string(REPLACE "\n#pragma once\n" "\n" part "${part}")
    string(REGEX REPLACE "\n\n\n+" "\n\n" part "${part}")
endmacro()

# needs_json(<file> <variable>): whether it, or a header that it includes, includes Boost.JSON.
function(needs_json file variable)
    get_property(known GLOBAL PROPERTY "json_${file}" SET)
    if(NOT known)
        set_property(GLOBAL PROPERTY "json_${file}" FALSE) # until it is known; a definition includes its declaration
        read_part("${file}")
        set(answer FALSE)
        if(part MATCHES "#include <boost/json[./]")
            set(answer TRUE)
        endif()
        foreach(included IN LISTS parts)
            needs_json("${included}" further)
            if(further)
                set(answer TRUE)
            endif()
        endforeach()
        set_property(GLOBAL PROPERTY "json_${file}" ${answer})
    endif()
    get_property(answer GLOBAL PROPERTY "json_${file}")
    set(${variable} ${answer} PARENT_SCOPE)
endfunction()

# emit(<file>): it, after the headers that it includes, unless it is there already.
function(emit file)
    if(file IN_LIST emitted)
        return()
    endif()
    list(APPEND emitted "${file}")
    read_part("${file}")
    set(own "${part}")
    foreach(included IN LISTS parts)
        if(included MATCHES "\\.hpp$")
            emit("${included}")
        endif()
    endforeach()
    string(APPEND text "\n// ==== ${file}\n${own}")
    set(text "${text}" PARENT_SCOPE)
    set(emitted "${emitted}" PARENT_SCOPE)
endfunction()

file(GLOB_RECURSE headers RELATIVE "${include}" "${include}/tenantry/*.hpp")
file(GLOB_RECURSE definitions RELATIVE "${include}" "${include}/tenantry/*.ipp")
list(REMOVE_ITEM headers tenantry/src.hpp)
set(of_json "")
foreach(file IN LISTS headers definitions)
    needs_json("${file}" json)
    if(json)
        list(APPEND of_json "${file}")
    endif()
endforeach()
set(headers_of_json ${of_json})
set(definitions_of_json ${of_json})
list(FILTER headers_of_json INCLUDE REGEX "\\.hpp$")
list(FILTER definitions_of_json INCLUDE REGEX "\\.ipp$")
if(of_json)
    list(REMOVE_ITEM headers ${of_json})
    list(REMOVE_ITEM definitions ${of_json})
endif()

foreach(file IN LISTS headers)
    emit("${file}")
endforeach()
if(headers_of_json)
    string(APPEND text "\n#if defined(TENANTRY_SINGLE_HEADER_JSON)\n")
    foreach(file IN LISTS headers_of_json)
        emit("${file}")
    endforeach()
    string(APPEND text "\n#endif // TENANTRY_SINGLE_HEADER_JSON\n")
endif()
string(APPEND text "\n#if TENANTRY_HEADER_ONLY || defined(TENANTRY_SINGLE_HEADER_DEFINITIONS)\n")
foreach(file IN LISTS definitions)
    emit("${file}")
endforeach()
if(definitions_of_json)
    string(APPEND text "\n#if defined(TENANTRY_SINGLE_HEADER_JSON)\n")
    foreach(file IN LISTS definitions_of_json)
        emit("${file}")
    endforeach()
    string(APPEND text "\n#endif // TENANTRY_SINGLE_HEADER_JSON\n")
endif()
string(APPEND text "\n#endif\n\n#if defined(TENANTRY_SINGLE_HEADER_DEFINITIONS)\n")
emit(tenantry/src.hpp)
string(APPEND text "\n#endif // TENANTRY_SINGLE_HEADER_DEFINITIONS\n")

if(text MATCHES "\n([ \t]*#[ \t]*include[ \t]*[<\"]tenantry/[^\n]*)")
    message(FATAL_ERROR "single header: '${CMAKE_MATCH_1}' was not replaced by the file's text")
endif()
file(READ "${source}/LICENSE" licence)
string(STRIP "${licence}" licence)
string(REGEX REPLACE "\n" "\n// " licence "\n${licence}")
string(REGEX REPLACE "// \n" "//\n" licence "${licence}")
set(head "// tenantry ${version}: a C++20 toolkit for services that keep one SQLite database per tenant.
// ${homepage}
//
// All of its headers in one, made by the target single_header. It needs SQLite, the headers of Boost, and tl-expected.
//
// Header-only as it is. To compile what is no template once for a program, define TENANTRY_SEPARATE_COMPILATION for all of
// its units, and in one of them TENANTRY_SINGLE_HEADER_DEFINITIONS too, before this file is included.
// TENANTRY_SINGLE_HEADER_JSON, defined for all units, adds what needs Boost.JSON.
//${licence}
#pragma once

#if defined(TENANTRY_SINGLE_HEADER_DEFINITIONS) && !defined(TENANTRY_SEPARATE_COMPILATION)
#error \"tenantry: TENANTRY_SINGLE_HEADER_DEFINITIONS is for one unit of a program, all of whose units define TENANTRY_SEPARATE_COMPILATION\"
#endif
")
file(WRITE "${output}" "${head}${text}")

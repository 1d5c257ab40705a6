# Every header compiles alone: a source for each, which includes it twice and nothing else. That they compile is the test, so
# it is part of the build; the objects are linked into nothing.
#
# Most of the time goes into what nearly all of them include: the standard library, Asio, the floors below. So some headers
# are precompiled, and each header is compiled behind one of them that it includes itself, by whatever way. The compiler
# then reads the same as without: every header that it needs is still included by itself, or is missed.

# From what is quick to compile to what takes long; a header is compiled behind the last of these that it includes.
set(precompiled_headers
    tenantry/core/error.hpp
    tenantry/sqlite/codecs.hpp
    tenantry/sqlite/connection.hpp
    tenantry/migrate/ensure.hpp
    tenantry/fleet/detail/core.hpp)

foreach(header IN LISTS precompiled_headers)
    if(NOT header IN_LIST headers)
        message(FATAL_ERROR "${CMAKE_CURRENT_LIST_FILE} lists ${header}, which is no header: name another that many include")
    endif()
endforeach()

# tenantry_includes(<header> <variable>): the library's headers that it includes itself.
function(tenantry_includes header variable)
    file(STRINGS "${PROJECT_SOURCE_DIR}/include/${header}" lines REGEX "^ *# *include <tenantry/")
    list(TRANSFORM lines REPLACE "^[^<]*<([^>]*)>.*" "\\1")
    set(${variable} "${lines}" PARENT_SCOPE)
endfunction()

# tenantry_find_included(<header>): sets the global property tenantry_included_<header> to those of the precompiled headers
# that are read before its own text. What a header's definitions (*.ipp) include comes after that, and does not count.
function(tenantry_find_included header)
    get_property(is_known GLOBAL PROPERTY "tenantry_included_${header}" SET)
    if(is_known)
        return()
    endif()
    set(found "")
    tenantry_includes("${header}" includes)
    list(FILTER includes INCLUDE REGEX "\\.hpp$")
    foreach(included IN LISTS includes)
        tenantry_find_included("${included}")
        get_property(further GLOBAL PROPERTY "tenantry_included_${included}")
        list(APPEND found ${further})
        if(included IN_LIST precompiled_headers)
            list(APPEND found "${included}")
        endif()
    endforeach()
    list(REMOVE_DUPLICATES found)
    set_property(GLOBAL PROPERTY "tenantry_included_${header}" "${found}")
endfunction()

# all_of_<precompiled header>: whatever is read with it. What is among that would not be read alone behind it.
foreach(header IN LISTS precompiled_headers)
    set(all_of_${header} "${header}")
    set(new "${header}")
    while(new)
        list(POP_FRONT new next)
        tenantry_includes("${next}" includes)
        list(REMOVE_ITEM includes ${all_of_${header}})
        list(APPEND all_of_${header} ${includes})
        list(APPEND new ${includes})
    endwhile()
endforeach()

# All of them.
add_custom_target(tests_headers ALL)

foreach(header IN LISTS headers)
    tenantry_find_included("${header}")
    get_property(found GLOBAL PROPERTY "tenantry_included_${header}")
    set(behind alone)
    foreach(candidate IN LISTS precompiled_headers)
        if(candidate IN_LIST found AND NOT header IN_LIST all_of_${candidate})
            string(MAKE_C_IDENTIFIER "${candidate}" behind)
        endif()
    endforeach()
    set(source "${header}.cpp")
    file(CONFIGURE OUTPUT "headers/${source}" CONTENT "#include <@header@>\n#include <@header@>\n" @ONLY)
    list(APPEND sources_${behind} "${CMAKE_CURRENT_BINARY_DIR}/headers/${source}")
endforeach()

foreach(candidate IN ITEMS alone ${precompiled_headers})
    string(MAKE_C_IDENTIFIER "${candidate}" behind)
    if(NOT sources_${behind})
        continue()
    endif()
    add_library(tests_headers_${behind} OBJECT ${sources_${behind}})
    target_link_libraries(tests_headers_${behind} PRIVATE tenantry_development)
    target_compile_options(tests_headers_${behind} PRIVATE -g0)
    if(NOT behind STREQUAL "alone")
        target_precompile_headers(tests_headers_${behind} PRIVATE "<${candidate}>")
    endif()
    add_dependencies(tests_headers tests_headers_${behind})
endforeach()

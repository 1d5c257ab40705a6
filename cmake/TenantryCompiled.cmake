# tenantry_add_compiled(<target> [STATIC | SHARED | OBJECT]): a library, static if nothing is said, of all of tenantry that is
# no template. What links to it, in place of tenantry::tenantry, is compiled with TENANTRY_SEPARATE_COMPILATION and sees no
# more than declarations of that:
#
#     tenantry_add_compiled(my_tenantry)
#     target_link_libraries(my_service PRIVATE my_tenantry)
#
# Once for a program, and for all of its units: a program that mixes both ways is refused by the linker.
include_guard(GLOBAL)

set(TENANTRY_COMPILED_SOURCE "${CMAKE_CURRENT_LIST_DIR}/compiled.cpp")

function(tenantry_add_compiled target)
    set(type STATIC)
    if(ARGC GREATER 1)
        set(type ${ARGV1})
    endif()
    add_library(${target} ${type} "${TENANTRY_COMPILED_SOURCE}")
    target_link_libraries(${target} PUBLIC tenantry::tenantry)
    target_compile_definitions(${target} PUBLIC TENANTRY_SEPARATE_COMPILATION)
endfunction()

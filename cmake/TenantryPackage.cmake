# What a package adds to its target tenantry::tenantry. The installed tenantryConfig.cmake includes it, and so does what Conan
# makes of a recipe that packages the headers without that file.
#
# The compiler of the build that uses the package is asked about coroutines, not the one that it was made with.
include("${CMAKE_CURRENT_LIST_DIR}/TenantryCoroutineProbe.cmake")
tenantry_coroutine_probe(TENANTRY_PACKAGE_BROKEN)
# The target is one of the directory that called find_package, so this is done for each.
get_target_property(TENANTRY_PACKAGE_DEFINITIONS tenantry::tenantry INTERFACE_COMPILE_DEFINITIONS)
if(NOT TENANTRY_PACKAGE_DEFINITIONS MATCHES "TENANTRY_COROUTINE_TEMPORARIES_BROKEN")
    set_property(TARGET tenantry::tenantry APPEND PROPERTY
        INTERFACE_COMPILE_DEFINITIONS "TENANTRY_COROUTINE_TEMPORARIES_BROKEN=${TENANTRY_PACKAGE_BROKEN}")
endif()
unset(TENANTRY_PACKAGE_BROKEN)
unset(TENANTRY_PACKAGE_DEFINITIONS)

include("${CMAKE_CURRENT_LIST_DIR}/TenantryCompiled.cmake")

# Installs tenantry beside the build, then builds and runs tests/package/consumer three times: over
# find_package(tenantry CONFIG) from what was installed, over add_subdirectory of the sources, and separately compiled, with
# the library that tenantry_add_compiled of the installed package makes.
set(package_prefix "${CMAKE_CURRENT_BINARY_DIR}/package/prefix")

add_test(NAME package.install
    COMMAND "${CMAKE_COMMAND}"
        "-Dbuild=${PROJECT_BINARY_DIR}"
        "-Dprefix=${package_prefix}"
        "-Dconfiguration=$<CONFIG>"
        -P "${CMAKE_CURRENT_LIST_DIR}/install.cmake")
set_tests_properties(package.install PROPERTIES FIXTURES_SETUP package_prefix LABELS package TIMEOUT 900)

# Everything that decides how dependencies are found goes along, as it would in a user's own build.
set(package_options
    "-DCMAKE_CXX_COMPILER=${CMAKE_CXX_COMPILER}"
    "-DCMAKE_CXX_FLAGS=${CMAKE_CXX_FLAGS}"
    "-DCMAKE_TOOLCHAIN_FILE=${CMAKE_TOOLCHAIN_FILE}"
    "-DCMAKE_BUILD_TYPE=Debug"
    "-DCMAKE_CXX_FLAGS_DEBUG=-O0") # without what a debugger needs: nobody debugs it, and it takes a fifth less time
foreach(variable IN ITEMS VCPKG_INSTALLED_DIR VCPKG_TARGET_TRIPLET BOOST_ROOT)
    if(DEFINED ${variable})
        list(APPEND package_options "-D${variable}=${${variable}}")
    endif()
endforeach()
if(VCPKG_INSTALLED_DIR)
    list(APPEND package_options "-DVCPKG_MANIFEST_MODE=OFF")
endif()

foreach(how IN ITEMS find_package add_subdirectory compiled)
    set(directory "${CMAKE_CURRENT_BINARY_DIR}/package/${how}")
    if(NOT how STREQUAL "add_subdirectory")
        set(prefix_path ${CMAKE_PREFIX_PATH} "${package_prefix}")
        set(how_options "-DCMAKE_PREFIX_PATH=${prefix_path}")
        if(how STREQUAL "compiled")
            list(APPEND how_options "-DTENANTRY_CONSUMER_COMPILED=ON")
        endif()
    else()
        set(how_options "-DTENANTRY_SOURCE_DIR=${PROJECT_SOURCE_DIR}" "-DCMAKE_PREFIX_PATH=${CMAKE_PREFIX_PATH}")
    endif()
    add_test(NAME package.${how}
        COMMAND "${CMAKE_CTEST_COMMAND}"
            --build-and-test "${CMAKE_CURRENT_LIST_DIR}/consumer" "${directory}"
            --build-generator "${CMAKE_GENERATOR}"
            --build-makeprogram "${CMAKE_MAKE_PROGRAM}"
            --build-project tenantry_consumer
            --build-options ${package_options} ${how_options}
            --test-command "${directory}/consumer")
    set_tests_properties(package.${how} PROPERTIES LABELS package TIMEOUT 900)
endforeach()
set_tests_properties(package.find_package package.compiled PROPERTIES FIXTURES_REQUIRED package_prefix)

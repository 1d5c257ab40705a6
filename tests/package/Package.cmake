# Each way to tenantry, used as a user would. packaging/README.md says what of it is built and run, and what is only looked at.
#
# The program is one for all, so that ccache compiles it once for the ways that give the same headers: those of what is
# installed, those of the checkout, and separately compiled.
set(package_prefix "${CMAKE_CURRENT_BINARY_DIR}/package/prefix")
set(package_release "${CMAKE_CURRENT_BINARY_DIR}/package/release")
set(package_program
    "${PROJECT_SOURCE_DIR}/packaging/conan-center/recipes/tenantry/all/test_package/test_package.cpp")

# tenantry_package_test(<name> <argument of cmake> ...): a script of cmake's
function(tenantry_package_test name)
    add_test(NAME package.${name} COMMAND "${CMAKE_COMMAND}" ${ARGN})
    set_tests_properties(package.${name} PROPERTIES LABELS package TIMEOUT 900)
endfunction()

tenantry_package_test(versions -P "${PROJECT_SOURCE_DIR}/packaging/check_versions.cmake")

tenantry_package_test(install
    "-Dbuild=${PROJECT_BINARY_DIR}"
    "-Dprefix=${package_prefix}"
    "-Dconfiguration=$<CONFIG>"
    -P "${CMAKE_CURRENT_LIST_DIR}/install.cmake")
set_tests_properties(package.install PROPERTIES FIXTURES_SETUP package_prefix)

# Everything that decides how dependencies are found goes along, as it would in a user's own build; and how it is compiled:
# without what a debugger needs, since nobody debugs it, which takes a fifth less time.
set(package_cache "${CMAKE_CURRENT_BINARY_DIR}/package/cache.cmake")
set(lines "set(CMAKE_BUILD_TYPE Debug CACHE STRING \"\")\nset(CMAKE_CXX_FLAGS_DEBUG -O0 CACHE STRING \"\")\n")
foreach(variable IN ITEMS CMAKE_MAKE_PROGRAM CMAKE_CXX_COMPILER CMAKE_CXX_COMPILER_LAUNCHER CMAKE_CXX_FLAGS CMAKE_PREFIX_PATH
        CMAKE_TOOLCHAIN_FILE VCPKG_INSTALLED_DIR VCPKG_TARGET_TRIPLET BOOST_ROOT)
    if(${variable})
        string(APPEND lines "set(${variable} [==[${${variable}}]==] CACHE STRING \"\")\n")
    endif()
endforeach()
if(VCPKG_INSTALLED_DIR)
    string(APPEND lines "set(VCPKG_MANIFEST_MODE OFF CACHE BOOL \"\")\n")
endif()
string(APPEND lines "set(TENANTRY_CONSUMER_VERSION ${PROJECT_VERSION} CACHE STRING \"\")\n")
string(APPEND lines "set(TENANTRY_CONSUMER_PROGRAM [==[${package_program}]==] CACHE FILEPATH \"\")\n")
file(WRITE "${package_cache}" "${lines}")

# The ways that a program is built and run.
set(ways find_package)
if(TENANTRY_TEST_PACKAGES STREQUAL "all")
    list(APPEND ways compiled add_subdirectory fetch_content)
endif()
foreach(way IN LISTS ways)
    set(directory "${CMAKE_CURRENT_BINARY_DIR}/package/${way}")
    set(from "-Dtenantry_ROOT=${package_prefix}")
    if(way STREQUAL "add_subdirectory")
        set(from "-DTENANTRY_CONSUMER_SOURCES=${PROJECT_SOURCE_DIR}")
    elseif(way STREQUAL "fetch_content")
        set(from "-DFETCHCONTENT_SOURCE_DIR_TENANTRY=${PROJECT_SOURCE_DIR}")
    endif()
    tenantry_package_test(${way}
        "-Dgenerator=${CMAKE_GENERATOR}"
        "-Dcache=${package_cache}"
        "-Dway=${way}"
        "-Dfrom=${from}"
        "-Ddirectory=${directory}"
        "-Dexpected=tenantry ${PROJECT_VERSION}: the package works"
        -P "${CMAKE_CURRENT_LIST_DIR}/consume.cmake")
endforeach()
set_tests_properties(package.find_package PROPERTIES FIXTURES_REQUIRED package_prefix)

# --- One header ------------------------------------------------------------------------------------------

# In two units, with the warnings that are errors here, and each way to compile it.
set(hows single_header)
if(TENANTRY_TEST_PACKAGES STREQUAL "all")
    list(APPEND hows single_header_compiled)
endif()
foreach(how IN LISTS hows)
    add_executable(tests_${how} package/single_header/main.cpp package/single_header/fleet.cpp)
    target_link_libraries(tests_${how} PRIVATE tenantry_development)
    # Nothing of the checkout's own headers.
    add_dependencies(tests_${how} single_header)
    target_include_directories(tests_${how} BEFORE PRIVATE "${PROJECT_BINARY_DIR}/single_header")
    tenantry_package_test(${how} -E env $<TARGET_FILE:tests_${how}>)
endforeach()
if(NOT TENANTRY_TEST_PACKAGES STREQUAL "all")
    return()
endif()
target_sources(tests_single_header_compiled PRIVATE package/single_header/definitions.cpp)
target_compile_definitions(tests_single_header_compiled PRIVATE TENANTRY_SEPARATE_COMPILATION)

# --- More ways that a program is built and run ---------------------------------------------------------------

set_tests_properties(package.compiled PROPERTIES FIXTURES_REQUIRED package_prefix)
# What one has compiled the other takes from ccache.
set_tests_properties(package.fetch_content PROPERTIES DEPENDS package.add_subdirectory)

find_program(TENANTRY_PKG_CONFIG NAMES pkg-config pkgconf)
mark_as_advanced(TENANTRY_PKG_CONFIG)
if(TENANTRY_PKG_CONFIG)
    list(JOIN CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES " " implicit_directories)
    tenantry_package_test(pkg_config
        "-Dpkg_config=${TENANTRY_PKG_CONFIG}"
        "-Dprefix=${package_prefix}"
        "-Ddirectory=${CMAKE_CURRENT_BINARY_DIR}/package/pkg_config"
        "-Dcompiler=${CMAKE_CXX_COMPILER}"
        "-Dflags=${CMAKE_CXX_FLAGS} ${CMAKE_EXE_LINKER_FLAGS} ${CMAKE_CXX20_STANDARD_COMPILE_OPTION}"
        "-Dboost=$<JOIN:$<TARGET_PROPERTY:Boost::headers,INTERFACE_INCLUDE_DIRECTORIES>, >"
        "-Dexpected=$<JOIN:$<TARGET_PROPERTY:tl::expected,INTERFACE_INCLUDE_DIRECTORIES>, >"
        "-Dimplicit_directories=${implicit_directories}"
        "-Dexpected_version=${PROJECT_VERSION}"
        -P "${CMAKE_CURRENT_LIST_DIR}/pkg_config/build.cmake")
    set_tests_properties(package.pkg_config PROPERTIES FIXTURES_REQUIRED package_prefix)
endif()

# --- The registries --------------------------------------------------------------------------------------

tenantry_package_test(release
    "-Dsource=${PROJECT_SOURCE_DIR}"
    "-Ddirectory=${package_release}"
    "-Dversion=${PROJECT_VERSION}"
    "-Dgenerator=${CMAKE_GENERATOR}"
    "-Dcache=${package_cache}"
    -P "${CMAKE_CURRENT_LIST_DIR}/release.cmake")
set_tests_properties(package.release PROPERTIES
    FIXTURES_SETUP package_release
    SKIP_REGULAR_EXPRESSION "not a checkout of git")

foreach(port IN ITEMS vcpkg vcpkg_of_release)
    set(port_directory "${PROJECT_SOURCE_DIR}/packaging/vcpkg/ports/tenantry")
    if(port STREQUAL "vcpkg_of_release")
        set(port_directory "${package_release}/vcpkg/ports/tenantry")
    endif()
    tenantry_package_test(${port}
        "-Dport=${port_directory}"
        "-Ddownloads=${package_release}"
        "-Ddirectory=${CMAKE_CURRENT_BINARY_DIR}/package/${port}"
        "-Dgenerator=${CMAKE_GENERATOR}"
        "-Dcache=${package_cache}"
        -P "${CMAKE_CURRENT_LIST_DIR}/vcpkg.cmake")
endforeach()

find_program(TENANTRY_PYTHON NAMES python3)
mark_as_advanced(TENANTRY_PYTHON)
if(TENANTRY_PYTHON)
    tenantry_package_test(conan_recipes -E env "${TENANTRY_PYTHON}" "${CMAKE_CURRENT_LIST_DIR}/conan_recipes.py"
        "${PROJECT_SOURCE_DIR}" "${CMAKE_CURRENT_BINARY_DIR}/package/conan_recipes")
endif()
tenantry_package_test(conan -E env "${CMAKE_CURRENT_LIST_DIR}/conan.sh"
    "${PROJECT_SOURCE_DIR}" "${package_release}" "${CMAKE_CXX_COMPILER}" "${CMAKE_CURRENT_BINARY_DIR}/package/conan")
set_tests_properties(package.conan PROPERTIES SKIP_RETURN_CODE 77)
set_tests_properties(package.vcpkg_of_release PROPERTIES SKIP_REGULAR_EXPRESSION "no release was made")
set_tests_properties(package.vcpkg_of_release package.conan PROPERTIES FIXTURES_REQUIRED package_release)

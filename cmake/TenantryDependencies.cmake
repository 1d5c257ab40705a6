# What tenantry stands on, found the same way by its own build and by the installed package:
# Threads::Threads, SQLite3::SQLite3 (before CMake 4.3: SQLite::SQLite3), Boost::headers and tl::expected. Sets TENANTRY_MISSING to a sentence
# for each that is not there, empty when all are.
#
# Boost and tl-expected are headers only; where they came without a CMake package (an unpacked archive,
# named by CMAKE_PREFIX_PATH or BOOST_ROOT), the headers themselves are looked for.
set(TENANTRY_MISSING "")
set(TENANTRY_BOOST_MINIMUM 1.81)
set(TENANTRY_SQLITE_MINIMUM 3.38)

find_package(Threads QUIET)
if(NOT TARGET Threads::Threads)
    list(APPEND TENANTRY_MISSING "a thread library")
endif()

# A project that compiles SQLite itself says so by this target: its version is looked at when a database is opened.
if(DEFINED SQLite3_FOUND OR NOT (TARGET SQLite::SQLite3 OR TARGET SQLite3::SQLite3))
    find_package(SQLite3 ${TENANTRY_SQLITE_MINIMUM} QUIET)
    if(NOT SQLite3_FOUND OR NOT (TARGET SQLite::SQLite3 OR TARGET SQLite3::SQLite3))
        list(APPEND TENANTRY_MISSING "SQLite ${TENANTRY_SQLITE_MINIMUM} or newer (Debian: libsqlite3-dev)")
    endif()
endif()

if(NOT TARGET Boost::headers)
    find_package(Boost ${TENANTRY_BOOST_MINIMUM} CONFIG QUIET)
endif()
if(NOT TARGET Boost::headers)
    find_path(TENANTRY_BOOST_INCLUDE_DIR boost/pfr/core.hpp HINTS "${BOOST_ROOT}" ENV BOOST_ROOT PATH_SUFFIXES include)
    mark_as_advanced(TENANTRY_BOOST_INCLUDE_DIR)
    set(boost_version 0)
    if(TENANTRY_BOOST_INCLUDE_DIR)
        file(STRINGS "${TENANTRY_BOOST_INCLUDE_DIR}/boost/version.hpp" boost_version
            REGEX "^#define BOOST_LIB_VERSION ")
        string(REGEX REPLACE ".*\"([0-9_]+)\".*" "\\1" boost_version "${boost_version}")
        string(REPLACE "_" "." boost_version "${boost_version}")
    endif()
    if(boost_version VERSION_GREATER_EQUAL TENANTRY_BOOST_MINIMUM)
        add_library(Boost::headers INTERFACE IMPORTED)
        set_target_properties(Boost::headers PROPERTIES
            INTERFACE_INCLUDE_DIRECTORIES "${TENANTRY_BOOST_INCLUDE_DIR}")
    else()
        list(APPEND TENANTRY_MISSING
            "Boost ${TENANTRY_BOOST_MINIMUM} or newer, headers (Debian 12: libboost1.81-dev, Ubuntu 24.04: libboost-dev)")
    endif()
endif()

if(NOT TARGET tl::expected)
    find_package(tl-expected CONFIG QUIET)
endif()
if(NOT TARGET tl::expected)
    find_path(TENANTRY_EXPECTED_INCLUDE_DIR tl/expected.hpp)
    mark_as_advanced(TENANTRY_EXPECTED_INCLUDE_DIR)
    if(TENANTRY_EXPECTED_INCLUDE_DIR)
        add_library(tl::expected INTERFACE IMPORTED)
        set_target_properties(tl::expected PROPERTIES
            INTERFACE_INCLUDE_DIRECTORIES "${TENANTRY_EXPECTED_INCLUDE_DIR}")
    else()
        list(APPEND TENANTRY_MISSING "tl-expected (Debian and Ubuntu: libexpected-dev)")
    endif()
endif()

# Runs the portfile of ${port} without vcpkg: the commands below stand for vcpkg's and do what matters of them here. What the
# portfile makes in ${directory}/packages must be what the registry takes, and a project must find tenantry in it.
#
# That vcpkg itself runs the port is tried by hand; packaging/README.md says when it was.
cmake_minimum_required(VERSION 3.25)
if(NOT EXISTS "${port}")
    message("no release was made")
    return()
endif()
set(PORT tenantry)
set(CURRENT_PACKAGES_DIR "${directory}/packages")
file(REMOVE_RECURSE "${directory}")
file(READ "${port}/vcpkg.json" manifest)
string(JSON VERSION GET "${manifest}" version)

function(vcpkg_cmake_configure)
    cmake_parse_arguments(PARSE_ARGV 0 given "" SOURCE_PATH OPTIONS)
    execute_process(
        COMMAND "${CMAKE_COMMAND}" -S "${given_SOURCE_PATH}" -B "${directory}/build" -G "${generator}" -C "${cache}"
            "-DCMAKE_INSTALL_PREFIX=${CURRENT_PACKAGES_DIR}" ${given_OPTIONS}
        OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

function(vcpkg_cmake_install)
    execute_process(COMMAND "${CMAKE_COMMAND}" --build "${directory}/build" --target install
        OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# Moves the package's files to where vcpkg has them, and tells them how far away the prefix is then.
function(vcpkg_cmake_config_fixup)
    cmake_parse_arguments(PARSE_ARGV 0 given "" CONFIG_PATH "")
    file(GLOB files "${CURRENT_PACKAGES_DIR}/${given_CONFIG_PATH}/*")
    file(COPY ${files} DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
    cmake_path(GET given_CONFIG_PATH PARENT_PATH parent)
    file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/${parent}")
    set(targets "${CURRENT_PACKAGES_DIR}/share/${PORT}/${PORT}Targets.cmake")
    file(READ "${targets}" text)
    string(REGEX REPLACE "(get_filename_component\\(_IMPORT_PREFIX \"\\\${_IMPORT_PREFIX}\" PATH\\)\n)+"
        "cmake_path(SET _IMPORT_PREFIX NORMALIZE \"\${CMAKE_CURRENT_LIST_DIR}/../..\")\n" text "${text}")
    file(WRITE "${targets}" "${text}")
endfunction()

function(vcpkg_fixup_pkgconfig)
endfunction()

function(vcpkg_install_copyright)
    cmake_parse_arguments(PARSE_ARGV 0 given "" "" FILE_LIST)
    configure_file("${given_FILE_LIST}" "${CURRENT_PACKAGES_DIR}/share/${PORT}/copyright" COPYONLY)
endfunction()

function(vcpkg_download_distfile variable)
    cmake_parse_arguments(PARSE_ARGV 1 given "" "FILENAME;SHA512" URLS)
    file(SHA512 "${downloads}/${given_FILENAME}" sum)
    if(NOT sum STREQUAL given_SHA512)
        message(FATAL_ERROR "the port says another sum of ${given_FILENAME} than it has")
    endif()
    if(NOT given_URLS MATCHES "^https://.*/v${VERSION}/${given_FILENAME}$")
        message(FATAL_ERROR "the port loads ${given_FILENAME} from ${given_URLS}")
    endif()
    set(${variable} "${downloads}/${given_FILENAME}" PARENT_SCOPE)
endfunction()

function(vcpkg_extract_source_archive variable)
    cmake_parse_arguments(PARSE_ARGV 1 given "" ARCHIVE "")
    file(ARCHIVE_EXTRACT INPUT "${given_ARCHIVE}" DESTINATION "${directory}/sources")
    set(${variable} "${directory}/sources/tenantry-${VERSION}" PARENT_SCOPE)
endfunction()

include("${port}/portfile.cmake")

# --- What is in it ---------------------------------------------------------------------------------------

foreach(file IN ITEMS copyright usage tenantryConfig.cmake tenantryConfigVersion.cmake)
    if(NOT EXISTS "${CURRENT_PACKAGES_DIR}/share/tenantry/${file}")
        message(FATAL_ERROR "the port makes no share/tenantry/${file}")
    endif()
endforeach()
file(GLOB above RELATIVE "${CURRENT_PACKAGES_DIR}" "${CURRENT_PACKAGES_DIR}/*" "${CURRENT_PACKAGES_DIR}/share/*")
if(NOT above STREQUAL "include;share;share/pkgconfig;share/tenantry")
    message(FATAL_ERROR "the port makes ${above}")
endif()
if(manifest MATCHES "version(>=|-string|-date)|\"(builtin-baseline|overrides)\"")
    message(FATAL_ERROR "${port}/vcpkg.json: the registry takes no '${CMAKE_MATCH_0}' here")
endif()
foreach(field IN ITEMS description homepage documentation license supports)
    string(JSON value GET "${manifest}" ${field})
endforeach()
foreach(helper IN ITEMS vcpkg-cmake vcpkg-cmake-config)
    if(NOT manifest MATCHES "\"name\": \"${helper}\",\n *\"host\": true")
        message(FATAL_ERROR "${port}/vcpkg.json: ${helper} is no host dependency")
    endif()
endforeach()

execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${directory}/consumer" -G "${generator}" -C "${cache}"
        -DTENANTRY_CONSUMER_WAY=find_package
        "-Dtenantry_ROOT=${CURRENT_PACKAGES_DIR}" -DCMAKE_EXPORT_COMPILE_COMMANDS=ON
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
file(READ "${directory}/consumer/compile_commands.json" commands)
string(FIND "${commands}" " ${CURRENT_PACKAGES_DIR}/include " at)
if(at EQUAL -1)
    message(FATAL_ERROR "who finds the package does not get its headers:\n${commands}")
endif()

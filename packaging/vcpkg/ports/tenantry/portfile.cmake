# [sources] of the checkout that this port lies in; scripts/release puts those of the released archive here.
#
#     vcpkg install tenantry --overlay-ports=<checkout>/packaging/vcpkg/ports
#
# vcpkg's binary cache looks at the port and not at the sources outside it; after changing them, install with
# --no-binarycaching.
cmake_path(ABSOLUTE_PATH CMAKE_CURRENT_LIST_DIR NORMALIZE OUTPUT_VARIABLE port_directory)
cmake_path(SET SOURCE_PATH NORMALIZE "${port_directory}/../../../..")
# [/sources]

set(VCPKG_BUILD_TYPE release) # header-only

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        -DTENANTRY_BUILD_TESTS=OFF
        -DTENANTRY_BUILD_EXAMPLES=OFF
        -DTENANTRY_INSTALL=ON
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(CONFIG_PATH share/cmake/tenantry)
vcpkg_fixup_pkgconfig()

file(REMOVE_RECURSE "${CURRENT_PACKAGES_DIR}/share/licenses")
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")

# Compiles, links and runs main.cpp with what pkg-config says of the package in ${prefix}, which was moved before.
cmake_minimum_required(VERSION 3.25)
set(moved "${directory}/moved")
file(REMOVE_RECURSE "${directory}")
file(MAKE_DIRECTORY "${moved}")
file(COPY "${prefix}/include" "${prefix}/share" DESTINATION "${moved}")
set(ENV{PKG_CONFIG_PATH} "${moved}/share/pkgconfig:$ENV{PKG_CONFIG_PATH}")

# ask(<variable> <argument> ...)
function(ask variable)
    execute_process(COMMAND "${pkg_config}" ${ARGN} tenantry
        OUTPUT_VARIABLE answer OUTPUT_STRIP_TRAILING_WHITESPACE COMMAND_ERROR_IS_FATAL ANY)
    set(${variable} "${answer}" PARENT_SCOPE)
endfunction()

ask(version --modversion)
if(NOT version STREQUAL expected_version)
    message(FATAL_ERROR "tenantry.pc is of '${version}', not of '${expected_version}'")
endif()
ask(compile --cflags)
ask(link --libs)
separate_arguments(compile UNIX_COMMAND "${compile}")
separate_arguments(link UNIX_COMMAND "${link}")
separate_arguments(flags UNIX_COMMAND "${flags}")
# Boost and tl-expected, where the compiler does not find them by itself.
separate_arguments(include_directories UNIX_COMMAND "${boost} ${expected}")
separate_arguments(implicit_directories UNIX_COMMAND "${implicit_directories}")
list(REMOVE_ITEM include_directories "" ${implicit_directories})
list(TRANSFORM include_directories PREPEND "-I")
execute_process(
    COMMAND "${compiler}" ${flags} ${compile} ${include_directories} "${CMAKE_CURRENT_LIST_DIR}/main.cpp"
        -o "${directory}/program" ${link}
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${directory}/program" OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
if(NOT said STREQUAL "tenantry ${expected_version}\n")
    message(FATAL_ERROR "the program says '${said}'")
endif()

# Builds the project in consumer/ anew in ${directory}, by the ${way} that tenantry comes from, and runs its program, which must
# say what is expected.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${directory}")
execute_process(
    COMMAND "${CMAKE_COMMAND}" -G "${generator}" -C "${cache}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${directory}"
        "-DTENANTRY_CONSUMER_WAY=${way}" "${from}"
    COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${CMAKE_COMMAND}" --build "${directory}" COMMAND_ERROR_IS_FATAL ANY)
execute_process(COMMAND "${directory}/consumer" OUTPUT_VARIABLE said COMMAND_ERROR_IS_FATAL ANY)
if(NOT said STREQUAL "${expected}\n")
    message(FATAL_ERROR "the program says '${said}'")
endif()

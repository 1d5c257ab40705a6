# Installs the build tree into an empty prefix, so that a header that is no longer installed is missed.
file(REMOVE_RECURSE "${prefix}")
execute_process(COMMAND "${CMAKE_COMMAND}" --install "${build}" --prefix "${prefix}" --config "${configuration}"
    COMMAND_ERROR_IS_FATAL ANY OUTPUT_QUIET)

# What scripts/release makes of the commit that is checked out: the sums are right, and a project fetches the archive.
cmake_minimum_required(VERSION 3.25)
file(REMOVE_RECURSE "${directory}")
execute_process(COMMAND git -C "${source}" rev-parse --verify HEAD RESULT_VARIABLE status OUTPUT_QUIET ERROR_QUIET)
if(NOT status EQUAL 0)
    message("not a checkout of git")
    return()
endif()
execute_process(COMMAND "${source}/scripts/release" pack --untagged "${directory}" COMMAND_ERROR_IS_FATAL ANY)

set(name "tenantry-${version}")
file(STRINGS "${directory}/SHA256SUMS" sums)
foreach(file IN ITEMS ${name}.tar.gz ${name}.hpp)
    file(SHA256 "${directory}/${file}" sum)
    if(NOT "${sum}  ${file}" IN_LIST sums)
        message(FATAL_ERROR "SHA256SUMS has another sum of ${file} than it has")
    endif()
endforeach()
file(STRINGS "${directory}/${name}.hpp" head LIMIT_COUNT 12)
if(NOT head MATCHES "^// tenantry ${version}: .*Boost Software License")
    message(FATAL_ERROR "${name}.hpp begins without its version and licence:\n${head}")
endif()

file(SHA256 "${directory}/${name}.tar.gz" sum)
file(REMOVE_RECURSE "${directory}/consumer")
execute_process(
    COMMAND "${CMAKE_COMMAND}" -S "${CMAKE_CURRENT_LIST_DIR}/consumer" -B "${directory}/consumer" -G "${generator}" -C "${cache}"
        -DTENANTRY_CONSUMER_WAY=fetch_content
        "-DTENANTRY_CONSUMER_FETCH=URL;file://${directory}/${name}.tar.gz;URL_HASH;SHA256=${sum}"
    OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)

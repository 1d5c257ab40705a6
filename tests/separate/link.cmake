# Links main.cpp and other.cpp to a program, with ${library} unless ${how} is `incomplete`, and wants the linker to refuse it.
set(ENV{LC_ALL} C)
separate_arguments(flags UNIX_COMMAND "${flags}")
# The compiler's own directories must not be named again: their order matters to #include_next.
list(REMOVE_ITEM include_directories "" ${implicit_directories})
list(TRANSFORM include_directories PREPEND "-I")
list(APPEND flags ${include_directories})
file(MAKE_DIRECTORY "${directory}")

# compile(<unit> [<flag> ...])
function(compile unit)
    execute_process(COMMAND "${compiler}" ${flags} ${ARGN} -c "${sources}/${unit}.cpp" -o "${directory}/${unit}.o"
        COMMAND_ERROR_IS_FATAL ANY)
endfunction()

# refused(<name that is shown> <object> ...)
function(refused name)
    execute_process(COMMAND "${compiler}" ${flags} ${ARGN} -o "${directory}/program"
        RESULT_VARIABLE status OUTPUT_VARIABLE output ERROR_VARIABLE output)
    if(status EQUAL 0)
        message(FATAL_ERROR "it was linked")
    elseif(NOT output MATCHES "${name}")
        message(FATAL_ERROR "the linker does not show ${name}:\n${output}")
    endif()
endfunction()

compile(main -DTENANTRY_SEPARATE_COMPILATION)
if(how STREQUAL "mixed")
    compile(other)
    set(name tenantry_units_with_and_without_TENANTRY_SEPARATE_COMPILATION)
    refused(${name} "${directory}/main.o" "${directory}/other.o" "${library}")
    refused(${name} "${directory}/other.o" "${directory}/main.o" "${library}")
else()
    compile(other -DTENANTRY_SEPARATE_COMPILATION)
    refused(tenantry_one_unit_must_include_tenantry_src_hpp "${directory}/main.o" "${directory}/other.o")
endif()

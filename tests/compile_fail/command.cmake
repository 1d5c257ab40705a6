# How the compiler is called: `command`, made of what ${config} says.

# The expectations are written for the untranslated messages with ASCII quotes; a UTF-8 locale has g++ quote with
# characters of three bytes, and CMake's regular expressions know bytes only.
set(ENV{LC_ALL} C)

separate_arguments(flags UNIX_COMMAND "${flags}")
set(command "${compiler}" ${standard} ${flags} -fdiagnostics-color=never)
foreach(directory IN LISTS include_directories)
    if(directory)
        list(APPEND command "-I${directory}")
    endif()
endforeach()
foreach(definition IN LISTS definitions)
    if(definition)
        list(APPEND command "-D${definition}")
    endif()
endforeach()

# A program some of whose units are compiled one way and some the other, or that lacks the unit with the definitions: the
# linker refuses it, and shows a name that says why.
foreach(how IN ITEMS mixed incomplete)
    add_test(NAME separate.${how}
        COMMAND "${CMAKE_COMMAND}"
            "-Dhow=${how}"
            "-Dcompiler=${CMAKE_CXX_COMPILER}"
            "-Dflags=${CMAKE_CXX_FLAGS} ${CMAKE_EXE_LINKER_FLAGS} ${CMAKE_CXX20_STANDARD_COMPILE_OPTION}"
            "-Dinclude_directories=$<TARGET_PROPERTY:tenantry_test_compiled,INCLUDE_DIRECTORIES>"
            "-Dimplicit_directories=${CMAKE_CXX_IMPLICIT_INCLUDE_DIRECTORIES}"
            "-Dlibrary=$<TARGET_FILE:tenantry_test_compiled>"
            "-Dsources=${CMAKE_CURRENT_LIST_DIR}"
            "-Ddirectory=${CMAKE_CURRENT_BINARY_DIR}/separate/${how}"
            -P "${CMAKE_CURRENT_LIST_DIR}/link.cmake")
    set_tests_properties(separate.${how} PROPERTIES LABELS separate TIMEOUT 120)
endforeach()

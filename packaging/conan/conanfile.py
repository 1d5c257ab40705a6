# Conan 2 recipe for the checkout it lies in.
#
#   a package:             conan create packaging/conan --build=missing
#   to work on tenantry:   conan install packaging/conan -of build/conan --build=missing
#                          scripts/test     (finds build/conan/conan_toolchain.cmake)

import os

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain
from conan.tools.files import copy


class TenantryConan(ConanFile):
    name = "tenantry"
    version = "0.1.0"
    description = "C++20 toolkit for services that keep one SQLite database per tenant"
    license = "BSL-1.0"
    topics = ("sqlite", "asio", "multi-tenant", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*", "cmake/*"):
            copy(self, pattern, src=root, dst=self.export_sources_folder)

    def requirements(self):
        self.requires("boost/[>=1.81 <2]", transitive_headers=True, options={"header_only": True})
        self.requires("sqlite3/[>=3.38 <4]", transitive_headers=True, transitive_libs=True)
        self.requires("tl-expected/1.0.0", transitive_headers=True)

    def build_requirements(self):
        if not self.conf.get("tools.build:skip_test", default=False, check_type=bool):
            self.test_requires("catch2/[>=2.13 <4]")

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        # The package is headers; the tests are run in a checkout, not from the exported sources.
        cmake.configure(variables={"TENANTRY_BUILD_TESTS": "OFF", "TENANTRY_BUILD_EXAMPLES": "OFF"})

    def package(self):
        copy(self, "LICENSE", src=self.source_folder, dst=os.path.join(self.package_folder, "licenses"))
        CMake(self).install()

    def package_id(self):
        self.info.clear()

    def package_info(self):
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # tenantry's own CMake package is used: it asks the user's compiler about coroutine temporaries.
        self.cpp_info.set_property("cmake_find_mode", "none")
        self.cpp_info.builddirs = [os.path.join("share", "cmake", "tenantry")]

# Conan 2 recipe for the checkout it lies in.
#
#   a package:             conan create packaging/conan --build=missing
#   to work on tenantry:   conan install packaging/conan -of build/conan --build=missing
#                          scripts/test     (finds build/conan/conan_toolchain.cmake)

import os
import re

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain
from conan.tools.files import copy, load
from conan.tools.scm import Version

required_conan_version = ">=2.0.9"


class TenantryConan(ConanFile):
    name = "tenantry"
    description = "C++20 toolkit for services that keep one SQLite database per tenant"
    license = "BSL-1.0"
    homepage = "https://github.com/tenantry/tenantry"
    url = homepage
    topics = ("sqlite", "database", "asio", "multi-tenancy", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True
    # The same program as for ConanCenter's recipe.
    test_package_folder = os.path.join("..", "conan-center", "recipes", "tenantry", "all", "test_package")

    @property
    def _root(self):
        return os.path.join(self.recipe_folder, "..", "..")

    def set_version(self):
        header = load(self, os.path.join(self._root, "include", "tenantry", "core", "version.hpp"))
        self.version = re.search(r'library_version = "([^"]+)"', header).group(1)

    def export_sources(self):
        for pattern in ("CMakeLists.txt", "LICENSE", "include/*", "cmake/*"):
            copy(self, pattern, src=self._root, dst=self.export_sources_folder)

    def requirements(self):
        self.requires("boost/[>=1.81.0 <2]", options={"header_only": True})
        self.requires("sqlite3/[>=3.38 <4]")
        self.requires("tl-expected/[>=1.0.0 <2]")

    def build_requirements(self):
        if not self.conf.get("tools.build:skip_test", default=False, check_type=bool):
            self.test_requires("catch2/[>=2.13 <4]")

    def validate(self):
        check_min_cppstd(self, 20)
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration("tenantry was never run on anything but Linux")
        minimum = {"gcc": "12", "clang": "16"}.get(str(self.settings.compiler))
        if minimum and Version(self.settings.compiler.version) < minimum:
            raise ConanInvalidConfiguration(f"tenantry needs {self.settings.compiler} {minimum} or newer")

    def generate(self):
        CMakeToolchain(self).generate()
        CMakeDeps(self).generate()

    def build(self):
        # The package is headers; the tests are run in a checkout, not from the exported sources.
        cmake = CMake(self)
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

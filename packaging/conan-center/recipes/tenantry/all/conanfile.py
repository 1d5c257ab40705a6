import os

from conan import ConanFile
from conan.errors import ConanInvalidConfiguration
from conan.tools.build import check_min_cppstd
from conan.tools.files import copy, get
from conan.tools.layout import basic_layout
from conan.tools.scm import Version

required_conan_version = ">=2.0.9"


class TenantryConan(ConanFile):
    name = "tenantry"
    description = "C++20 toolkit for services that keep one SQLite database per tenant"
    license = "BSL-1.0"
    url = "https://github.com/conan-io/conan-center-index"
    homepage = "https://github.com/tenantry/tenantry"
    topics = ("sqlite", "database", "asio", "multi-tenancy", "header-only")
    package_type = "header-library"
    settings = "os", "arch", "compiler", "build_type"
    no_copy_source = True

    # Where tenantry's own CMake package has them too.
    @property
    def _modules(self):
        return os.path.join("share", "cmake", "tenantry")

    def layout(self):
        basic_layout(self, src_folder="src")

    def requirements(self):
        self.requires("boost/[>=1.81.0 <2]", options={"header_only": True})
        self.requires("sqlite3/[>=3.45.0 <4]")
        self.requires("tl-expected/1.1.0")

    def package_id(self):
        self.info.clear()

    def validate(self):
        check_min_cppstd(self, 20)
        # It stands on POSIX and was never run on another system.
        if self.settings.os != "Linux":
            raise ConanInvalidConfiguration(f"{self.ref} is for Linux")
        minimum = {"gcc": "12", "clang": "16"}.get(str(self.settings.compiler))
        if minimum and Version(self.settings.compiler.version) < minimum:
            raise ConanInvalidConfiguration(f"{self.ref} needs {self.settings.compiler} {minimum} or newer")

    def source(self):
        get(self, **self.conan_data["sources"][self.version], strip_root=True)

    def build(self):
        pass

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        for pattern in ("*.hpp", "*.ipp"):
            copy(self, pattern, os.path.join(self.source_folder, "include"), os.path.join(self.package_folder, "include"))
        # What the target says of the compiler's coroutines, and tenantry_add_compiled.
        for name in ("TenantryPackage.cmake", "TenantryCoroutineProbe.cmake", "coroutine_probe.cpp",
                     "TenantryCompiled.cmake", "compiled.cpp"):
            copy(self, name, os.path.join(self.source_folder, "cmake"), os.path.join(self.package_folder, self._modules))

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "tenantry")
        self.cpp_info.set_property("cmake_target_name", "tenantry::tenantry")
        self.cpp_info.set_property("pkg_config_name", "tenantry")
        self.cpp_info.set_property("cmake_build_modules", [os.path.join(self._modules, "TenantryPackage.cmake")])
        self.cpp_info.builddirs = [self._modules]
        self.cpp_info.bindirs = []
        self.cpp_info.libdirs = []
        # Of Boost the headers alone, whichever of its libraries other packages need.
        self.cpp_info.requires = ["boost::headers", "sqlite3::sqlite3", "tl-expected::tl-expected"]
        self.cpp_info.system_libs = ["pthread"]

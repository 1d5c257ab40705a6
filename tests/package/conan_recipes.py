"""Checks both Conan recipes without Conan, by a few lines that stand for the parts of it that they use: what they say, and
what ConanCenter's puts into its package. That Conan itself takes them is tested by conan.sh where it is installed.

    conan_recipes.py CHECKOUT DIRECTORY
"""
import fnmatch
import importlib.util
import os
import re
import shutil
import sys
import types


def copy(recipe, pattern, src, dst):
    copied = []
    for folder, _, names in os.walk(src):
        for name in names:
            path = os.path.relpath(os.path.join(folder, name), src)
            if fnmatch.fnmatch(path, pattern):
                target = os.path.join(dst, path)
                os.makedirs(os.path.dirname(target), exist_ok=True)
                shutil.copyfile(os.path.join(folder, name), target)
                copied.append(path)
    assert copied, f"{recipe.name}: no file of {src} is {pattern}"


def load(recipe, path):
    with open(path, encoding="utf-8") as file:
        return file.read()


class Version(tuple):
    def __new__(cls, text):
        return tuple.__new__(cls, (int(part) for part in str(text).split(".")))

    def __lt__(self, other):
        return tuple.__lt__(self, Version(other))


class Invalid(Exception):
    pass


class Properties:
    def __init__(self):
        self.properties = {}

    def set_property(self, name, value):
        self.properties[name] = value


class ConanFile:
    def __init__(self):
        self.cpp_info = Properties()
        self.info = types.SimpleNamespace(clear=lambda: setattr(self, "cleared", True))
        self.required = {}

    def requires(self, reference, **traits):
        name, _, version = reference.partition("/")
        self.required[name] = (version, traits)


def stand_for(name, **content):
    sys.modules[name] = types.ModuleType(name)
    sys.modules[name].__dict__.update(content)


def refuse_old_standard(recipe, least):
    if int(recipe.settings.compiler.cppstd) < least:
        raise Invalid("too old a standard")


stand_for("conan", ConanFile=ConanFile)
stand_for("conan.errors", ConanInvalidConfiguration=Invalid)
stand_for("conan.tools")
stand_for("conan.tools.build", check_min_cppstd=refuse_old_standard, can_run=None)
stand_for("conan.tools.cmake", CMake=None, CMakeDeps=None, CMakeToolchain=None, cmake_layout=None)
stand_for("conan.tools.files", copy=copy, load=load, get=None)
stand_for("conan.tools.layout", basic_layout=None)
stand_for("conan.tools.scm", Version=Version)


class Settings(types.SimpleNamespace):
    def __str__(self):
        return self.name


def recipe_of(path):
    spec = importlib.util.spec_from_file_location("recipe", path)
    module = importlib.util.module_from_spec(spec)
    sys.dont_write_bytecode = True
    spec.loader.exec_module(module)
    made = module.TenantryConan()
    made.recipe_folder = os.path.dirname(path)
    made.ref = "tenantry"
    return made


def accepts(recipe, system, name, version, standard):
    recipe.settings = types.SimpleNamespace(
        os=system, compiler=Settings(name=name, version=version, cppstd=standard))
    try:
        recipe.validate()
    except Invalid:
        return False
    return True


def files_of(folder, *endings):
    return sorted(os.path.relpath(os.path.join(path, name), folder)
                  for path, _, names in os.walk(folder) for name in names if name.endswith(endings))


def main(checkout, directory):
    version = re.search(r'library_version = "([^"]+)"',
                        load(None, os.path.join(checkout, "include/tenantry/core/version.hpp"))).group(1)
    center_folder = os.path.join(checkout, "packaging/conan-center/recipes/tenantry/all")
    tree = recipe_of(os.path.join(checkout, "packaging/conan/conanfile.py"))
    center = recipe_of(os.path.join(center_folder, "conanfile.py"))

    tree.set_version()
    assert tree.version == version, f"the checkout's recipe takes the version for {tree.version}"
    assert not hasattr(center, "version"), "ConanCenter gives its recipes their version"
    test_package = os.path.normpath(os.path.join(tree.recipe_folder, tree.test_package_folder))
    assert test_package == os.path.join(center_folder, "test_package")
    for recipe in (tree, center):
        assert recipe.package_type == "header-library" and recipe.license == "BSL-1.0"
        recipe.package_id()
        assert recipe.cleared, "headers are the same for each compiler"
        recipe.requirements()
        assert sorted(recipe.required) == ["boost", "sqlite3", "tl-expected"]
        assert accepts(recipe, "Linux", "gcc", "12", "20") and accepts(recipe, "Linux", "clang", "22", "26")
        assert not accepts(recipe, "Linux", "gcc", "11.4", "20") and not accepts(recipe, "Linux", "clang", "15", "20")
        assert not accepts(recipe, "Linux", "clang", "19", "17") and not accepts(recipe, "Windows", "msvc", "194", "20")
        assert not accepts(recipe, "Macos", "apple-clang", "17", "20")
        recipe.settings.os = "Linux"
        recipe.package_info()

    shutil.rmtree(directory, ignore_errors=True)
    center.source_folder, center.package_folder = checkout, directory
    center.package()
    headers = (".hpp", ".ipp")
    assert files_of(os.path.join(directory, "include"), *headers) == files_of(os.path.join(checkout, "include"), *headers)
    assert os.path.exists(os.path.join(directory, "licenses", "LICENSE"))
    # Whatever a module includes or reads beside it must be there too.
    for module in center.cpp_info.properties["cmake_build_modules"]:
        pending = [os.path.join(directory, module)]
        while pending:
            path = pending.pop()
            for name in re.findall(r"\$\{CMAKE_CURRENT_LIST_DIR\}/([\w.]+)", load(None, path)):
                pending.append(os.path.join(os.path.dirname(path), name))
    for name in ("target_name", "file_name"):
        assert center.cpp_info.properties[f"cmake_{name}"] == {"target_name": "tenantry::tenantry", "file_name": "tenantry"}[name]


main(*(os.path.abspath(argument) for argument in sys.argv[1:]))

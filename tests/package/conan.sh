#!/bin/sh
# Has Conan make both packages, with the system's Boost, SQLite and tl-expected in place of those that it would load, and
# build and run their test_package: each opens a fleet and reads a row back. Where Conan is not installed, that is a test skipped.
#
#     conan.sh CHECKOUT RELEASE COMPILER DIRECTORY     RELEASE is what scripts/release pack made
#
# TENANTRY_CONAN is the command, if it is not `conan`.
set -eu
checkout=$1 release=$2 compiler=$3 directory=$4
conan=${TENANTRY_CONAN:-conan}
if ! command -v "${conan%% *}" >/dev/null; then
    echo "Conan is not here"
    exit 77
fi

if [ ! -d "$release" ]; then
    echo "no release was made"
    exit 77
fi

rm -rf "$directory"
mkdir -p "$directory/home/profiles" "$directory/recipes"
export CONAN_HOME="$directory/home"
name=clang
version=$("$compiler" -dumpversion)
if ! "$compiler" --version | grep -q clang; then name=gcc; fi
sqlite=$(printf '#include <sqlite3.h>\nSQLITE_VERSION\n' | "$compiler" -x c++ -E -P - | tr -d '" ' | tail -n 1)
boost=$(printf '#include <boost/version.hpp>\nBOOST_LIB_VERSION\n' | "$compiler" -x c++ -E -P - | tr -d '" ' | tail -n 1 | tr _ .)
# ConanCenter has newer ones than some systems; what the recipe asks for there is not what is tried here.
if [ "$(printf '%s\n3.45.0\n' "$sqlite" | sort -V | head -n 1)" != 3.45.0 ]; then sqlite=3.45.0; fi
cat >"$CONAN_HOME/profiles/default" <<END
[settings]
os=Linux
arch=$(uname -m)
compiler=$name
compiler.version=${version%%.*}
compiler.libcxx=libstdc++11
compiler.cppstd=20
build_type=Debug
[conf]
tools.build:compiler_executables={"cpp": "$compiler"}
tools.build:cxxflags=["-O0"]
tools.build:skip_test=True
tools.cmake.cmaketoolchain:generator=Ninja
[platform_requires]
boost/$boost.0
sqlite3/$sqlite
tl-expected/1.1.0
END
$conan remote disable '*'

# Conan writes beside what it builds, so that is done with a copy.
cp -R "$release/conan-center/recipes/tenantry" "$directory/recipes"
echo "-- The recipe of the checkout"
$conan create "$checkout/packaging/conan" --test-folder="$directory/recipes/tenantry/all/test_package"

# The archive is taken from where scripts/release put it, not from where it will be published.
echo "-- The recipe for ConanCenter"
data=$directory/recipes/tenantry/all/conandata.yml
sed "s|url: \"https://.*/|url: \"file://$release/|" "$data" >"$data.new"
mv "$data.new" "$data"
versioned=$(sed -n 's/^ *"\([0-9.]*\)":.*/\1/p' "$directory/recipes/tenantry/config.yml")
$conan create "$directory/recipes/tenantry/all" --version="$versioned"

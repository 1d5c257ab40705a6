# shellcheck shell=bash
# Shared by the other scripts: finds what tenantry is built with and installs what is missing. Not run by itself.
#
# After set_up, CXX names the compiler, and cmake_arguments and build_suffix say how to configure with it:
#
#     set_up test                    # or: demo (without the test framework), ci (with g++ and sanitizers too)
#     cmake --preset clang -B "build/clang$build_suffix" "${cmake_arguments[@]}"
#
# Honoured in the environment: CXX; CMAKE_TOOLCHAIN_FILE, VCPKG_ROOT, or a conan_toolchain.cmake made in the
# source folder, build/ or build/conan/ (libraries then come from there and none is installed by apt).

set -euo pipefail
shopt -s inherit_errexit

source_dir=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
cd "$source_dir"
script_name=$(basename "$0")

boost_minimum=1.81
sqlite_minimum=3.38
cmake_minimum=3.25

cmake_arguments=()
build_suffix=
compiler_name=

say() {
    printf '%s\n' "-- $*"
}

# Ends with a line that says what is wrong; what went before may be scrolled away.
stop() {
    printf '%s\n' "$script_name: stopped: $*" >&2
    exit 1
}

# at_least 3.25 3.25.1: whether the second version is the first or newer
at_least() {
    [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]
}

# --- What is here ------------------------------------------------------------------------------------------

scratch=
make_scratch() {
    if [ -z "$scratch" ]; then
        scratch=$(mktemp -d)
        trap 'rm -rf "$scratch"' EXIT
    fi
}

# compiles COMPILER FILE [OPTION...]: compiles and links; what the compiler says is in $scratch/said
compiles() {
    local compiler=$1 file=$2
    shift 2
    "$compiler" -std=c++20 "$@" "$file" -o "$scratch/program" >"$scratch/said" 2>&1
}

# Whether a compiler can build tenantry at all: 0 yes; 1 no; 2 yes, but it destroys the temporaries of co_await
# twice, so that part of tenantry's interface is refused with it (cmake/coroutine_probe.cpp).
probe_compiler() {
    local status=0
    compiles "$1" cmake/coroutine_probe.cpp || return 1
    "$scratch/program" || status=$?
    case $status in
        0) return 0 ;;
        42) return 2 ;;
        *) return 1 ;;
    esac
}

find_compiler() {
    local name status=0
    if [ -n "${CXX:-}" ]; then
        command -v "${CXX%% *}" >/dev/null || stop "there is no compiler '$CXX' (named by CXX)"
        # shellcheck disable=SC2086 # CXX may hold options
        probe_compiler $CXX || status=$?
        case $status in
            1) sed 's/^/   /' "$scratch/said" | head -n 10 >&2
               stop "'$CXX' (named by CXX) cannot build C++20 coroutines" ;;
            2) say "$CXX destroys temporaries of co_await twice: tenantry refuses what that would break" ;;
        esac
        return 0
    fi
    for name in clang++-22 clang++-21 clang++-20 clang++-19 clang++-18 clang++-17 clang++-16 clang++; do
        command -v "$name" >/dev/null || continue
        if [ "$name" = clang++ ] && ! at_least 16 "$("$name" -dumpversion)"; then continue; fi
        if probe_compiler "$name"; then
            CXX=$(command -v "$name")
            export CXX
            return 0
        fi
    done
    return 1
}

# has_header CONDITION HEADER...: whether the headers are there and the condition of the preprocessor holds
has_header() {
    local condition=$1 header
    shift
    {
        for header; do echo "#include <$header>"; done
        echo "#if !($condition)"
        echo "#error too old"
        echo "#endif"
    } >"$scratch/header.cpp"
    # shellcheck disable=SC2086 # CXX may hold options
    ${CXX:-c++} -std=c++20 -E "$scratch/header.cpp" -o /dev/null >/dev/null 2>&1
}

find_toolchain() {
    local candidate
    if [ -n "${CMAKE_TOOLCHAIN_FILE:-}" ]; then
        [ -f "$CMAKE_TOOLCHAIN_FILE" ] || stop "CMAKE_TOOLCHAIN_FILE names '$CMAKE_TOOLCHAIN_FILE', which is not there"
        toolchain=$(cd "$(dirname "$CMAKE_TOOLCHAIN_FILE")" && pwd)/$(basename "$CMAKE_TOOLCHAIN_FILE")
    elif [ -n "${VCPKG_ROOT:-}" ] && [ -f "$VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake" ]; then
        toolchain=$VCPKG_ROOT/scripts/buildsystems/vcpkg.cmake
    else
        for candidate in conan_toolchain.cmake build/conan_toolchain.cmake build/conan/conan_toolchain.cmake; do
            if [ -f "$candidate" ]; then
                toolchain=$source_dir/$candidate
                break
            fi
        done
    fi
    if [ -n "$toolchain" ]; then
        say "Libraries come from the toolchain file $toolchain"
        cmake_arguments+=("-DCMAKE_TOOLCHAIN_FILE=$toolchain")
    fi
}

# Fills the array missing with names, each of which packages_for knows.
look_around() {
    missing=()
    if ! command -v cmake >/dev/null ||
        ! at_least "$cmake_minimum" "$(cmake --version | sed -n '1s/[^0-9]*\([0-9.]*\).*/\1/p')"; then
        missing+=(cmake)
    fi
    command -v ninja >/dev/null || missing+=(ninja)
    # A toolchain file other than vcpkg's names its own compiler.
    case $toolchain:${CXX:-} in
        :* | */vcpkg.cmake:* | *:?*) find_compiler || missing+=(clang) ;;
    esac
    if [ -z "$toolchain" ]; then
        # Without any compiler there is nothing to ask; what is installed already is then simply confirmed by apt.
        has_header "SQLITE_VERSION_NUMBER >= 3038000" sqlite3.h || missing+=(sqlite)
        has_header "BOOST_VERSION >= 108100" boost/version.hpp boost/asio/version.hpp boost/pfr/core.hpp \
            boost/mp11/version.hpp boost/uuid/uuid.hpp || missing+=(boost)
        has_header 1 tl/expected.hpp || missing+=(expected)
        if [ "$purpose" != demo ]; then
            has_header 1 catch2/catch_test_macros.hpp || has_header 1 catch2/catch.hpp || missing+=(catch2)
        fi
    fi
    if [ "$purpose" = ci ]; then
        find_gcc >/dev/null || missing+=(g++)
        if [ -n "${CXX:-}" ] && ! has_sanitizers; then missing+=(sanitizers); fi
    fi
}

find_gcc() {
    local name
    for name in g++-15 g++-14 g++-13 g++-12 g++; do
        if command -v "$name" >/dev/null && at_least 12 "$("$name" -dumpversion)"; then
            echo "$name"
            return 0
        fi
    done
    return 1
}

# Only clang's runtimes are packages of their own; another compiler named by CXX is taken as it is.
has_sanitizers() {
    "${CXX%% *}" --version 2>/dev/null | grep -q clang || return 0
    echo 'int main() {}' >"$scratch/empty.cpp"
    # shellcheck disable=SC2086 # CXX may hold options
    $CXX -fsanitize=address,undefined "$scratch/empty.cpp" -o "$scratch/program" >/dev/null 2>&1 &&
        $CXX -fsanitize=thread "$scratch/empty.cpp" -o "$scratch/program" >/dev/null 2>&1
}

describe() {
    case $1 in
        cmake) echo "CMake $cmake_minimum" ;;
        ninja) echo "Ninja" ;;
        clang) echo "clang 16 or newer" ;;
        sqlite) echo "SQLite $sqlite_minimum (development files)" ;;
        boost) echo "Boost $boost_minimum (headers)" ;;
        expected) echo "tl-expected" ;;
        catch2) echo "Catch2" ;;
        g++) echo "g++ 12 or newer" ;;
        sanitizers) echo "clang's sanitizers" ;;
    esac
}

describe_missing() {
    local name text=
    for name in "${missing[@]}"; do text+="${text:+, }$(describe "$name")"; done
    echo "$text"
}

# --- Installing with apt -----------------------------------------------------------------------------------

# The version apt would install, empty where it knows none.
candidate() {
    LC_ALL=C apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: *//p' | grep -v '^(none)$' || true
}

# The Debian packages for one missing thing, chosen among those this machine's apt knows. Where it knows nothing
# (its lists were never fetched), the names are those of the known releases.
packages_for() {
    local version minor release
    # shellcheck disable=SC1091 # a file of the system
    release=$(. /etc/os-release 2>/dev/null && echo "${ID:-} ${VERSION_ID:-}") || release=
    case $1 in
        cmake) echo cmake ;;
        ninja) echo ninja-build ;;
        clang | sanitizers)
            if [ "$1" = sanitizers ] && [ -n "${CXX:-}" ]; then
                version=$("${CXX%% *}" -dumpversion)
                echo "libclang-rt-${version%%.*}-dev"
                return
            fi
            for version in 19 18 17 20 21 22 16; do
                if [ -n "$(candidate "clang-$version")" ]; then
                    echo "clang-$version"
                    if [ "$purpose" = ci ]; then echo "libclang-rt-$version-dev"; fi
                    return
                fi
            done
            case $release in
                "debian 12") echo clang-19 ;;
                "ubuntu 24.04") echo clang-18 ;;
                *) echo clang ;;
            esac ;;
        sqlite) echo libsqlite3-dev ;;
        boost)
            # Debian 12's default is too old, but a newer one lies beside it.
            version=$(candidate libboost-dev)
            if [ -n "$version" ] && at_least "$boost_minimum" "${version#*:}"; then
                echo libboost-dev
                return
            fi
            for minor in 90 89 88 87 86 85 84 83 82 81; do
                if [ -n "$(candidate "libboost1.$minor-dev")" ]; then
                    echo "libboost1.$minor-dev"
                    return
                fi
            done
            if [ "$release" = "debian 12" ]; then echo libboost1.81-dev; else echo libboost-dev; fi ;;
        expected) echo libexpected-dev ;;
        catch2) echo catch2 ;;
        g++) echo g++ ;;
    esac
}

choose_packages() {
    local name
    packages=()
    for name in "${missing[@]}"; do
        mapfile -t -O "${#packages[@]}" packages < <(packages_for "$name")
    done
    # Not needed, but the second build of anything is much faster with it.
    if ! command -v ccache >/dev/null; then packages+=(ccache); fi
}

install_missing() {
    local as_root=() package unknown=() log
    local options=(-y --no-install-recommends --no-remove -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2)

    say "Missing: $(describe_missing)"
    if ! command -v apt-get >/dev/null; then
        stop "this is neither Debian nor Ubuntu; install by its own means: $(describe_missing)"
    fi

    if [ "$(id -u)" -ne 0 ]; then
        if command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
            as_root=(sudo -n)
        else
            choose_packages
            echo
            echo "Installing these needs root. Run this, then scripts/$script_name again:"
            echo
            echo "    sudo apt-get update && sudo apt-get install --no-install-recommends ${packages[*]}"
            echo
            stop "no root here, and no sudo without a password: $(describe_missing)"
        fi
    fi

    log=$(mktemp "${TMPDIR:-/tmp}/tenantry-setup.XXXXXX") # kept when something goes wrong
    say "Asking apt for its package lists"
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update \
        -o DPkg::Lock::Timeout=120 -o Acquire::Retries=2 >>"$log" 2>&1 ||
        say "apt-get update failed (see $log); going on with the lists that are here"

    choose_packages
    for package in "${packages[@]}"; do
        [ -n "$(candidate "$package")" ] || unknown+=("$package")
    done
    if [ "${unknown[*]}" = ccache ]; then # one can do without
        packages=("${packages[@]/ccache/}")
    elif [ "${#unknown[@]}" -gt 0 ]; then
        if grep -m 5 -E '^(E|Err)' "$log" | sed 's/^/   /' >&2; then
            stop "apt could not fetch its package lists (no network?), so it cannot install ${packages[*]}"
        fi
        stop "apt knows no package ${unknown[*]} (a distribution older than Debian 12 and Ubuntu 24.04?)"
    fi

    say "Installing ${packages[*]}"
    # shellcheck disable=SC2068 # an emptied element must vanish
    if ! "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install "${options[@]}" ${packages[@]} \
        >>"$log" 2>&1 </dev/null; then
        grep -m 5 -E '^(E|Err)' "$log" | sed 's/^/   /' >&2 || true
        if grep -q 'remove is disabled' "$log"; then
            stop "installing ${packages[*]} would remove other packages (an older Boost?), which is yours to decide;" \
                "the log is $log"
        fi
        stop "apt could not install ${packages[*]} (no network?); the log is $log"
    fi
    rm -f "$log"
}

# --- The whole ---------------------------------------------------------------------------------------------

set_up() {
    purpose=$1
    toolchain=
    # A build made with one compiler is never taken over by another.
    if [ -n "${CXX:-}" ]; then build_suffix="-$(basename "${CXX%% *}")"; fi
    make_scratch
    mkdir -p build 2>/dev/null || true
    [ -w build ] || stop "$source_dir/build cannot be written (made by root before?)"
    find_toolchain
    if [ -n "$toolchain" ]; then build_suffix+=-toolchain; fi
    look_around
    if [ "${#missing[@]}" -gt 0 ]; then
        install_missing
        hash -r
        look_around
        if [ "${#missing[@]}" -gt 0 ]; then
            stop "installed, but still not usable: $(describe_missing)"
        fi
    fi

    if [[ $toolchain == */vcpkg.cmake ]]; then cmake_arguments+=(-DVCPKG_MANIFEST_FEATURES=tests); fi
    if [ -n "${CXX:-}" ]; then
        compiler_name="$(basename "${CXX%% *}") ($("${CXX%% *}" --version | head -n 1))"
    else
        compiler_name="the toolchain's compiler"
    fi
    : "${CMAKE_BUILD_PARALLEL_LEVEL:=$(nproc)}"
    export CMAKE_BUILD_PARALLEL_LEVEL
    say "Everything needed is here; building with $compiler_name"
}

# in_memory COMMAND...: with temporary files in memory where there are two gigabytes for them, unless TMPDIR says where they are.
# Most of the time of tests that use files is else that of a disk.
in_memory() {
    local free
    free=$(df -Pk /dev/shm 2>/dev/null | awk 'NR == 2 { print $4 }') || true
    if [ -z "${TMPDIR:-}" ] && [ -w /dev/shm ] && [ "${free:-0}" -ge 2097152 ]; then
        TMPDIR=/dev/shm "$@"
    else
        "$@"
    fi
}

# configure PRESET DIRECTORY [ARGUMENT...]: quiet unless something is wrong
configure() {
    local preset=$1 directory=$2 fresh=()
    shift 2
    # CMake keeps the compiler it was first given; where another one is meant now, it starts anew.
    if [ -n "${CXX:-}" ] && [ -f "$directory/CMakeCache.txt" ] &&
        ! grep -qx "CMAKE_CXX_COMPILER:[A-Z]*=$(command -v "${CXX%% *}")" "$directory/CMakeCache.txt"; then
        fresh=(--fresh)
    fi
    if ! cmake --preset "$preset" -B "$directory" "${fresh[@]}" "${cmake_arguments[@]}" "$@" >"$scratch/configured" 2>&1; then
        cat "$scratch/configured" >&2
        stop "CMake could not configure $directory"
    fi
    grep -A 2 '^-- tenantry: .* twice' "$scratch/configured" || true
}

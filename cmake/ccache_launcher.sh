#!/bin/sh
# Compiles through ccache so that what was compiled in one checkout is not compiled again in another one:
#
#     sh ccache_launcher.sh CCACHE CHECKOUT COMPILER ARGUMENT...
#
# ccache makes the paths below CHECKOUT relative. That is not enough for what is compiled with a header that clang has
# precompiled, since such a file names its checkout. So it is made afresh in each one, and has beside it a sum of what it
# was made from, without the path, which ccache takes for it (CCACHE_PCH_EXTSUM in https://ccache.dev/manual/4.7.html).
ccache=$1
export CCACHE_BASEDIR="$2"
shift 2
# What is compiled with a precompiled header is kept only if no notice is taken of its macros and time.
export CCACHE_SLOPPINESS=pch_defines,time_macros CCACHE_NOHASHDIR=1 CCACHE_PCH_EXTSUM=1

output=
previous=
for argument; do
    if [ "$previous" = -o ]; then output=$argument; fi
    previous=$argument
done
case $output in
    *.pch) ;;
    *) exec "$ccache" "$@" ;;
esac

rm -f "$output.sum"
"$@" || exit

# Files of the checkout by what is in them, others by size and time; what the build has made follows from the command.
ingredients() {
    [ -s "$output.d" ] || return 1
    printf '%s\n' "$*" | sed "s|$CCACHE_BASEDIR|.|g"
    # The list that make would read: "target: \", then a file a line or several, each but the last with " \" behind it.
    sed 's/ *\\$//' <"$output.d" | tr ' ' '\n' | grep -v ':$' | sed "s|^$CCACHE_BASEDIR/|./|" | sort -u >"$output.files"
    grep '^/' "$output.files" | tr '\n' '\0' | xargs -0 -r stat -L -c '%n %s %Y' || return 1
    grep '^\./' "$output.files" | grep -v '^\./build/' | tr '\n' '\0' |
        (cd "$CCACHE_BASEDIR" && xargs -0 -r sha256sum) || return 1
}
# Where it cannot be made ccache takes the file itself.
if ingredients "$@" >"$output.ingredients"; then sha256sum <"$output.ingredients" >"$output.sum"; fi
rm -f "$output.ingredients" "$output.files"
exit 0

#!/usr/bin/env bash
# Builds libbrink_native.so where there is no checkout: Brink.Torch carries these files and calls this script
# (src/Brink.Torch/Interop/NativeBuild.cs).
#   build.sh find           prints folder and version of the libtorch to use, on two lines; nothing where there is none
#   build.sh build FOLDER   builds for that libtorch in FOLDER
# What is wrong goes to standard error, in one line.
set -euo pipefail
here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd -P)
say() { printf '%s\n' "$*" >&2; }
fail() { say "$@"; exit 1; }
source "$here/torch.sh"

logged() { # a log's name, a command
  local log=$folder/$1.log
  shift
  "$@" </dev/null >"$log" 2>&1 || fail "${*:1:2} failed; what it printed is in $log"
}

find_torch
case ${1:-} in
  find) [[ -z $torch ]] || printf '%s\n%s\n' "$torch" "$(torch_version "$torch")" ;;
  build)
    folder=$2
    missing=()
    command -v cmake >/dev/null || missing+=(cmake)
    command -v make >/dev/null || command -v ninja >/dev/null || missing+=(make)
    command -v g++ >/dev/null || command -v clang++ >/dev/null || missing+=(g++)
    ((${#missing[@]} == 0)) || fail "missing: ${missing[*]}. Install with: sudo apt-get install ${missing[*]}"
    mkdir -p "$folder"
    compile_native logged "$here" "$folder"
    ;;
  *) fail "build.sh find, or build.sh build FOLDER" ;;
esac

# Finds libtorch and compiles native/ for it; sourced by the launcher (../brink) and by build.sh, which define `fail` (one line,
# then the end) and `say` (one line).
need_torch="libtorch 1.13 or newer is needed"

torch_is_at() { # a prefix
  [[ -e $1/share/cmake/Torch/TorchConfig.cmake ]] || in_cmake_folder "$1"
}

in_cmake_folder() {
  compgen -G "$1/lib/cmake/Torch/TorchConfig.cmake" >/dev/null ||
    compgen -G "$1/lib/*-linux-gnu/cmake/Torch/TorchConfig.cmake" >/dev/null
}

torch_version() { # a prefix; prints major.minor.patch, or nothing
  local header
  for header in "$1/include/torch/headeronly/version.h" "$1/include/torch/csrc/api/include/torch/version.h"; do
    [[ -e $header ]] || continue
    sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' "$header" | head -n 3 | paste -sd .
    return
  done
}

torch_is_new_enough() { # a version; an unknown one is left for CMake to judge
  local major minor rest
  [[ -n $1 ]] || return 0
  IFS=. read -r major minor rest <<<"$1"
  ((major > 1 || (major == 1 && minor >= 13)))
}

# Sets `torch` to the prefix of the libtorch to use: $LIBTORCH, else a Python install's own, else the system's.
# Empty when there is none. Looked for without importing torch, which takes seconds.
find_torch() {
  local prefix version
  torch=
  if [[ -n ${LIBTORCH:-} ]]; then
    prefix=$(cd -- "$LIBTORCH" 2>/dev/null && pwd -P) || fail "LIBTORCH=$LIBTORCH is no folder (unset LIBTORCH to search)"
    torch_is_at "$prefix" ||
      fail "LIBTORCH=$LIBTORCH holds no libtorch: expected share/cmake/Torch/TorchConfig.cmake below it (unset LIBTORCH to search)"
    version=$(torch_version "$prefix")
    torch_is_new_enough "$version" || fail "libtorch $version in LIBTORCH=$LIBTORCH is too old: $need_torch"
    torch=$prefix
    return
  fi
  if command -v python3 >/dev/null; then
    prefix=$(python3 -c 'import importlib.util as u; s = u.find_spec("torch"); print(s.submodule_search_locations[0] if s and s.submodule_search_locations else "")' 2>/dev/null </dev/null || true)
    # Debian's python3-torch has no CMake files of its own; its libtorch is the system's, found next.
    if [[ -n $prefix ]] && torch_is_at "$prefix"; then
      version=$(torch_version "$prefix")
      if torch_is_new_enough "$version"; then
        torch=$prefix
        return
      fi
      say "note: passing over libtorch $version of $(command -v python3): $need_torch"
    fi
  fi
  for prefix in /usr /usr/local; do
    torch_is_at "$prefix" || continue
    version=$(torch_version "$prefix")
    torch_is_new_enough "$version" || fail "libtorch $version in $prefix is too old: $need_torch; install one and set LIBTORCH to its folder"
    torch=$prefix
    return
  done
}

# Configures and builds: the words to run each of the two commands with (which get a name for its log first), the folder of
# the sources, and the folder to build in. `torch` is the prefix.
compile_native() {
  local run=$1 sources=$2 folder=$3 prefix=()
  [[ $torch == /usr ]] || prefix=("-DCMAKE_PREFIX_PATH=$torch")
  "$run" cmake-configure cmake -S "$sources" -B "$folder" -DCMAKE_BUILD_TYPE=Release "${prefix[@]}"
  "$run" cmake-build cmake --build "$folder" --parallel
  [[ -e $folder/libbrink_native.so ]] || fail "cmake made no libbrink_native.so in $folder"
}

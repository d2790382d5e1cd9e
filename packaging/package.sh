# ./brink package: makes the archive, the .NET tool and the NuGet packages from the release build; sourced by the launcher
# (../brink), whose words and paths it uses. docs/releases.md explains what comes of it.

package() {
  local out=$artifacts/packages
  while (($#)); do
    case $1 in
      --out) [[ -n ${2:-} ]] || usage "--out needs a folder"; out=$2; shift 2 ;;
      --out=*) out=${1#--out=}; shift ;;
      *) usage "package knows no '$1': ./brink package [--out FOLDER]" ;;
    esac
  done
  mkdir -p -- "$out" 2>/dev/null || fail "cannot make the folder $out"
  out=$(cd -- "$out" && pwd -P)

  local version work=$artifacts/package name prebuilt
  version=$(sed -n 's:.*<Version>\(.*\)</Version>.*:\1:p' "$root/Directory.Build.props")
  name=brink-$version-linux-x64
  # A library prebuilt for a libtorch in some folder fits nobody else's; one for the system's libtorch, whose files the
  # loader finds by name and version, does.
  find_torch
  if [[ $torch == /usr ]]; then
    prebuilt=$native/libbrink_native.so
    name+=-libtorch$(torch_version "$torch" | cut -d. -f1,2)
  else
    prebuilt=
    say "note: $torch is not the system's libtorch: the native library is left out and built where Brink is first used"
  fi

  build_of_this_revision
  say "packing version $version into $out"
  rm -rf "$work"
  rm -f "$out"/{Brink,Brink.Torch,Brink.Experiments,Brink.Tool}."$version".nupkg "$out/$name.tar.gz"
  mkdir -p "$work/$name/lib" "$work/$name/licences"
  quietly dotnet-package dotnet msbuild "$root/packaging/package.proj" -nologo -v:minimal -nodeReuse:false \
    "-p:Out=$out/" "-p:Program=$work/$name/lib/" "-p:BrinkPrebuilt=$prebuilt"
  lay_out_archive "$work/$name"
  # The same files give the same archive: names in order, nobody's user, the moment of the commit.
  tar -C "$work" --sort=name --owner=0 --group=0 --numeric-owner --mtime="@$(git -C "$root" log -1 --format=%ct 2>/dev/null || echo 0)" \
    -cf - "$name" | gzip -n -6 >"$out/$name.tar.gz"
  rm -rf "$work"
  printf '%s\n' "$out/$name.tar.gz" "$out"/{Brink.Tool,Brink,Brink.Torch,Brink.Experiments}."$version".nupkg
}

# The revision is written into every assembly when it is compiled, and a commit by itself makes nothing stale.
build_of_this_revision() {
  local revision assembly
  revision=$(git -C "$root" rev-parse HEAD 2>/dev/null) || return 0
  [[ -z $(git -C "$root" status --porcelain -- src native experiments packaging 2>/dev/null) ]] ||
    say "note: not all of this is committed; the packages call it revision ${revision:0:12} all the same"
  for assembly in Brink.Torch Brink Brink.Experiments Brink.Server Brink.Cli; do
    grep -aqF "$revision" "$artifacts/bin/$assembly/release/$assembly.dll" || { build_managed cli; return 0; }
  done
}

usage() { say "$@"; exit 2; }

lay_out_archive() { # the folder, which holds the published program in lib/
  local folder=$1 packages skia runtime
  mv "$folder/lib/Brink.Cli" "$folder/lib/brink"
  ln -s lib/brink "$folder/brink"
  mv "$folder/lib/experiments" "$folder/experiments"
  cp "$root/LICENSE" "$root/CHANGELOG.md" "$root/THIRD-PARTY-NOTICES.md" "$folder/"
  cp "$root/packaging/readme/archive.md" "$folder/README.md"

  # The words of those whose compiled work is inside, as their packages give them.
  packages=$(dotnet nuget locals global-packages --list --force-english-output | sed 's/^global-packages: //')
  skia=$(newest "$packages/skiasharp.nativeassets.linux.nodependencies")
  cp "$skia/LICENSE.txt" "$folder/licences/SkiaSharp-LICENSE.txt"
  cp "$skia/THIRD-PARTY-NOTICES.txt" "$folder/licences/SkiaSharp-THIRD-PARTY-NOTICES.txt"
  for runtime in microsoft.netcore.app.runtime.linux-x64 microsoft.aspnetcore.app.runtime.linux-x64; do
    compgen -G "$packages/$runtime/*/THIRD-PARTY-NOTICES.TXT" >/dev/null || fail "the package $runtime brought no notices"
    cp "$(newest "$packages/$runtime")/LICENSE.TXT" "$folder/licences/$runtime-LICENSE.txt" 2>/dev/null ||
      cp "$(newest "$packages/$runtime")/LICENSE.txt" "$folder/licences/$runtime-LICENSE.txt"
    cp "$(newest "$packages/$runtime")/THIRD-PARTY-NOTICES.TXT" "$folder/licences/$runtime-THIRD-PARTY-NOTICES.txt"
  done
  chmod -R u+rwX,go+rX,go-w "$folder"
  find "$folder" -type f ! -path "$folder/lib/brink" -exec chmod a-x {} +
}

newest() { # a package's folder; prints that of its newest version
  find "$1" -mindepth 1 -maxdepth 1 -type d | sort -V | tail -n 1
}

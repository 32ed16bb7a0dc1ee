# Read by scripts that take files out of Debian packages: `fetch` and `unpack`. Nothing is installed. They need
#   $temporary      a folder
#   $packages       a folder with the .deb files, or nothing
#   $packages_name  the variable that a user sets to it
# and what one-folder.sh gives.

# fetch PACKAGE VERSION FOLDER: puts the package into $temporary. FOLDER is its place in Debian's pool.
fetch() {
  file=$1_$2_all.deb
  if [ -n "$packages" ]; then
    if [ ! -f "$packages/$file" ]; then
      fail "$packages_name is set, but $packages has no $file"
    fi
    cp "$packages/$file" "$temporary/$file"
    return
  fi
  # Sandbox: apt's own user cannot write into the folder, and root would be told so.
  if command -v apt-get >/dev/null 2>&1 &&
    (cd "$temporary" && apt-get -qq -o APT::Sandbox::User=root download "$1=$2") >"$temporary/apt.log" 2>&1 &&
    [ -f "$temporary/$file" ]; then
    return
  fi
  pool=https://deb.debian.org/debian/pool/main/$3
  if command -v curl >/dev/null 2>&1 &&
    curl --fail --silent --show-error --location --retry 2 --connect-timeout 20 \
      --output "$temporary/$file" "$pool/$file" 2>"$temporary/curl.log"; then
    return
  fi
  {
    echo "$script: could not get $1 $2"
    for log in apt curl; do
      if [ -s "$temporary/$log.log" ]; then
        sed "s/^/  $log: /" "$temporary/$log.log"
      elif ! [ -f "$temporary/$log.log" ]; then
        echo "  $log: not on this machine"
      fi
    done
    echo "On Debian, sudo apt-get update may help. Otherwise download $file where there is a network, from"
    echo "$pool or, if it is gone there, from https://snapshot.debian.org, and call"
    echo "$packages_name=folder-with-it $0"
  } >&2
  exit 1
}

# unpack PACKAGE VERSION: its contents under $temporary/root.
unpack() {
  mkdir -p "$temporary/root"
  if command -v dpkg-deb >/dev/null 2>&1; then
    dpkg-deb -x "$temporary/$1_$2_all.deb" "$temporary/root"
  else
    ar p "$temporary/$1_$2_all.deb" data.tar.xz | tar -xJf - -C "$temporary/root"
  fi >&2 || {
    fail "$1 could not be unpacked; needs dpkg-deb, or ar, tar and xz"
  }
}

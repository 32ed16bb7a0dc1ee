# Read by scripts that take one folder at most, after they have defined `usage`: shows the help, or stops at other
# arguments. What else they share is here too.
case "${1:-}" in
-h | --help)
  usage
  exit 0
  ;;
-*)
  usage >&2
  exit 2
  ;;
esac
if [ $# -gt 1 ]; then
  usage >&2
  exit 2
fi

script=$(basename "$0" .sh)

# fail MESSAGE: says it, and ends the script.
fail() {
  echo "$script: $1" >&2
  exit 1
}

# Stops where there is no python3 with pip.
need_pip() {
  if ! command -v python3 >/dev/null 2>&1 || ! python3 -m pip --version >/dev/null 2>&1; then
    fail "needs python3 with pip (on Debian: apt-get install python3-pip)"
  fi
}

# Makes the folder $temporary, which goes away with the script.
make_temporary() {
  temporary=$(mktemp -d)
  trap 'rm -rf "$temporary"' EXIT
  trap 'exit 1' HUP INT TERM
}

# digest FILE: its SHA-256, or nothing where no tool gives it.
digest() {
  if command -v sha256sum >/dev/null 2>&1; then
    sha256sum <"$1" | cut -d ' ' -f 1
  elif command -v shasum >/dev/null 2>&1; then
    shasum -a 256 <"$1" | cut -d ' ' -f 1
  fi
}

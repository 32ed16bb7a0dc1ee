# Read by scripts that take one folder at most, after they have defined `usage`: shows the help, or stops at other
# arguments.
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

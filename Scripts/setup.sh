#!/usr/bin/env bash
# Installs what the build needs and does nothing when it is there: a C library of matrix products
# (OpenBLAS), LAPACKE and pkg-config, through which the package manager finds them.
set -euo pipefail

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

command -v swift > /dev/null || fail \
  'the Swift toolchain is missing: no swift on PATH.' \
  'Install Swift 6.1 or newer (https://www.swift.org/install) and add its usr/bin to PATH.'

if command -v pkg-config > /dev/null && pkg-config --exists openblas lapacke; then
  exit 0
fi

packages=(libopenblas-dev liblapacke-dev pkg-config)
command -v apt-get > /dev/null || fail \
  'pkg-config does not find openblas and lapacke, and there is no apt-get to install them with.' \
  'Install OpenBLAS, LAPACKE and pkg-config with the package manager of this system.'

# sudo does not pass the environment on, hence env.
quietly=(env DEBIAN_FRONTEND=noninteractive)
as_root=()
if [[ $(id -u) -ne 0 ]]; then
  command -v sudo > /dev/null || fail \
    "not root, and there is no sudo. As root: apt-get install -y ${packages[*]}"
  # Nobody can type a password where there is no terminal.
  if [[ -t 0 ]]; then as_root=(sudo); else as_root=(sudo -n); fi
fi

echo "setup: installing ${packages[*]}"
"${as_root[@]}" "${quietly[@]}" apt-get update -qq
"${as_root[@]}" "${quietly[@]}" apt-get install -y -qq --no-install-recommends "${packages[@]}" < /dev/null

pkg-config --exists openblas lapacke || fail \
  "${packages[*]} are installed, and still pkg-config does not find openblas and lapacke." \
  'See: pkg-config --print-errors --exists openblas lapacke'

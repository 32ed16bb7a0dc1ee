#!/usr/bin/env bash
# Downloads the CMUdict grapheme-to-phoneme split used in the literature (113,438 training lines,
# 12,000 test words) from the Phonetisaurus repository (BSD-3; CMUdict: CMU's BSD-style licence).
# usage: Scripts/get-g2p-data.sh [folder]
set -euo pipefail

folder=${1:-Data/g2p}
source=https://raw.githubusercontent.com/AdolfVonKleist/Phonetisaurus
# file, commit, SHA-256
files='
g014b2b.train 479ce85b7d3de95da08cf4e936c8f555765bd108 5882433c3a14a9a0614b5f724ce74872851092e816852c82d6b74913b2085384
g014b2b.words a31683f4bf18d15e5f204b640c7be316274105c2 2c1db23d6bf81dc6387824201963cec3a6e116bf99a167a6f27fb2874f8d7220
g014b2b.ref 479ce85b7d3de95da08cf4e936c8f555765bd108 b1f24ab99ae8be1d37ee951984646a248c4fd5ae8b0a24a2f4ba2cfa0e2fc46a
'

fail() {
  printf 'get-g2p-data: %s\n' "$@" >&2
  exit 1
}

command -v curl > /dev/null || fail 'curl is missing; install it (apt-get install curl)'
mkdir -p "$folder"
while read -r name commit checksum; do
  [[ -n $name ]] || continue
  if [[ -f $folder/$name ]]; then
    echo "$folder/$name is there"
    continue
  fi
  url=$source/$commit/test/g014b2b/$name
  part=$folder/$name.part
  echo "downloading $url"
  curl --fail --silent --show-error --location --retry 3 --output "$part" "$url" || {
    rm -f "$part"
    fail "cannot download $url" \
      'if this machine has no network, copy the files and set G2P_DATA to their folder'
  }
  found=$(sha256sum "$part" | cut -d ' ' -f 1)
  if [[ $found != "$checksum" ]]; then
    rm -f "$part"
    fail "$url is not the file it was: SHA-256 $found, expected $checksum"
  fi
  mv "$part" "$folder/$name"
done <<< "$files"

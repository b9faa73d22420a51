#!/bin/sh
# make.sh PROGRAM DATE TEXTS OUT: all pages into OUT/man/man[157], the completions into OUT, their names into OUT/list last.
set -eu
program=$1 date=$2 texts=$3 out=$4
mkdir -p "$out/man/man1" "$out/man/man5" "$out/man/man7"
"$program" "$date" "$texts" list > "$out/list.new"
while read -r name; do
  "$program" "$date" "$texts" "${name%.*}" > "$out/man/man${name##*.}/$name"
  mkdir -p "$out/compressed/man${name##*.}"
  gzip -9nc "$out/man/man${name##*.}/$name" > "$out/compressed/man${name##*.}/$name.gz"
done < "$out/list.new"
for page in "$texts"/*.1; do
  cp "$page" "$out/man/man1/"
  gzip -9nc "$page" > "$out/compressed/man1/${page##*/}.gz"
done
"$program" completion bash > "$out/reanchor.bash"
"$program" completion zsh > "$out/_reanchor"
"$program" completion fish > "$out/reanchor.fish"
mv "$out/list.new" "$out/list"

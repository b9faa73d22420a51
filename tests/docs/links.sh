#!/bin/bash
# links.sh ROOT: every relative link of README.md and docs/*.md leads to a file that is there, and to a heading of it.
set -euo pipefail
cd "$1"
wrong=0

# The headings of a page as the names that links use: lower case, no punctuation, dashes for spaces.
names() {
  awk '/^```/ { code = !code } !code && /^#+ / { sub(/^#+ /, ""); print }' "$1" |
    sed 's/`//g; s/\[\([^]]*\)\]([^)]*)/\1/g' | tr '[:upper:]' '[:lower:]' | sed 's/[^a-z0-9 _-]//g; s/ /-/g'
}

targets() {   # the targets of links, code left out; a link may go over the end of a line
  awk '/^```/ { code = !code; next } !code' "$1" | sed 's/`[^`]*`//g' | tr '\n' ' ' | grep -oE '\]\([^) ]+\)' | sed 's/^](//; s/)$//'
}

pages=(README.md docs/*.md)
links=0
for page in "${pages[@]}"; do
  while read -r target; do
    links=$((links + 1))
    case $target in http://*|https://*|mailto:*) continue ;; esac
    file=${target%%#*} name=${target#*#}
    [ "$file" != "$target" ] || name=
    path=$page
    [ -z "$file" ] || path=$(dirname "$page")/$file
    if [ ! -e "$path" ]; then
      echo "$page: $target: no such file"; wrong=1
    elif [ -n "$name" ] && [[ $path == *.md ]] && ! names "$path" | grep -xF -- "$name" > /dev/null; then
      echo "$page: $target: no such heading"; wrong=1
    fi
  done < <(targets "$page" || true)
done
[ "$links" -gt 50 ] || { echo "only $links links found"; wrong=1; }
exit $wrong

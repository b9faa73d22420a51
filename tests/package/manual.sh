#!/bin/bash
# manual.sh FOLDER REANCHOR: the manual pages without a remark of mandoc's, one for each command that help lists; the
# completions are accepted by their shells, and bash's completes what it should.
set -euo pipefail
folder=$1 reanchor=$2
fail() { echo "$*" >&2; exit 1; }

pages=("$folder"/man/man*/*)
[ "${#pages[@]}" -gt 8 ] || fail "only ${#pages[@]} pages"
remarks=$(mandoc -T lint -W warning "${pages[@]}") || true
[ -z "$remarks" ] || fail "$remarks"
mapfile -t commands < <("$reanchor" help | sed -n '/^Commands:/,/^$/s/^  \([a-z]*\) .*/\1/p')
[ "${#commands[@]}" -ge 7 ] || fail "help lists ${#commands[@]} commands"
for c in "${commands[@]}"; do
  [ -s "$folder/man/man1/reanchor-$c.1" ] || fail "no page for $c"
  mandoc -T ascii "$folder/man/man1/reanchor-$c.1" | col -b | grep EXAMPLES > /dev/null || fail "$c: no examples"
done
mandoc -T ascii "$folder/man/man5/reanchor.conf.5" | col -b | grep 'private_key_file = ' > /dev/null || fail "reanchor.conf: no private_key_file"
mandoc -T ascii "$folder/man/man7/reanchor-decisions.7" | col -b | grep BLOCK_DUP_ANCHOR > /dev/null || fail "decisions: no BLOCK_DUP_ANCHOR"

zsh -n "$folder/_reanchor"
fish -n "$folder/reanchor.fish"
complete_bash() {   # WORD...: prints what bash offers for the last one
  bash -c '. "$1"; shift; COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); compopt() { :; }; _reanchor; printf "%s\n" "${COMPREPLY[@]}"' \
    bash "$folder/reanchor.bash" "$@"
}
[ "$(complete_bash reanchor reb)" = rebuild ] || fail "bash: reb gives '$(complete_bash reanchor reb)'"
[ "$(complete_bash reanchor -c x.conf rebuild --rep)" = --report= ] || fail "bash: --rep of rebuild"
[ -z "$(complete_bash reanchor doctor --rep)" ] || fail "bash: doctor has no --report"
fish_says=$(fish -c "source '$folder/reanchor.fish'; complete -C 'reanchor rebuild --rep'")
[[ $fish_says == --report* ]] || fail "fish: --rep of rebuild gives '$fish_says'"

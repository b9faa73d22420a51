# tell.awk: what became of the mutants. Input: what mutants.awk told; fates: NUMBER FATE, one a line;
# equivalent: FILE, FUNCTION, LINE AS IT IS, LINE AS IT WAS MADE, WHY BOTH DECIDE THE SAME, with tabs between; # begins a comment.
BEGIN {
  while ((getline line < fates) > 0) fate[substr(line, 1, 5)] = substr(line, 7)
  while ((getline line < equivalent) > 0) {
    if (line ~ /^#/ || line == "") continue
    n = split(line, part, "\t")
    if (n != 5) { print "equivalent: not FILE, FUNCTION, LINE, LINE, REASON, with tabs between: " line; bad = 1; continue }
    same[part[1] "|" part[2] "|" part[3] "|" part[4]] = 1
  }
}
{
  files[$2] = 1
  what = fate[$1]; key = $2 "|" $4 "|" $5 "|" $6
  if (what == "survived" && key in same) { what = "decide the same"; used[key] = 1 }
  n_of[what]++
  if (what == "survived" || what == "") { printf "%s %s:%d: %s: %s  =>  %s\n", $1, $2, $3, $4, $5, $6; bad = 1 }
}
END {
  for (key in same) {
    if (every > 1) break
    split(key, part, "|")
    if (part[1] in files && !(key in used)) { print "equivalent: is none: " key; bad = 1 }
  }
  printf "%d mutants: %d killed by the unit tests, %d by the random organisations, %d under the sanitizers, %d decide the same, %d survived\n",
    NR, n_of["killed by the unit tests"], n_of["killed by the random organisations"], n_of["killed under the sanitizers"], n_of["decide the same"], n_of["survived"] + n_of[""]
  exit bad
}

# mutants.awk: writes each mutant of the C files given to DIR/NUMBER.c, and tells of it: NUMBER, file, line's number, the line as
# it is, the line as it was made. awk -v dir=DIR -f mutants.awk FILE...

# The same length, with spaces for what is in comments, strings, character constants and preprocessor lines.
function mask(s,   out, i, c, two, n, end) {
  n = length(s); out = ""
  for (i = 1; i <= n; i++) {
    c = substr(s, i, 1); two = substr(s, i, 2)
    if (two == "/*") { end = index(substr(s, i), "*/") + 1; out = out blanks(substr(s, i, end)); i += end - 1 }
    else if (c == "\"" || c == "'") { end = closing(s, i, c); out = out blanks(substr(s, i, end)); i += end - 1 }
    else if (c == "#") { end = index(substr(s, i), "\n") - 1; out = out blanks(substr(s, i, end)); i += end - 1 }
    else out = out c
  }
  return out
}
function blanks(s) { gsub(/[^\n]/, " ", s); return s }
function closing(s, i, quote,   k) {
  for (k = i + 1; substr(s, k, 1) != quote; k++) if (substr(s, k, 1) == "\\") k++
  return k - i + 1
}
function matching(i,   depth, c) { # of the parenthesis at i
  for (; i <= length(code); i++) {
    c = substr(code, i, 1)
    if (c == "(") depth++
    if (c == ")" && --depth == 0) return i
  }
  return 0
}
function line_at(s, i,   head, n, tail) {
  head = substr(s, 1, i - 1); n = split(head, lines, "\n")
  tail = substr(s, i); sub(/\n.*/, "", tail); tail = (n ? lines[n] : "") tail
  number = n ? n : 1
  gsub(/^[ \t]+|[ \t]+$/, "", tail)
  return tail
}
function emit(i, len, by, j, by_j,   made, was) { # by_j is put in before j
  made = substr(text, 1, i - 1) by
  made = j ? made substr(text, i + len, j - i - len) by_j substr(text, j) : made substr(text, i + len)
  was = line_at(text, i)
  printf "%05d\t%s\t%d\t%s\t%s\n", ++mutants, file, number, was, line_at(made, i)
  printf "%s", made > (dir "/" sprintf("%05d", mutants) ".c")
  close(dir "/" sprintf("%05d", mutants) ".c")
}
function word(i, w) {
  return substr(code, i, length(w)) == w && substr(code, i - 1, 1) !~ /[A-Za-z0-9_]/ && substr(code, i + length(w), 1) !~ /[A-Za-z0-9_]/
}
function mutate(   i, c, two, before, end) {
  for (i = 2; i <= length(code); i++) {
    c = substr(code, i, 1); two = substr(code, i, 2); before = substr(code, i - 1, 1)
    if (two == "==") { emit(i, 2, "!="); i++ }
    else if (two == "!=") { emit(i, 2, "=="); i++ }
    else if (two == "<=") { emit(i, 2, "<"); i++ }
    else if (two == ">=") { emit(i, 2, ">"); i++ }
    else if (two == "&&") { emit(i, 2, "||"); i++ }
    else if (two == "||") { emit(i, 2, "&&"); i++ }
    else if (two == "->" || two == "<<" || two == ">>") i++
    else if (c == "<") emit(i, 1, "<=")
    else if (c == ">") emit(i, 1, ">=")
    else if (c == "!") emit(i, 1, "")
    else if (word(i, "true")) emit(i, 4, "false")
    else if (word(i, "false")) emit(i, 5, "true")
    else if (substr(code, i, 4) == "if (" && before !~ /[A-Za-z0-9_]/) emit(i + 3, 1, "(!(", matching(i + 3), ")")
    else if (substr(code, i, 3) == " ? ") negate_choice(i)
    else if (word(i, "return") || word(i, "continue") || word(i, "break")) drop(i)
  }
}
# a ? b : c becomes a ? c : b where b and c are simple.
function negate_choice(i,   rest, parts, b, c) {
  rest = substr(code, i)
  if (!match(rest, /^ \? [^?:;,()]+ : [^?:;,()]+[;,)]/)) return
  rest = substr(text, i + 3, RLENGTH - 4)
  split(rest, parts, / : /)
  emit(i + 3, RLENGTH - 4, parts[2] " : " parts[1])
}
# A return that is not its function's last statement is left out.
function drop(i,   end, rest) {
  end = index(substr(code, i), ";")
  rest = substr(code, i + end)
  if (rest ~ /^[ \t\n]*\n}/) return
  emit(i, end - 1, "")
}

FNR == 1 { if (file) { code = mask(text); mutate() } file = FILENAME; text = "" }
{ text = text $0 "\n" }
END { code = mask(text); mutate() }

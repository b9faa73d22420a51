# mutants.awk: makes of each C file given one that holds all of its mutants, in DIR/FILE: beside each function a copy for each
# mutant of it, of which it calls the one whose number is in ra_mutant. Tells of each mutant: NUMBER, file, line's number, the
# function, the line as it is, the line as it was made. Of several such in one function the second is told as "FUNCTION 2".
# awk -v dir=DIR -f mutants.awk FILE...
# Left alone: what stands outside functions, and functions that take any number of arguments, which cannot be handed on.

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

# The functions: a { alone on its line begins the body of what stands above it, up to a line that is empty or ends something.
function find_functions(   n, i, at, head, line) {
  functions = 0; head = 1; at = 1
  n = split(code, line, "\n")
  for (i = 1; i <= n; i++) {
    if (line[i] == "{") { functions++; from[functions] = head; body[functions] = at; name_of(functions) }
    if (line[i] == "}") to[functions] = at
    at += length(line[i]) + 1
    if (line[i] ~ /^[ \t]*$|[;}][ \t]*$/) head = at
  }
}
function name_of(f,   head, open, shut, list) {
  head = substr(code, from[f], body[f] - from[f])
  match(head, /[A-Za-z0-9_]+\(/)
  name_at[f] = from[f] + RSTART - 1; name[f] = substr(head, RSTART, RLENGTH - 1)
  open = from[f] + RSTART + RLENGTH - 2; shut = matching(open)
  list = substr(code, open + 1, shut - open - 1)
  variadic[f] = list ~ /\.\.\.$/
  args[f] = names_of(list)
  copies[f] = cases[f] = ""
}
function names_of(list,   n, i, c, depth, out, param) {
  if (list == "void") return ""
  n = length(list)
  for (i = 1; i <= n + 1; i++) {
    c = i > n ? "," : substr(list, i, 1)
    if (c == "(" || c == "[") depth++
    if (c == ")" || c == "]") depth--
    if (c != "," || depth) { param = param c; continue }
    if (match(param, /\(\*[A-Za-z0-9_]+\)/)) param = substr(param, RSTART + 2, RLENGTH - 3) # a pointer to a function
    gsub(/\[[^\]]*\]|[ \t\n]+$/, "", param); sub(/^.*[^A-Za-z0-9_]/, "", param)
    out = out (out ? ", " : "") param; param = ""
  }
  return out
}
function function_at(i,   f) {
  for (f = 1; f <= functions; f++) if (i > body[f] && i < to[f]) return f
  return 0
}
function emit(i, len, by, j, by_j,   made, was, line, f, n, head, cut) { # by_j is put in before j
  f = function_at(i)
  if (!f || variadic[f]) return
  made = substr(text, 1, i - 1) by
  made = j ? made substr(text, i + len, j - i - len) by_j substr(text, j) : made substr(text, i + len)
  was = line_at(text, i)
  line = line_at(made, i)
  n = ++alike[file, name[f], was, line]
  printf "%05d\t%s\t%d\t%s\t%s\t%s\n", ++mutants, file, number, name[f] (n > 1 ? " " n : ""), was, line
  cut = to[f] + 2 + length(made) - length(text)
  head = substr(made, from[f], name_at[f] - from[f])
  copies[f] = copies[f] head name[f] "__" mutants substr(made, name_at[f] + length(name[f]), cut - name_at[f] - length(name[f]))
  cases[f] = cases[f] " case " mutants ": return " name[f] "__" mutants "(" args[f] ");"
}
function word(i, w) {
  return substr(code, i, length(w)) == w && substr(code, i - 1, 1) !~ /[A-Za-z0-9_]/ && substr(code, i + length(w), 1) !~ /[A-Za-z0-9_]/
}
function mutate(   i, c, two, before) {
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
function negate_choice(i,   rest, parts) {
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
function finish(   f, out, at, head) {
  code = mask(text)
  find_functions()
  mutate()
  out = dir "/" file; at = 1
  for (f = 1; f <= functions; f++) {
    if (!cases[f]) continue
    head = substr(text, from[f], body[f] - from[f])
    printf "%s%s;\nextern int ra_mutant;\n%s%s{ switch (ra_mutant) {%s }\n", substr(text, at, from[f] - at), head, copies[f], head, cases[f] > out
    at = body[f] + 2
  }
  printf "%s", substr(text, at) > out
  close(out)
}

FNR == 1 { if (file) finish(); file = FILENAME; text = "" }
{ text = text $0 "\n" }
END { finish() }

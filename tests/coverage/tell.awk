# tell.awk: what the lines of coverage/run amount to. Input: FILE, LINE, COUNT, FUNCTION, of each object file.
# excuses: FILE, TEXT OF THE LINE or FUNCTION() or FUNCTION(): TEXT OF THE LINE, WHY NO TEST RUNS IT, with tabs between;
# # begins a comment. The text stands for each line of the file that has it, or of the function where one is named.
function trim(s) { gsub(/^[ \t]+|[ \t]+$/, "", s); return s }
function complain(s) { print s; bad = 1 }

BEGIN {
  FS = "\t"
  while ((getline line < excuses) > 0) {
    if (line ~ /^#/ || line == "") continue
    n = split(line, part, "\t")
    if (n != 3) { complain("excuses: not FILE, TEXT, REASON with tabs between: " line); continue }
    reason[part[1] "|" part[2]] = part[3]
  }
}

{
  key = $1 "|" $2
  if (!(key in count)) { keys[++keys_n] = key; count[key] = 0; within[key] = $4 }
  count[key] += $3
}

function read_source(file,   n) {
  if (file in have) return
  while ((getline text < (src "/" file)) > 0) source[file "|" ++n] = trim(text)
  close(src "/" file)
  have[file] = 1
}

function excused_by(key) {
  if (key in reason) used[key] = 1
  return key in reason
}

function excused(file, line, fn,   text) {
  text = source[file "|" line]
  return excused_by(file "|" fn "(): " text) || excused_by(file "|" fn "()") || excused_by(file "|" text)
}

function told(what,   run, text) {
  run = total[what] - missed[what]
  text = sprintf("%-22s %6d of %6d lines, %6.2f %%", what, run, total[what], 100 * run / total[what])
  return pardoned[what] ? text ", " pardoned[what] " excused" : text
}

END {
  for (i = 1; i <= keys_n; i++) {
    split(keys[i], p, "|"); split(p[1], dir, "/")
    room = dir[1] "/" dir[2]
    if (!(room in total)) rooms[++rooms_n] = room
    total[room]++; total[dir[1]]++
    if (count[keys[i]] > 0) continue
    missed[room]++; missed[dir[1]]++
    read_source(p[1])
    if (excused(p[1], p[2], within[keys[i]])) { pardoned[room]++; pardoned[dir[1]]++ }
    else if (!quick) list[++list_n] = sprintf("%s:%d: %s", p[1], p[2], source[p[1] "|" p[2]])
  }
  by_place = "sort -t: -k2,2 -k3,3n"
  for (i = 1; i <= list_n; i++) print "not run: " list[i] | by_place
  if (list_n) close(by_place)
  for (i = 1; i <= rooms_n; i++) print told(rooms[i]) | "sort"
  close("sort")
  print told("recovery"); print told("src")
  if (quick) exit bad
  for (k in reason) if (!(k in used)) complain("excuses: nothing to excuse: " k)
  if (missed["recovery"] > pardoned["recovery"]) complain("recovery: lines that no test runs and no excuse names")
  if (missed["src"] > 0.1 * total["src"]) complain("src: fewer than 90 % of the lines")
  exit bad
}

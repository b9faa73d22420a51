# Reads arrows.txt, then C files given relative to the house's root; complains about each #include that
# is a wrong arrow. Ends with 1 when there was one.

function folder(path,    part) {
    return split(path, part, "/") < 3 ? part[1] : part[1] "/" part[2]
}

function complain(text) {
    printf "%s:%d: %s\n", FILENAME, FNR, text
    wrong = 1
}

function may(from, to,    n, i, allowed) {
    if (from == to)
        return 1
    n = split(arrows[from], allowed, " ")
    for (i = 1; i <= n; i++)
        if (allowed[i] == to || (allowed[i] ~ /\/\*$/ && index(to, substr(allowed[i], 1, length(allowed[i]) - 1)) == 1))
            return 1
    return 0
}

function ours(name,    to) {
    to = folder(name)
    if (name in header && here != to && index(header[name] " ", " " here " ") == 0)
        complain(here " may not include \"" name "\": it is for" header[name] " alone")
    if (!(to in arrows))
        complain("includes \"" name "\", want a path from the root into a folder of the house")
    else if (!may(here, to))
        complain(here " may not include " to " (\"" name "\")")
}

function theirs(name,    v) {
    for (v in vendor)
        if ((name == v || (v ~ /\/$/ && index(name, v) == 1)) && index(vendor[v] " ", " " here " ") == 0)
            complain(here " may not include <" name ">")
}

FNR == 1 { first = FILENAME ~ /arrows\.txt$/; here = folder(FILENAME) }
first && /^#/ { next }
first && $1 == "vendor" { for (i = 3; i <= NF; i++) vendor[$2] = vendor[$2] " " $i; next }
first && $1 == "header" { for (i = 3; i <= NF; i++) header[$2] = header[$2] " " $i; next }
first && NF { name = $1; $1 = ""; arrows[name] = $0; next }
first { next }
FNR == 1 && !(here in arrows) { complain("stands in " here ", a folder that arrows.txt does not know") }
/^[ \t]*#[ \t]*include[ \t]*"/ { split($0, part, "\""); ours(part[2]) }
/^[ \t]*#[ \t]*include[ \t]*</ { split($0, part, /[<>]/); theirs(part[2]) }
END { exit wrong }

# fault_cases.sh: the cases of faults.sh, one a line: NAME WHERE PLACE RULE OUTCOMES, separated by tabs. RULE is a fault of
# the simulated tenant without path and page; OUTCOMES, with commas, is what may become of the fetch:
#   same  the same objects and documents as without the fault
#   less  the same but for the facts of one document or of single objects, which are unknown then
#   3, 4, 5  the fetch ends so, and the snapshot of before stays in use
#   untold  objects are as they were before changes of which the service did not tell, and the full read that follows
#         within seven days puts them right
# Sourced by faults.sh.

# Name, rule, what it may come to on a page of objects, and on a document (which is one page).
kinds() {
  cat <<'K'
throttled for a second|"kind":"throttle","retry_after":1|same|same
throttled for 0.3 s|"kind":"throttle","retry_after":"0.3"|same|same
throttled until a date|"kind":"throttle","retry_after":{"date":1}|same|same
throttled, not told for how long|"kind":"throttle"|same|same
throttled for two hours|"kind":"throttle","retry_after":7200,"times":1000|5|5
500, once|"kind":"status","status":500|same|same
502, once|"kind":"status","status":502|same|same
503 with Retry-After|"kind":"status","status":503,"retry_after":1|same|same
504, twice|"kind":"status","status":504,"times":2|same|same
408, once|"kind":"status","status":408|same|same
503 as HTML|"kind":"html","status":503|same|same
200 as HTML, once|"kind":"html","status":200|same|same
400|"kind":"status","status":400,"times":1000|5|less,same
404|"kind":"status","status":404,"times":1000|5|less,same
501|"kind":"status","status":501,"code":"NotImplemented","times":1000|5|less,same
403|"kind":"forbidden","times":1000|4|less,same
401, token no longer good|"kind":"unauthorized"|same|same
claims challenge|"kind":"cae"|same|same
page token expired|"kind":"expired_page"|same,5|5
page token not found|"kind":"lost_page"|same,5|5
connection reset after the request|"kind":"reset"|same|same
connection reset before the request|"kind":"reset","before":true|same|same
chunked body cut|"kind":"cut"|same|same
body cut short of its length|"kind":"cut","length":true|same|same
gzip cut, exchange whole|"kind":"gzip_cut"|same|same
JSON that breaks off|"kind":"garbage"|same|same
half a second in the middle|"kind":"stall","ms":500|same|same
half a second before the answer|"kind":"silent","ms":500|same|same
late answer|"kind":"delay","ms":300|same|same
empty page with a link|"kind":"empty_page"|same|same
short page|"kind":"short_page","n":1|same|same
objects again on the next page|"kind":"duplicate","n":3|same|same
link back to this page|"kind":"loop","times":1000|5,same|same,5
link to another host|"kind":"foreign_host","times":1000|5,same|same,5
no link|"kind":"drop_link","times":1000|3,same|same
first four objects missing|"kind":"hide","n":4,"times":1000|3,same|same,less
first object missing|"kind":"hide","n":1,"times":1000|3,same|same,less
first object missing, once|"kind":"hide","n":1|same|same,less
content type of a text|"kind":"content_type","type":"text/plain"|same|same
body of 100 MB|"kind":"huge","bytes":100000000,"times":1000|5|5
nested 100,000 deep|"kind":"deep","times":1000|5|5
redirect to another host|"kind":"redirect","location":"https://127.0.0.55:9/","times":1000|5|5
quota nearly used up|"kind":"limit","value":"1.1"|same|same
K
}

# What only a link to changes suffers; any of it may lead to reading everything anew.
delta_kinds() {
  cat <<'K'
410 with Location|"kind":"delta_gone"|same|
400, link older than 30 days|"kind":"delta_old"|same|
K
}

# What never ends by itself: a minute and more for each.
slow_kinds() {
  cat <<'K'
silence in the middle, once|"kind":"stall","ms":0|same|same
no answer, once|"kind":"silent","ms":0|same|same
500 for ever|"kind":"status","status":500,"times":1000|5|5
chunked body cut for ever|"kind":"cut","times":1000|5|5
JSON that breaks off for ever|"kind":"garbage","times":1000|5|5
connection reset for two minutes|"kind":"reset","times":9|same|same
K
}

# PATH NAME PAGES: where faults strike; `pages` of each kind of objects is told by an undisturbed run.
places() {
  local name path n
  for name in users groups contacts devices deletedUsers; do
    case $name in deletedUsers) path='deletedItems/microsoft.graph.user?' ;; *) path="/v1.0/$name?" ;; esac
    n=$(pages "$path")
    printf '%s|%s|early|1\n%s|%s|middle|%d\n%s|%s|last|%d\n' "$name" "$path" "$name" "$path" $(((n + 1) / 2)) "$name" "$path" "$n"
  done
  for name in organization domains roleAssignments roleEligibilityScheduleInstances roleDefinitions; do
    printf '%s|/%s|only|1\n' "$name" "$name"
  done
  printf 'synchronization|/v1.0/directory/onPremisesSynchronization|only|1\n'
}

# The changes of users come on three pages, those of groups on one.
changes() {
  local kind rule place want
  { kinds; delta_kinds; } | while IFS='|' read -r kind rule _; do
    want=same,3,4,5
    case $rule in
      *hide*) want=same,untold ;;
      *delta_*|*'"status":4'*|*'"status":5'*) want=same ;;
    esac
    for place in early:1 middle:2 last:3; do
      printf '%s\tchanges of users\t%s\t{%s,"path":"/users/delta","page":%d}\t%s\n' "$kind" "${place%:*}" "$rule" "${place#*:}" "$want"
    done
    printf '%s\tchanges of groups\tonly\t{%s,"path":"/groups/delta","page":1}\t%s\n' "$kind" "$rule" "$want"
  done
}

cases() {       # SOURCE-OF-KINDS
  local name path place page kind rule objects document want
  places | while IFS='|' read -r name path place page; do
    "$1" | while IFS='|' read -r kind rule objects document; do
      want=$objects
      [ "$place" != only ] || want=$document
      printf '%s\t%s\t%s\t{%s,"path":"%s","page":%d}\t%s\n' "$kind" "$name" "$place" "$rule" "$path" "$page" "$want"
    done
  done
}

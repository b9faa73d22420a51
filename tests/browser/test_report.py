#!/usr/bin/env python3
"""report.html in headless Chromium: what it shows against verdicts.ndjson, filters, search, deep links,
redaction, keyboard, print; no console error, no network request.

usage: test_report.py MAKE_REPORT [unittest arguments]"""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import devtools  # noqa: E402

MAKE = None
SKIPPED = 77
WHOLE_PAGE = 15_000_000  # bytes


def make(count, *more):
    folder = tempfile.mkdtemp(prefix="reanchor-page-")
    subprocess.run([MAKE, folder, str(count), *more], check=True)
    return folder


def verdicts(folder):
    with open(os.path.join(folder, "verdicts.ndjson"), encoding="utf-8") as f:
        lines = [json.loads(line) for line in f]
    return lines[:-1], lines[-1]


def link(v):
    return "#ad-" + v["ad"]["object_guid"] if v["ad"] else "#cloud-" + v["cloud"]["id"]


def url(folder, fragment=""):
    return "file://" + os.path.join(folder, "report.html") + fragment


def setUpModule():
    global browser, folder, rows, summary
    folder = make(400)
    rows, summary = verdicts(folder)
    browser = devtools.Browser()


def tearDownModule():
    browser.close()
    shutil.rmtree(folder)


class Page(unittest.TestCase):
    def setUp(self):
        browser.events.clear()
        browser.media()
        browser.open("about:blank")
        browser.open(url(folder))

    def tearDown(self):
        self.assertEqual(browser.complaints(), [])

    def set(self, control, value):
        browser.js(f"(()=>{{const e=document.getElementById({json.dumps(control)});"
                   f"e.value={json.dumps(value)};e.dispatchEvent(new Event('change'))}})()")

    def choose(self, control, text):
        """The option of a list whose text begins so."""
        found = browser.js(
            f"(()=>{{const e=document.getElementById({json.dumps(control)});"
            f"const o=[...e.options].find(o=>o.text.startsWith({json.dumps(text)}));"
            f"if(!o)return false;e.value=o.value;e.dispatchEvent(new Event('change'));return true}})()")
        self.assertTrue(found, text)

    def search(self, text):
        self.choose("f-group", "Everything")
        browser.js(f"document.getElementById('q').value={json.dumps(text)};"
                   "document.getElementById('filters').requestSubmit()")

    def status(self):
        return browser.js("document.getElementById('status').textContent")

    def count(self):
        m = re.match(r"([\d,]+) verdict", self.status())
        return int(m.group(1).replace(",", "")) if m else 0

    def codes(self):
        return browser.js("[...document.querySelectorAll('#rows .code')].map(b=>b.textContent)")

    def goto(self, fragment):
        browser.js(f"location.hash={json.dumps(fragment)};"
                   "new Promise(f=>setTimeout(()=>f(1)))")

    # ---- what it shows ----

    def test_the_gate_stands_first_with_its_reasons(self):
        self.assertEqual(browser.js("document.querySelector('h1').textContent"), "STOP")
        self.assertIn("STOP", browser.js("document.title"))
        reasons = browser.js("[...document.querySelectorAll('#gate-reasons li')].map(e=>e.textContent)")
        self.assertEqual(reasons[0], "would be deleted: 612; allowed are 500 and 5 % (GATE_MAX_DELETES 612)")

    def test_the_five_numbers_are_those_of_the_summary(self):
        by_class = collections.Counter()
        for v in rows:
            by_class[v["class"]] += 1
        shown = browser.js("[...document.querySelectorAll('#numbers b')].map(e=>Number(e.textContent.replace(/,/g,'')))")
        self.assertEqual(shown, [
            by_class["matched"], by_class["orphan"], by_class["new"],
            by_class["blocked"] + by_class["conflict"],
            by_class["takeover"] + by_class["soft"] + by_class["unknown"]])

    def test_flags_anchor_counts_sources_and_unknown_facts_are_there(self):
        text = browser.js("document.querySelector('main').innerText")
        for part in ("blockSoftMatchEnabled", "unknown, as on", "4,982", "4,310", "AD fabrikam",
                     "37 chains ended", "403 Authorization_RequestDenied", "This page carries personal data"):
            self.assertIn(part, text)

    def test_every_row_says_what_verdicts_ndjson_says(self):
        names = {"name": ("name", "name"), "kind": (None, "kind"), "UPN": ("upn", "upn"),
                 "primary SMTP": ("smtp", "smtp"), "anchor": ("anchor", "immutable_id"), "SID": ("sid", "sid"),
                 "objectGUID, bound to": ("object_guid", "object_identifier"),
                 "mS-DS-ConsistencyGuid": ("consistency_guid", None), "sAMAccountName": ("sam", None),
                 "DN": ("dn", None), "object id": (None, "id")}
        for v in rows:
            self.goto(link(v))
            got = browser.js("""(() => {
                const d = document.querySelector('#rows .detail');
                return d && {remedy: d.querySelector('.remedy').textContent,
                    code: d.previousElementSibling.querySelector('.code').textContent,
                    heads: [...d.querySelectorAll('.pair thead th')].slice(1).map(e => e.textContent),
                    pairs: [...d.querySelectorAll('.pair tbody tr')].map(r => [...r.children].map(c => c.textContent)),
                    terms: d.querySelector('.terms').textContent,
                    beside: d.previousElementSibling.lastElementChild.textContent} })()""")
            self.assertIsNotNone(got, link(v))
            self.assertEqual(got["remedy"], v["remedy"])
            self.assertEqual(got["code"], v["code"])
            sides = ["ad" if head.startswith("AD") else "cloud" for head in got["heads"]]
            for name, *values in got["pairs"]:
                pair = names.get(name.replace(" (differs)", ""))
                for side, value in zip(sides, values):
                    key = pair and pair[side == "cloud"]
                    if key:
                        self.assertEqual(None if value == "–" else value, v[side][key], (name, link(v)))
            for side in sides:
                shown = {names[n.replace(" (differs)", "")][side == "cloud"]
                         for n, *_ in got["pairs"] if n.replace(" (differs)", "") in names}
                for key, value in v[side].items():
                    if value is not None and key not in ("directory", "sync_enabled", "kind"):
                        self.assertIn(key, shown, link(v))
            for warning in v["warnings"]:
                self.assertIn(warning, got["beside"])
                self.assertIn(warning, got["terms"])
            if v["server_error"]:
                self.assertIn(v["server_error"], got["terms"])

    def test_the_steps_of_the_plan_are_listed(self):
        self.assertEqual(browser.js("document.getElementById('plan-count').textContent"), "3 steps, the first 2 of them here")
        rows = browser.js("[...document.querySelectorAll('#plan-steps tr')].map(r=>r.textContent)")
        self.assertIn("s000001ad.set_consistency_guid", rows[0])
        self.assertIn("nullto <b>iGhmiAEBERG7uxI0VniQqw==</b>", rows[0])
        self.assertIn("ANCHOR_DRIFTthen MATCH_HARD", rows[0])
        self.assertIn("the tenantblockSoftMatchEnabled=trueto blockSoftMatchEnabled=false", rows[1])
        self.assertEqual(browser.js("document.querySelector('#plan-steps a').getAttribute('href')"),
                         "#ad-30475e40-e7ae-4af3-af75-8b143c81daf5")

    def test_names_are_text_and_never_markup(self):
        self.assertEqual(browser.js("document.images.length + document.querySelectorAll('iframe,object').length"), 0)
        self.search("onerror")
        self.assertEqual(self.count(), 1)
        self.assertIn("</script><img src=x onerror=window.hit=1>",
                      browser.js("document.querySelector('#rows tr').textContent"))
        self.assertFalse(browser.js("'hit' in window"))

    def test_nothing_is_fetched(self):
        self.goto(link(rows[5]))
        self.search("anna")
        self.assertEqual([r for r in browser.requests() if not r.startswith(("about:", url(folder)))], [])
        with open(os.path.join(folder, "report.html"), encoding="utf-8") as f:
            page = f.read()
        self.assertNotRegex(page, r"(?i)<(link|script|img|iframe)[^>]+(src|href)=.?https?:")
        self.assertIn("default-src 'none'", page)

    # ---- filters and search ----

    def test_findings_are_what_is_shown_first(self):
        quiet = ("skipped", "cloud")
        want = sum(1 for v in rows if v["class"] not in quiet and
                   (v["class"] != "matched" or set(v["warnings"]) - {"NEEDS_STAMP"}))
        self.assertEqual(self.count(), want)
        self.assertEqual(self.codes()[0], "ORPHAN")

    def test_each_code_can_be_chosen_and_gives_its_own_rows(self):
        counts = collections.Counter(v["code"] for v in rows)
        for code, n in counts.items():
            self.choose("f-code", code + " (")
            self.assertEqual(self.count(), n, code)
            self.assertEqual(set(self.codes()), {code})

    def test_kind_and_warning_narrow_the_rows_further(self):
        self.choose("f-group", "Everything")
        self.choose("f-kind", "group")
        self.assertEqual(self.count(), sum(1 for v in rows if v["kind"] == "group"))
        browser.js("document.getElementById('reset').click()")
        self.choose("f-group", "Everything")
        self.choose("f-warning", "WARN_RENAMED")
        self.assertEqual(self.count(), sum(1 for v in rows if "WARN_RENAMED" in v["warnings"]))

    def test_a_number_filters_to_its_rows(self):
        browser.js("document.querySelector('#numbers [data-group=deleted]').click()")
        self.assertEqual(set(self.codes()), {"ORPHAN"})
        self.assertEqual(browser.js("document.querySelector('#numbers [aria-pressed=true]').dataset.group"), "deleted")

    def test_search_finds_names_addresses_identifiers_and_dns(self):
        both = next(v for v in rows if v["code"] == "BLOCK_ROLE")
        orphan = next(v for v in rows if v["code"] == "ORPHAN")
        for text in (both["ad"]["upn"].upper(), both["ad"]["dn"], both["ad"]["object_guid"],
                     "{" + both["cloud"]["id"].upper() + "}", both["ad"]["object_guid"][:13],
                     both["cloud"]["immutable_id"], both["ad"]["anchor"], orphan["cloud"]["id"],
                     orphan["cloud"]["smtp"]):
            self.search(text)
            self.assertEqual(self.count(), 1, text)
        self.search(both["ad"]["sid"] + "9")
        self.assertEqual(self.count(), 0)
        name = both["ad"]["name"].lower()
        self.search(name)
        want = sum(1 for v in rows if all(
            any(w in (v[s] or {}).get(k, "").lower() for s in ("ad", "cloud") for k in ("name", "dn", "upn", "smtp")
                if (v[s] or {}).get(k)) for w in name.split()))
        self.assertEqual(self.count(), want)
        self.search("no such person")
        self.assertEqual(self.status(), "Nothing matches these filters.")

    def test_pages_turn_and_show_every_row_once(self):
        self.choose("f-group", "Everything")
        seen = []
        for _ in range(4):
            seen += browser.js("[...document.querySelectorAll('#rows .row')].map(r=>r.dataset.index)")
            browser.js("document.getElementById('next').click()")
        self.assertEqual(len(set(seen)), 400)
        self.assertTrue(browser.js("document.getElementById('next').disabled"))

    # ---- links, keyboard, labels ----

    def test_a_deep_link_opens_its_verdict_in_view_and_focused(self):
        v = [v for v in rows if v["class"] == "skipped"][-1]
        browser.open("about:blank")
        browser.open(url(folder, link(v)))
        self.assertEqual(browser.js("document.activeElement.textContent"), v["code"])
        self.assertEqual(browser.js("document.activeElement.getAttribute('aria-expanded')"), "true")
        self.assertTrue(browser.js("(()=>{const b=document.activeElement.getBoundingClientRect();"
                                   "return b.top>=0&&b.bottom<=innerHeight})()"))
        self.assertEqual(browser.js("document.querySelector('.detail .terms a').getAttribute('href')"), link(v))

    def test_a_link_to_what_is_not_on_the_page_says_where_to_look(self):
        self.goto("#ad-00000000-0000-0000-0000-00000000dead")
        self.assertEqual(self.status(), "The linked verdict is not on this page: look it up in verdicts.csv.")

    def test_the_keyboard_alone_searches_opens_and_closes(self):
        browser.js("document.body.focus()")
        browser.key("/", "/")
        self.assertEqual(browser.js("document.activeElement.id"), "q")
        browser.type("user000340")
        browser.key("Enter", "\r")
        self.assertEqual(self.count(), 1)
        browser.js("document.querySelector('#rows .code').focus()")
        browser.key("Enter", "\r")
        self.assertEqual(browser.js("document.querySelector('#rows .code').getAttribute('aria-expanded')"), "true")
        self.assertEqual(browser.js("document.getElementById(document.querySelector('#rows .code')"
                                    ".getAttribute('aria-controls')).className"), "detail")
        browser.key("Enter", "\r")
        self.assertIsNone(browser.js("document.querySelector('.detail')"))
        browser.js("document.getElementById('q').focus()")
        browser.key("Escape")
        self.assertEqual(browser.js("document.getElementById('q').value"), "")
        self.assertGreater(self.count(), 1)

    def test_every_control_has_a_name_for_a_screen_reader(self):
        browser.js("document.querySelector('#rows .code').click()")
        tree = browser.call("Accessibility.getFullAXTree")["nodes"]
        controls = [n for n in tree if not n.get("ignored") and n.get("role", {}).get("value") in
                    ("button", "searchbox", "combobox", "link", "table", "navigation", "search")]
        self.assertGreater(len(controls), 100)
        for n in controls:
            self.assertTrue(n.get("name", {}).get("value"), n)

    def test_text_is_legible_in_light_and_in_dark(self):
        for scheme in ("light", "dark"):
            browser.media(prefers_color_scheme=scheme)
            pairs = browser.js("""(() => {
                const css = getComputedStyle(document.documentElement);
                const rgb = (name) => { const e = document.createElement('i'); e.style.color = `var(${name})`;
                    document.body.append(e); const c = getComputedStyle(e).color.match(/[\\d.]+/g).map(Number); e.remove(); return c; };
                return [['--ink','--paper'],['--ink','--soft'],['--ink','--mark'],['--quiet','--paper'],['--quiet','--soft'],
                    ['--link','--soft'],['--red','--sheet'],['--amber','--sheet'],['--amber','--mark'],['--on-gate','--stop'],
                    ['--on-gate','--action'],['--on-gate','--safe']].map(([a, b]) => [a, b, rgb(a), rgb(b)]); })()""")
            for text, ground, a, b in pairs:
                self.assertGreaterEqual(contrast(a, b), 4.5, (scheme, text, ground))

    def test_the_page_is_as_wide_as_its_window_whatever_the_names(self):
        long = "N" * 200
        browser.js("document.querySelector('#rows .code').click()")
        for place in ("#made", "#gate-reasons li", "#notes li", "#rows .remedy", "#rows .pair td"):
            self.assertTrue(browser.js(f"(()=>{{const e=document.querySelector({json.dumps(place)});"
                                       f"if(e)e.textContent={json.dumps(long)};return !!e}})()"), place)
        try:
            for width in (1280, 360):
                browser.call("Emulation.setDeviceMetricsOverride", width=width, height=800, deviceScaleFactor=1, mobile=False)
                self.assertEqual(browser.js("document.documentElement.scrollWidth"), width)
        finally:
            browser.call("Emulation.clearDeviceMetricsOverride")

    # ---- print, size, redaction ----

    def test_print_shows_the_filtered_rows_with_their_remedies_and_no_controls(self):
        self.choose("f-code", "ANCHOR_DRIFT (")
        browser.js("dispatchEvent(new Event('beforeprint'))")
        browser.media(media="print")
        drift = [v for v in rows if v["code"] == "ANCHOR_DRIFT"]
        self.assertEqual(browser.js("document.querySelectorAll('#print article').length"), len(drift))
        text = browser.js("document.getElementById('print').innerText")
        for v in drift:
            self.assertIn(v["remedy"], text)
        for hidden in ("filters", "pager", "status", "table"):
            self.assertEqual(browser.js(f"document.getElementById('{hidden}').getClientRects().length"), 0)
        browser.media()
        browser.js("dispatchEvent(new Event('afterprint'))")
        self.assertEqual(browser.js("document.getElementById('print').childElementCount"), 0)
        self.assertEqual(browser.pdf()[:5], b"%PDF-")

    def test_redaction_leaves_no_name_or_address_and_repeats_its_tokens(self):
        first, second = make(400, "redact"), make(400, "redact")
        try:
            with open(os.path.join(first, "report.html"), encoding="utf-8") as f:
                page = f.read()
            with open(os.path.join(second, "report.html"), encoding="utf-8") as f:
                self.assertEqual(page, f.read())
            for v in rows:
                for side in ("ad", "cloud"):
                    for key in ("dn", "upn", "smtp", "sam", "name"):
                        value = (v[side] or {}).get(key)
                        if value and len(value) > 4:
                            self.assertNotIn(value, page)
            for part in ("contoso.com", "Contoso Ltd", "OU=People"):
                self.assertNotIn(part, page)
            browser.open("about:blank")
            v = next(v for v in rows if v["code"] == "BLOCK_ROLE")
            browser.open(url(first, link(v)))
            text = browser.js("document.querySelector('.detail').innerText")
            self.assertRegex(text, r"n-[a-z0-9]{10}@d-[a-z0-9]{10} fails with InvalidHardMatch")
            self.assertIn(v["ad"]["object_guid"], text)
            self.assertIn("replaced by tokens", browser.js("document.getElementById('personal').textContent"))
        finally:
            shutil.rmtree(first)
            shutil.rmtree(second)

    def test_an_organisation_without_a_verdict_is_a_page_too(self):
        empty = make(0)
        try:
            browser.open("about:blank")
            browser.open(url(empty))
            self.assertEqual(self.status(), "Nothing matches these filters.")
            self.goto("#ad-00000000-0000-0000-0000-000000000001")
            self.assertIn("not on this page", self.status())
        finally:
            shutil.rmtree(empty)

    def test_a_hundred_thousand_findings_fit_the_page_and_can_be_searched(self):
        big = make(100_000)
        try:
            size = os.path.getsize(os.path.join(big, "report.html"))
            self.assertLess(size, WHOLE_PAGE)
            browser.open("about:blank")
            browser.open(url(big))
            notes = browser.js("document.getElementById('notes').textContent")
            shown = int(re.search(r"([\d,]+) of 100,000 verdicts are on this page", notes).group(1).replace(",", ""))
            self.assertGreater(shown, 90_000)
            took = browser.js("(()=>{const t=performance.now();document.getElementById('q').value='user000340';"
                              "document.getElementById('filters').requestSubmit();return performance.now()-t})()")
            self.assertEqual(self.count(), 1)
            again = browser.js("(()=>{const t=performance.now();document.getElementById('q').value='anna';"
                               "document.getElementById('filters').requestSubmit();return performance.now()-t})()")
            self.assertGreater(self.count(), 1000)
            print(f"\n100,000 findings: {size:,} bytes, {shown:,} rows, first search {took:.0f} ms, next {again:.0f} ms")
        finally:
            shutil.rmtree(big)


def contrast(a, b):
    def luminance(c):
        parts = [x / 255 for x in c[:3]]
        parts = [x / 12.92 if x <= 0.03928 else ((x + 0.055) / 1.055) ** 2.4 for x in parts]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


if __name__ == "__main__":
    if not devtools.find():
        print("no chromium here: apt-get install chromium")
        sys.exit(SKIPPED)
    MAKE = os.path.abspath(sys.argv.pop(1))
    unittest.main(verbosity=2)

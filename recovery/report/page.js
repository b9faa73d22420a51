"use strict";
// Shows the data that stand in this page. Nothing is loaded, and what comes from a directory is put on
// the page as text, never as markup. The form of the data: page_data.c.
(function () {
  const D = JSON.parse(document.getElementById("data").textContent);
  const S = D.summary;
  const PAGE = 100, PRINTED = 500;
  const $ = (id) => document.getElementById(id);

  function h(tag, attributes, ...children) {
    const e = document.createElement(tag);
    for (const [k, v] of Object.entries(attributes || {})) {
      if (k === "class") e.className = v;
      else if (k.startsWith("on")) e.addEventListener(k.slice(2), v);
      else if (v !== null && v !== false) e.setAttribute(k, v === true ? "" : v);
    }
    e.append(...children.filter((c) => c !== null && c !== undefined && c !== ""));
    return e;
  }
  const number = (n) => n.toLocaleString("en-US");
  const percent = (part, all) => (all ? (100 * part) / all : 0);

  // ---- the rows ----

  const columns = {};
  function cells(name) {
    if (!columns[name]) columns[name] = D.shown ? D[name].split("|") : [];
    return columns[name];
  }
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const digit = {};
  for (let i = 0; i < 64; i++) digit[letters[i]] = i;
  const narrow = (name, i) => digit[D[name][i]];
  const plain = (s) => (s.includes("\u0002") ? s.replaceAll("\u0002", "|") : s);
  const inDictionary = (name, digits) => D[name][parseInt(digits, 36)] || "";

  const order = [3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15]; // LDAP's bytes as text has them
  const sixBits = new Uint8Array(128);
  [..."ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"].forEach((c, i) => (sixBits[c.charCodeAt(0)] = i));
  const hexOf = Array.from({ length: 256 }, (_, i) => i.toString(16).padStart(2, "0"));
  const room = new Uint8Array(16);
  function guidText(base64) {
    for (let i = 0, at = 0, bits = 0, have = 0; at < 16; i++) {
      bits = ((bits << 6) | sixBits[base64.charCodeAt(i)]) & 0xffff;
      have += 6;
      if (have >= 8) room[at++] = (bits >> (have -= 8)) & 255;
    }
    let text = "";
    for (let i = 0; i < 16; i++) text += (i === 4 || i === 6 || i === 8 || i === 10 ? "-" : "") + hexOf[room[order[i]]];
    return text;
  }
  function guidBase64(text) {
    const hex = text.replaceAll(/[-{}]/g, "");
    let bytes = "";
    for (const at of order) bytes += String.fromCharCode(parseInt(hex.substr(2 * at, 2), 16));
    return btoa(bytes).slice(0, 22);
  }
  const literal = (c) => plain(c.slice(1));
  const asGuid = (c) => (c === "" ? null : c[0] === "~" ? literal(c) : guidText(c));
  const asAnchor = (c) => (c === "" ? null : c[0] === "~" ? literal(c) : c + "==");
  const asText = (c) => (c === "" ? null : c[0] === "~" ? literal(c) : plain(c));
  function asMail(c) {
    if (c === "") return null;
    if (c[0] === "~") return literal(c);
    const at = c.lastIndexOf("@");
    return plain(c.slice(0, at + 1)) + inDictionary("domains", c.slice(at + 1));
  }
  function asSid(c) {
    if (c === "") return null;
    if (c[0] === "~") return literal(c);
    const dot = c.indexOf(".");
    return inDictionary("sids", dot < 0 ? "0" : c.slice(0, dot)) + "-" + c.slice(dot + 1);
  }
  function rdnEnd(dn) {
    let quoted = false;
    for (let i = 0; i < dn.length; i++) {
      if (dn[i] === "\\") i++;
      else if (dn[i] === '"') quoted = !quoted;
      else if (dn[i] === "," && !quoted) return i;
    }
    return dn.length;
  }

  function texts(i) { // the fields that are searched as text
    const r = {};
    const rdn = cells("rdn")[i], parent = cells("parent")[i];
    const first = rdn === "" ? "" : rdn[0] === "~" ? literal(rdn) : "CN=" + plain(rdn);
    r.dn = first === "" ? null : parent === "" ? first : first + "," + inDictionary("parents", parent);
    const pick = (name, decode, same, same2) => {
      const c = cells(name)[i];
      return c === "=" ? same() : c === "+" ? same2() : decode(c);
    };
    r.upn = asMail(cells("upn")[i]);
    r.smtp = pick("smtp", asMail, () => r.upn);
    r.sam = pick("sam", asText, () => r.upn.slice(0, r.upn.lastIndexOf("@")));
    r.name = pick("name", asText, () => r.dn.slice(3, rdnEnd(r.dn)));
    r.cloudUpn = pick("cloudUpn", asMail, () => r.upn);
    r.cloudSmtp = pick("cloudSmtp", asMail, () => r.smtp, () => r.cloudUpn);
    r.cloudName = pick("cloudName", asText, () => r.name);
    return r;
  }

  const list = (name, dictionary, i) => {
    const c = cells(name)[i];
    return c === "" ? [] : inDictionary(dictionary, c).split(",").map(Number);
  };
  const isAd = (i) => cells("guid")[i] !== "";
  const codeOf = (i) => D.codes[narrow("code", i)];

  function row(i) {
    const r = texts(i);
    const pick = (name, decode, same, same2) => {
      const c = cells(name)[i];
      return c === "=" ? same() : c === "+" ? same2() : decode(c);
    };
    r.index = i;
    r.code = codeOf(i);
    r.kind = D.kinds[narrow("kind", i)];
    r.confidence = D.confidences[narrow("confidence", i)];
    r.cause = D.causes[narrow("cause", i)];
    r.tableRow = narrow("row", i);
    r.synced = [null, null, false, true][narrow("synced", i)];
    r.hasCloud = narrow("synced", i) > 0;
    r.hasAd = isAd(i);
    const kind = narrow("cloudKind", i);
    r.cloudKind = kind ? D.kinds[kind - 1] : null;
    r.directory = r.hasAd ? inDictionary("directories", cells("directory")[i]) : null;
    r.guid = asGuid(cells("guid")[i]);
    r.consistency = pick("consistency", asGuid, () => r.guid);
    const anchorOf = (c) => (c[0] === "~" ? null : c + "==");
    r.anchor = pick("anchor", asAnchor, () => anchorOf(cells("guid")[i]), () => {
      const c = cells("consistency")[i];
      return anchorOf(c === "=" ? cells("guid")[i] : c);
    });
    r.sid = asSid(cells("sid")[i]);
    r.cloudId = asGuid(cells("cloudId")[i]);
    r.cloudImmutable = pick("cloudImmutable", asAnchor, () => r.anchor);
    r.cloudSid = pick("cloudSid", asSid, () => r.sid);
    r.cloudOoi = pick("cloudOoi", asGuid, () => r.guid);
    r.warnings = list("warnings", "warningSets", i).map((w) => D.warningNames[w]);
    r.blocks = list("blocks", "blockSets", i).map((b) => D.codes[b]);
    return r;
  }

  const who = (r) => r.upn || r.smtp || r.name || r.sam || r.dn;
  const peer = (r) => r.cloudUpn || r.cloudSmtp || r.cloudName || r.cloudId;
  function immutableGuid(r) {
    const m = /^[A-Za-z0-9+/]{21}[AQgw]==$/.exec(r.cloudImmutable || "");
    return m ? guidText(m[0].slice(0, 22)) : null;
  }
  const sync = { group: "Group-", contact: "Contacts-" };
  const places = {
    dn: (r) => r.dn, guid: (r) => r.guid, anchor: (r) => r.anchor, sid: (r) => r.sid,
    upn: (r) => r.upn, smtp: (r) => r.smtp, "c.id": (r) => r.cloudId, "c.kind": (r) => r.cloudKind,
    "c.upn": (r) => r.cloudUpn, "c.sid": (r) => r.cloudSid, "c.imm": (r) => r.cloudImmutable,
    "c.ooi": (r) => r.cloudOoi, who: who, peer: peer, kind: (r) => r.kind,
    cause: (r) => r.cause.meaning, attribute: () => D.anchorAttribute, imm_guid: immutableGuid,
    soa_permission: (r) => (sync[r.cloudKind] || "User-") + "OnPremisesSyncBehavior.ReadWrite.All",
  };
  const remedy = (r) =>
    list("pieces", "pieceSets", r.index)
      .map((p) => D.remedies[p].replaceAll(/\{([a-z_.]+)\}/g, (all, name) =>
        places[name] ? places[name](r) || "(none)" : all))
      .join(" ");

  // ---- groups, filters, search ----

  const groupOf = {
    matched: "rejoin", takeover: "decision", soft: "decision", unknown: "decision", new: "created",
    blocked: "blocked", conflict: "blocked", orphan: "deleted", skipped: "skipped", cloud: "cloud",
  };
  const harmless = D.warningNames.findIndex((w) => w.name === "NEEDS_STAMP");
  const warned = (i) => list("warnings", "warningSets", i).some((w) => w !== harmless);
  const inGroup = {
    findings: (i) => {
      const g = groupOf[codeOf(i).class];
      return g === "rejoin" ? warned(i) : g !== "skipped" && g !== "cloud";
    },
    warned: warned,
    all: () => true,
  };
  for (const g of ["rejoin", "deleted", "created", "blocked", "decision", "skipped", "cloud"])
    inGroup[g] = (i) => groupOf[codeOf(i).class] === g;
  const groupNames = [
    ["findings", "Findings"], ["deleted", "Would be deleted"], ["created", "Would be created"],
    ["blocked", "Blocked or in conflict"], ["decision", "Need a decision"], ["warned", "With a warning"],
    ["rejoin", "Re-join"], ["skipped", "Not synced"], ["cloud", "Stale anchors"], ["all", "Everything"],
  ];

  // What is searched is made from the cells as they stand: what repeats another cell adds nothing, and a
  // DN's parent is looked for in the dictionary.
  const hay = [], ids = [];
  const words = ["rdn", "name", "sam", "cloudName"].map(cells);
  const mails = ["upn", "smtp", "cloudUpn", "cloudSmtp"].map(cells);
  function haystack(i) {
    if (hay[i] !== undefined) return hay[i];
    let text = "";
    for (const column of words) if (column[i].length > 1) text += column[i] + "\n";
    for (const column of mails) if (column[i].length > 1) text += asMail(column[i]) + "\n";
    return (hay[i] = plain(text).toLowerCase());
  }
  const guids = ["guid", "consistency", "anchor", "cloudId", "cloudImmutable", "cloudOoi"];
  function identifiers(i) {
    if (ids[i] !== undefined) return ids[i];
    let text = "";
    for (const name of guids) {
      const c = cells(name)[i];
      if (c.length > 1) text += (c[0] === "~" ? literal(c) : guidText(c)) + "\n";
    }
    return (ids[i] = text.toLowerCase());
  }
  const sids = (i) => [cells("sid")[i], cells("cloudSid")[i]].map((c) => (c.length > 1 ? asSid(c) : "")).join("\n").toLowerCase();
  // Which of the dictionary's parents contain the text: then so does the DN of a row below them.
  function parentsWith(text) {
    const has = D.parents.map((p) => (p || "").toLowerCase().includes(text));
    const some = has.includes(true);
    return (i) => some && cells("parent")[i] !== "" && has[parseInt(cells("parent")[i], 36)];
  }
  const hasExactly = (i, c) => guids.some((name) => cells(name)[i] === c);

  // What a search text may be: an anchor or GUID as a whole, the beginning of an identifier, or words.
  function searcher(q) {
    const text = q.trim(), low = text.toLowerCase();
    if (low === "") return () => true;
    if (/^[A-Za-z0-9+/]{22}==$/.test(text)) return (i) => hasExactly(i, text.slice(0, 22));
    if (/^\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?$/.test(low)) {
      const c = guidBase64(low);
      return (i) => hasExactly(i, c) || haystack(i).includes(low);
    }
    if (/^s-1-[0-9-]*$/.test(low)) return (i) => sids(i).includes(low);
    if (/^[a-z]+=.*,/.test(low)) return (i) => (texts(i).dn || "").toLowerCase().includes(low);
    if (/^[0-9a-f-]{4,}$/.test(low)) return (i) => haystack(i).includes(low) || identifiers(i).includes(low);
    const each = low.split(/\s+/).map((word) => [word, parentsWith(word)]);
    return (i) => each.every(([word, below]) => haystack(i).includes(word) || below(i)) ||
      cells("anchor")[i] === "~" + text || cells("cloudImmutable")[i] === "~" + text;
  }

  let found = [], page = 0, open = null;

  function filter() {
    const group = inGroup[$("f-group").value], code = $("f-code").value, kind = $("f-kind").value;
    const warning = $("f-warning").value, directory = $("f-directory").value;
    const matches = searcher($("q").value);
    found = [];
    for (let i = 0; i < D.shown; i++) {
      if (!group(i)) continue;
      if (code !== "" && D.code[i] !== code) continue;
      if (kind !== "" && D.kind[i] !== kind) continue;
      if (warning !== "" && !list("warnings", "warningSets", i).includes(Number(warning))) continue;
      if (directory !== "" && cells("directory")[i] !== directory) continue;
      if (matches(i)) found.push(i);
    }
    page = 0;
    open = null;
    for (const b of document.querySelectorAll("#numbers button"))
      b.setAttribute("aria-pressed", String(b.dataset.group === $("f-group").value));
    render();
  }

  // ---- the table ----

  const link = (r) => {
    const base = r.hasAd ? "ad-" + r.guid : "cloud-" + r.cloudId;
    const nth = twins(r.index);
    return "#" + encodeURIComponent(nth > 1 ? base + "." + nth : base);
  };
  // One objectGUID may stand in two directories: which of its rows, counted from 1, this one is.
  function twins(i) {
    const name = isAd(i) ? "guid" : "cloudId", c = cells(name)[i];
    let n = 1;
    for (let j = cells(name).indexOf(c); j >= 0 && j < i; j = cells(name).indexOf(c, j + 1))
      if (isAd(j) === isAd(i)) n++;
    return n;
  }
  const synced = (r) => (r.synced ? "synced" : "not synced");
  const dirs = D.directories.length > 1;

  function adCell(r) {
    if (!r.hasAd) return h("td", { class: "quiet" }, "nothing claims it");
    return h("td", {}, who(r),
      h("small", {}, r.kind + (dirs ? ", " + r.directory : "") + (r.name && r.name !== who(r) ? ", " + r.name : "")));
  }
  function cloudCell(r) {
    if (!r.hasCloud) return h("td", { class: "quiet" }, "no object");
    return h("td", {}, peer(r),
      h("small", {}, r.cloudKind + ", " + synced(r) + (r.cloudName && r.cloudName !== peer(r) ? ", " + r.cloudName : "")));
  }
  function besideCell(r) {
    const bad = new Set(["WARN_CROSS", "WARN_SID", "WARN_HELD"]);
    return h("td", {}, r.cause.name && h("small", {}, r.cause.name), r.code.error && h("small", {}, r.code.error),
      ...r.blocks.filter((b) => b.name !== r.code.name).map((b) => h("span", { class: "tag" }, b.name)),
      ...r.warnings.map((w) => h("span", { class: "tag" + (bad.has(w.name) ? " bad" : "") }, w.name)));
  }

  const compared = [
    ["name", "name", "cloudName", true], ["kind", "kind", "cloudKind", false], ["UPN", "upn", "cloudUpn", true],
    ["primary SMTP", "smtp", "cloudSmtp", true], ["anchor", "anchor", "cloudImmutable", "user"],
    ["SID", "sid", "cloudSid", true], ["objectGUID, bound to", "guid", "cloudOoi", true],
    ["mS-DS-ConsistencyGuid", "consistency", null, false], ["sAMAccountName", "sam", null, false],
    ["DN", "dn", null, false], ["object id", null, "cloudId", false],
  ];
  const prose = new Set(["name", "kind"]);
  function pairTable(r) {
    const body = h("tbody", {});
    const line = (name, ad, cloud, differs) => {
      const value = (v) => v ? h("td", { class: prose.has(name) ? "" : "mono" }, v) : h("td", { class: "null" }, "–");
      body.append(h("tr", { class: differs ? "differs" : "" },
        h("th", { scope: "row" }, name, differs ? h("span", { class: "sr" }, " (differs)") : ""),
        r.hasAd ? value(ad) : "", r.hasCloud ? value(cloud) : ""));
    };
    for (const [name, a, c, both] of compared) {
      const ad = r.hasAd && a ? r[a] : null, cloud = r.hasCloud && c ? r[c] : null;
      const comparable = ad && cloud && (both === "user" ? r.kind === "user" : both);
      const same = both === "user" ? ad === cloud : comparable && ad.toLowerCase() === cloud.toLowerCase();
      if (ad || cloud) line(name, ad, cloud, comparable && !same);
    }
    if (r.hasCloud) line("synced", null, r.synced ? "yes" : "no", false);
    return h("table", { class: "pair", "aria-label": "Attributes" },
      h("thead", {}, h("tr", {}, h("th", { scope: "col" }, h("span", { class: "sr" }, "attribute")),
        r.hasAd ? h("th", { scope: "col" }, dirs ? "AD " + r.directory : "AD") : "",
        r.hasCloud ? h("th", { scope: "col" }, "Entra ID") : "")), body);
  }
  function terms(r) {
    const dl = h("dl", { class: "terms" });
    const add = (t, ...d) => dl.append(h("dt", {}, t), h("dd", {}, ...d));
    add("Verdict", r.code.name + ", " + r.code.meaning);
    if (r.cause.name) add("Cause", r.cause.name + ", " + r.cause.meaning);
    if (r.code.error) add("Server error", h("code", {}, r.code.error));
    if (r.blocks.length > 1) for (const b of r.blocks) add("In the way", b.name + ", " + b.meaning);
    for (const w of r.warnings) add("Warning", w.name + ", " + w.meaning);
    add("Confidence", r.confidence + (r.tableRow ? ", row " + r.tableRow + " of the decision table" : ""));
    add("More", h("code", {}, "reanchor show " + (r.hasAd ? r.guid : r.cloudId)));
    add("Link", h("a", { href: link(r) }, "to this verdict"));
    return dl;
  }
  function detail(r, id) {
    return h("tr", { class: "detail", id: id }, h("td", { colspan: "4" },
      h("p", { class: "remedy" }, remedy(r)), h("h3", {}, r.hasAd && r.hasCloud ? "Both sides" : "The object"), pairTable(r), h("h3", {}, "Why"), terms(r)));
  }

  function toggle(i, tr, button) {
    const was = open === i;
    const old = document.querySelector("#rows .detail");
    if (old) {
      old.previousElementSibling.classList.remove("open");
      old.previousElementSibling.querySelector("button").setAttribute("aria-expanded", "false");
      old.remove();
    }
    open = was ? null : i;
    if (was) return;
    tr.after(detail(row(i), "d" + i));
    tr.classList.add("open");
    button.setAttribute("aria-expanded", "true");
  }
  function tableRow(i) {
    const r = row(i);
    const crossed = r.warnings.some((w) => w.name === "WARN_CROSS");
    const mind = crossed ? " crossed" : r.code.class === "matched" && warned(i) ? " warned" : "";
    const button = h("button", { class: "code " + r.code.class + mind, type: "button", "aria-expanded": "false", "aria-controls": "d" + i }, r.code.name);
    const tr = h("tr", { class: "row", "data-index": String(i) }, h("th", { scope: "row" }, button), adCell(r), cloudCell(r), besideCell(r));
    tr.addEventListener("click", (e) => {
      if (!String(getSelection())) toggle(i, tr, button);
      e.stopPropagation();
    });
    return tr;
  }

  function render() {
    const pages = Math.max(1, Math.ceil(found.length / PAGE));
    $("rows").replaceChildren(...found.slice(page * PAGE, page * PAGE + PAGE).map(tableRow));
    $("status").textContent = found.length === 0 ? "Nothing matches these filters."
      : number(found.length) + (found.length === 1 ? " verdict" : " verdicts") +
        (pages > 1 ? ", " + number(page * PAGE + 1) + " to " + number(Math.min(found.length, page * PAGE + PAGE)) + " shown" : "");
    $("page").textContent = "Page " + number(page + 1) + " of " + number(pages);
    $("pager").hidden = pages === 1;
    $("previous").disabled = page === 0;
    $("next").disabled = page + 1 >= pages;
  }

  // ---- deep links ----

  function fromHash() {
    const m = /^#(ad|cloud)-(.+?)(?:\.(\d+))?$/.exec(decodeURIComponent(location.hash));
    if (!m) return;
    const name = m[1] === "ad" ? "guid" : "cloudId";
    const c = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/.test(m[2]) ? guidBase64(m[2]) : "~" + m[2];
    let left = Number(m[3] || 1), at = -1;
    for (let j = cells(name).indexOf(c); j >= 0; j = cells(name).indexOf(c, j + 1))
      if (isAd(j) === (m[1] === "ad") && --left === 0) { at = j; break; }
    if (at < 0) {
      $("status").textContent = "The linked verdict is not on this page: look it up in verdicts.csv.";
      return;
    }
    if (!found.includes(at)) { reset(); $("f-group").value = "all"; filter(); }
    page = Math.floor(found.indexOf(at) / PAGE);
    open = null;
    render();
    const tr = document.querySelector('#rows [data-index="' + at + '"]'), button = tr.querySelector("button");
    toggle(at, tr, button);
    tr.scrollIntoView({ block: "center" });
    button.focus({ preventScroll: true });
  }

  // ---- what stands above the table ----

  function gate() {
    const sentence = {
      STOP: "Do not start the sync server.",
      ACTION: "Settle what is listed before the first sync.",
      SAFE: "Every object in scope re-joins: nothing is created, nothing is deleted.",
    };
    document.title = S.gate + " – reanchor report" + (D.tenantName ? " – " + D.tenantName : "");
    $("gate").classList.add(S.gate);
    $("gate-word").textContent = S.gate;
    $("gate-sentence").textContent = sentence[S.gate];
    const reasons = D.stopReasons.slice();
    if (S.gate === "SAFE") reasons.push(number(S.matched_unseen) + " of them were matched without a visible anchor.");
    $("gate-reasons").append(...reasons.map((r) => h("li", {}, r)));
    $("made").textContent = [D.tenantName, "tenant " + S.tenant.id, "made " + D.made.replace("T", " ").replace("Z", " UTC")]
      .filter(Boolean).join(" · ");
  }

  function numbers() {
    const inClass = (c) => D.codes.reduce((n, code) => n + (code.class === c ? S.counts[code.name] || 0 : 0), 0);
    const n = D.numbers;
    const cards = [
      ["rejoin", n[0], "re-join", S.matched_unseen ? number(S.matched_unseen) + " without a visible anchor" : ""],
      ["deleted", n[1], "would be deleted", n[1] ? S.deletes.percent + " % of what is synced, " + number(S.deletes.hard) + " for good" : ""],
      ["created", n[2], "would be created", ""],
      ["blocked", n[3], "blocked or in conflict", n[3] ? number(inClass("blocked")) + " blocked, " + number(inClass("conflict")) + " in conflict" : ""],
      ["decision", n[4], "need a decision", n[4] ? number(inClass("takeover")) + " takeovers, " + number(inClass("soft")) + " soft matches, " + number(inClass("unknown")) + " unknown" : ""],
    ];
    const colours = { deleted: "bad", blocked: "bad", created: "mind", decision: "mind" };
    $("numbers").append(...cards.map(([group, value, what, more]) => h("li", {}, h("button", {
      type: "button", "data-group": group, class: value ? colours[group] : "", "aria-pressed": "false",
      onclick: () => { reset(); $("f-group").value = group; filter(); $("findings").scrollIntoView(); $("findings").focus({ preventScroll: true }); },
    }, h("b", {}, number(value)), h("span", {}, what), more ? h("small", {}, more) : ""))));
    $("beside").textContent = "Beside these: " + number(n[5]) + " out of scope or managed by the cloud, " + number(n[6]) +
      " in the cloud alone, " + number(S.deleted_unclaimed) + " deleted users that nothing claims.";
    $("personal").append(...(D.redacted
      ? ["Names and addresses are replaced by tokens: one value has one token in every report of this tenant. Identifiers are real."]
      : ["This page carries personal data: names, addresses and identifiers of everyone listed. Keep and share it like the directory itself; ",
        h("code", { class: "nowrap" }, "--redact"), " makes one with tokens."]));
  }

  function anchor() {
    const a = S.anchor;
    const how = a.undetermined ? "Undetermined: the best of the candidates was used to compute the verdicts."
      : a.weak ? "Configured, but weak: it explains too few of the anchors in the cloud."
      : a.configured === "auto" ? "Found by what the cloud holds." : "As configured.";
    const best = Object.entries(a.candidates).map(([name, n]) => h("tr", { class: name === a.attribute ? "chosen" : "" },
      h("th", { scope: "row" }, name, h("span", { class: "bar", "aria-hidden": "true" }, bar(percent(n, a.all)))),
      h("td", {}, number(n))));
    $("anchor").append(h("p", {}, h("strong", {}, a.attribute || "none"), ". " + how + " How many of the cloud's " + number(a.all) + " anchors each attribute gives:"),
      h("table", { class: "facts", "aria-labelledby": "h-anchor" }, ...best));
    if (a.tenant) $("anchor").append(h("p", { class: "quiet" }, "The tenant itself names " + a.tenant + "."));
  }
  function bar(width) {
    const i = h("i", {});
    i.style.width = Math.max(0, Math.min(100, width)) + "%";
    return i;
  }

  const deciding = {
    blockCloudObjectTakeoverThroughHardMatchEnabled: ["on", "takeover by hard match is blocked"],
    blockSoftMatchEnabled: ["on", "soft match is blocked"],
    softMatchOnUpnEnabled: ["off", "soft match by UPN"],
    allowOnPremUpdateOfOnPremisesObjectIdentifierEnabled: ["off", "bindings may be overwritten"],
  };
  function flagRow(name, value) {
    const [strict, what] = deciding[name] || ["", ""];
    const state = value === null ? "unknown" : value ? "on" : "off";
    return h("tr", {}, h("th", { scope: "row" }, h("span", { class: "mono" }, ...breakable(name)), what ? h("small", {}, what) : ""),
      h("td", { class: state }, value === null ? (strict ? "unknown, as " + strict : "unknown") : state));
  }
  // A long name may be broken before its capitals, and nowhere else.
  const breakable = (name) => name.split(/(?=[A-Z][a-z])/).flatMap((part, i) => (i ? [h("wbr", {}), part] : [part]));
  function flags() {
    const all = Object.entries(S.tenant.flags), first = Object.keys(deciding);
    $("flags").append(h("table", { class: "facts", "aria-labelledby": "h-flags" }, ...first.map((name) => flagRow(name, S.tenant.flags[name]))));
    const others = all.filter(([name]) => !deciding[name]);
    if (others.length)
      $("flags").append(h("details", {}, h("summary", {}, number(others.length) + " further features"),
        h("table", { class: "facts", "aria-label": "Further features" }, ...others.map(([name, value]) => flagRow(name, value)))));
    const p = D.policy;
    $("flags").append(h("p", { class: "quiet" }, "Policy: takeover " + p.takeover + ", soft match " + p.soft_match +
      ", at most " + number(p.max_deletes) + " deletions and " + p.max_deletes_percent + " %."));
  }

  function sources() {
    $("sources").append(h("table", { class: "facts", "aria-labelledby": "h-sources" }, ...D.sources.map((s) => h("tr", {},
      h("th", { scope: "row" }, s.side, h("small", {}, s.created.replace("T", " ").replace("Z", " UTC") + (s.proof ? ", " + s.proof : ""))),
      h("td", {}, number(s.live + s.deleted) + " objects", h("small", {}, s.age + " old"),
        s.complete ? "" : h("strong", { class: "unknown" }, "not complete"))))));
    const unknown = S.tenant.unknown;
    $("unknown").hidden = unknown.length === 0;
    $("unknown-list").append(...unknown.map((u) => h("li", {}, u)));
  }

  // What `apply` would carry out; an object that is on the page can be gone to.
  function plan() {
    if (!D.plan || !D.plan.total) return;
    const steps = D.plan.steps;
    $("plan").hidden = false;
    $("plan-says").append("plan.json beside this page holds them; ", h("code", {}, "reanchor apply plan.json --dry-run"),
      " goes through the gate and writes nothing.");
    $("plan-count").textContent = number(D.plan.total) + (D.plan.total === 1 ? " step" : " steps") +
      (steps.length < D.plan.total ? ", the first " + number(steps.length) + " of them here" : "");
    $("plan-steps").append(...steps.map((s) => h("tr", {},
      h("th", { scope: "row" }, s.id, h("small", {}, s.op)),
      h("td", {}, s.op === "tenant.set_features" ? "the tenant" : h("a", { href: "#ad-" + s.object_guid }, s.dn || s.target)),
      h("td", { class: "mono" }, s.have === null ? "null" : s.have, h("small", {}, "to ", s.want === null ? "null" : s.want)),
      h("td", {}, s.why, s.promise && s.promise !== s.why ? h("small", {}, "then " + s.promise) : "",
        s.undo ? "" : h("small", {}, "cannot be undone")))));
  }

  function notes() {
    const all = D.notes.slice();
    if (D.shown < D.total)
      all.unshift(number(D.shown) + " of " + number(D.total) + " verdicts are on this page, the worst first; all are in verdicts.csv.");
    all.push("Confidence H is current Microsoft documentation; M is documentation of two minds, older, or in part inferred; L is reports of others; INF is inferred.");
    $("notes").append(...all.map((n) => h("li", {}, n)));
    const drift = (S.counts.ANCHOR_DRIFT || 0) + (S.counts.ANCHOR_CONFLICT || 0);
    $("elsewhere").append("All " + number(D.total) + " verdicts stand in ", h("a", { href: "verdicts.csv" }, "verdicts.csv"),
      ", with columns for owner, decision and note", ...(drift ? ["; the repairs for AD in ", h("a", { href: "fixes.ldif" }, "fixes.ldif")] : []), ".");
  }

  // ---- controls ----

  function fill(select, entries) {
    select.append(...entries.map(([value, text]) => h("option", { value: value }, text)));
  }
  function counted(names) { // how often each letter of a narrow column occurs
    const n = {};
    for (const c of D[names]) n[c] = (n[c] || 0) + 1;
    return n;
  }
  function controls() {
    fill($("f-group"), groupNames);
    const codes = counted("code"), kinds = counted("kind"), withWarning = new Map();
    fill($("f-code"), [["", "any"], ...Object.keys(codes).sort((a, b) => digit[a] - digit[b])
      .map((c) => [c, D.codes[digit[c]].name + " (" + number(codes[c]) + ")"])]);
    fill($("f-kind"), [["", "any"], ...Object.keys(kinds).map((c) => [c, D.kinds[digit[c]] + " (" + number(kinds[c]) + ")"])]);
    for (let i = 0; i < D.shown; i++)
      if (cells("warnings")[i] !== "")
        for (const w of list("warnings", "warningSets", i)) withWarning.set(w, (withWarning.get(w) || 0) + 1);
    fill($("f-warning"), [["", "any"], ...[...withWarning].sort((a, b) => a[0] - b[0])
      .map(([w, n]) => [String(w), D.warningNames[w].name + " (" + number(n) + ")"])]);
    fill($("f-directory"), [["", "any"], ...D.directories.map((d, i) => [i.toString(36), d])]);
    $("l-directory").hidden = !dirs;
    let timer = 0;
    $("q").addEventListener("input", () => { clearTimeout(timer); timer = setTimeout(filter, 120); });
    for (const id of ["f-group", "f-code", "f-kind", "f-warning", "f-directory"])
      $(id).addEventListener("change", () => {
        if (id === "f-code" && $("f-code").value !== "") $("f-group").value = "all";
        filter();
      });
    $("filters").addEventListener("submit", (e) => { e.preventDefault(); clearTimeout(timer); filter(); });
    $("reset").addEventListener("click", () => { reset(); filter(); });
    const turn = (by) => { page += by; open = null; render(); $("h-findings").scrollIntoView(); };
    $("previous").addEventListener("click", () => turn(-1));
    $("next").addEventListener("click", () => turn(1));
    document.addEventListener("keydown", (e) => {
      const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement.tagName);
      if (e.key === "/" && !typing) { e.preventDefault(); $("q").focus(); $("q").select(); }
      if (e.key === "Escape" && document.activeElement === $("q")) { $("q").value = ""; filter(); }
    });
    addEventListener("hashchange", fromHash);
    addEventListener("beforeprint", forPrint);
    addEventListener("afterprint", () => $("print").replaceChildren());
  }
  function reset() {
    for (const id of ["q", "f-code", "f-kind", "f-warning", "f-directory"]) $(id).value = "";
    $("f-group").value = "findings";
  }

  // On paper: what the filters leave, with the remedy, and no controls.
  function forPrint() {
    const some = found.slice(0, PRINTED).map((i) => {
      const r = row(i);
      return h("article", {}, h("h3", {}, r.code.name + "  " + (r.hasAd ? who(r) : peer(r))),
        h("p", {}, [r.hasAd ? r.dn : null, r.hasCloud ? "Entra ID " + peer(r) + " (" + r.cloudId + ", " + synced(r) + ")" : null,
          r.cause.name, r.warnings.map((w) => w.name).join(" ")].filter(Boolean).join(" · ")),
        h("p", {}, remedy(r)));
    });
    if (found.length > PRINTED)
      some.push(h("p", {}, "The first " + number(PRINTED) + " of " + number(found.length) + " are printed; all are in verdicts.csv."));
    $("print").replaceChildren(...some);
  }

  gate(); numbers(); anchor(); flags(); sources(); plan(); notes(); controls(); reset(); filter(); fromHash();

  // The text that is searched is made while nobody waits, so that the first search need not.
  let made = 0;
  const idle = window.requestIdleCallback || ((f) => setTimeout(() => f({ timeRemaining: () => 10 }), 30));
  idle(function prepare(deadline) {
    while (made < D.shown && deadline.timeRemaining() > 2)
      for (const end = Math.min(made + 200, D.shown); made < end; made++) haystack(made);
    if (made < D.shown) idle(prepare);
  });
})();

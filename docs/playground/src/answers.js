// What kgw answers, as elements.
import { el } from "./dom.js";

const rules = "https://github.com/kgw-dev/kgw/blob/main/docs/rules/";

// findings shows a report with the snippets of kgw validate; go(file, line, column) is
// told which place is asked for.
export function findings(report, go) {
  const list = report.report.findings;
  if (list.length === 0) return [el("p", { class: "good" }, "No findings.")];
  return list.map((f, i) => el("article", { class: "finding " + f.severity },
    el("h3", {},
      el("span", { class: "badge" }, f.severity),
      el("a", { href: `${rules}${f.code.slice(3, 4)}xx.md#${f.code.toLowerCase()}`, target: "_blank", rel: "noopener noreferrer" }, f.code),
      f.line ? place(f, go) : "",
    ),
    el("p", {}, f.message),
    el("pre", { tabindex: "0", "aria-label": "The place of " + f.code }, snippet(report.shown[i])),
    f.witness && f.witness.url ? el("p", { class: "note" }, el("b", {}, "Witness "), el("code", {}, `${f.witness.method} ${f.witness.url}`)) : "",
    f.help ? el("p", { class: "note" }, el("b", {}, "Help "), f.help) : "",
  ));
}

// snippet is what of the text of a finding shows its places: without its first line,
// which is said above it, and the notes, which are said below.
function snippet(text) {
  const lines = text.split("\n").slice(1);
  const end = lines.findIndex((line) => /^ += /.test(line));
  return lines.slice(0, end < 0 ? undefined : end).join("\n");
}

function place(at, go) {
  return el("button", { type: "button", class: "place", onclick: () => go(at.file, at.line, at.column) }, `${at.file}:${at.line}:${at.column}`);
}

const said = { public: "anyone", unknown: "not known", restricted: "some callers", closed: "nobody", unreached: "no request comes here" };

// exposure shows who may call what; ask(method, url) is told which request is to be tried.
export function exposure(report, go, ask) {
  const out = report.hosts.map((host) => el("section", { class: "host" },
    el("h3", {}, host.host),
    el("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": "Routes of " + host.host }, el("table", {},
      el("thead", {}, el("tr", {}, ["Methods", "Path", "Who gets through", "Backend", "Request"].map((h) => el("th", { scope: "col" }, h)))),
      el("tbody", {}, host.rows.map((row) => el("tr", {},
        el("td", {}, row.anyMethod ? "any" : (row.methods ?? []).join(" ")),
        el("td", {}, el("code", {}, row.path), row.source ? el("div", { class: "note" }, place(row.source, go)) : ""),
        el("td", {}, el("span", { class: "access " + row.access }, said[row.access] ?? row.access), (row.callers ?? []).filter((c) => c.kind !== "public").map((c) => el("div", { class: "note" }, c.text)), (row.unknown ?? []).map((u) => el("div", { class: "note" }, u))),
        el("td", {}, row.backend ?? ""),
        el("td", {}, row.witness ? el("button", { type: "button", class: "quiet", "aria-label": `Try ${row.witness.method} ${row.witness.url}`, onclick: () => ask(row.witness) }, "Try") : ""),
      ))),
    )),
    [...(host.unknown ?? []), ...(host.notes ?? [])].map((n) => el("p", { class: "note" }, n)),
  ));
  for (const r of report.withheld ?? []) out.push(el("p", { class: "bad" }, `${r.kind} ${r.namespace ?? ""}/${r.name} has an error: nothing is written for it.`));
  return [supposed(report.supposed), ...(out.length ? out : [el("p", {}, "No host is served.")])];
}

function supposed(list) {
  return list?.length ? el("p", { class: "note" }, "Taken to exist, because it is not among the files: " + list.join(", ") + ".") : "";
}

// trace shows what becomes of a request, and every step.
export function trace(t, go) {
  const verdict = t.decision === "allow" ? "good" : t.decision === "unknown" ? "unsure" : "bad";
  const head = t.decision === "unknown" ? "Not known" : t.status === 0 ? "The connection is closed" : t.decision === "allow" ? `Reaches ${t.upstream}` : `${t.status}: ${t.reason ?? ""}`;
  return [
    el("p", { class: "verdict " + verdict }, head),
    t.help ? el("p", { class: "note" }, el("b", {}, "Help "), t.help) : "",
    (t.outcomes ?? []).map((o) => el("p", { class: "note" }, el("b", {}, o.decision === "allow" ? "reaches " + o.upstream : o.decision === "unknown" ? "anything may become of it" : `${o.status} ${o.reason ?? ""}`), o.if.length ? " if " + o.if.join(", and ") : "")),
    el("ol", { class: "steps" }, t.steps.map((s) => el("li", {}, el("span", { class: "engine" }, s.engine), el("span", {}, s.text), s.file ? place(s, go) : ""))),
    t.decision === "allow" ? headers("Set by the proxies on the way to the backend", t.headers) : "", headers("Set by the proxies in the answer", t.responseHeaders),
    supposed(t.supposed),
  ].flat();
}

function headers(title, map) {
  const names = Object.keys(map ?? {}).sort();
  return names.length === 0 ? "" : el("div", {}, el("h3", {}, title), el("dl", {}, names.flatMap((n) => [el("dt", {}, n), el("dd", {}, map[n])])));
}

// migration shows what becomes of the files in a newer version, and what that changes for
// callers; take(name, text) is told that the new text of a file is wanted.
export function migration(m, go, take) {
  const out = [];
  if (m.files.length === 0) out.push(el("p", {}, "Nothing moves by itself."));
  if (m.text) out.push(el("h3", {}, "For callers"), el("pre", { tabindex: "0", "aria-label": "What changes for callers" }, m.text.trimEnd()));
  for (const f of m.files) {
    out.push(el("h3", { class: "row" }, f.name, el("button", { type: "button", class: "quiet", onclick: () => take(f.name, f.after) }, "Take it over")));
    out.push(el("pre", { class: "patch", tabindex: "0", "aria-label": "Changes of " + f.name }, f.patch.split("\n").map((line) => el("span", { class: line.startsWith("+") ? "added" : line.startsWith("-") ? "removed" : line.startsWith("@@") ? "hunk" : undefined }, line + "\n"))));
  }
  if (m.report.report.findings.length) out.push(el("h3", {}, "To know"), ...findings(m.report, go));
  return out;
}

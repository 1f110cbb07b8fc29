"use strict";

// The parts of the report beside the routes are lists that do not change.

function table(names, lines, of) {
  return el("table", {}, el("thead", {}, el("tr", {}, names.map((n) => el("th", { scope: "col" }, n)))),
    el("tbody", {}, lines.map((line) => el("tr", {}, of(line).map((cell) => el("td", {}, cell))))));
}

const code = (text) => (text ? el("code", {}, text) : "");
const noted = (title, list) => (list.length > 0 ? [el("h3", {}, title), el("ul", {}, list.map((x) => el("li", {}, x)))] : []);

function changesPanel() {
  const a = data.against;
  return [
    el("p", { class: "about" }, `Compared with ${a.name}: ${plural(a.changes.length, "change")} for callers, ${plural(a.unchanged, "class", "classes")} of requests unchanged.`),
    a.changes.length > 0 && table(["Change", "Requests", "Before", "After", "Witness", "Where"], a.changes, (c) =>
      [el("span", { class: "change " + c.kind.toLowerCase() }, c.kind), code(c.requests), c.before, c.after, code(c.witness), c.places.map((p) => el("small", {}, p))]),
    ...noted("Notes", a.notes),
  ];
}

function severity(f) {
  return el("span", { class: "severity " + f.severity }, f.severity);
}

function overlapsPanel() {
  return [
    el("p", { class: "about" }, "Requests that more than one route, rule or policy matches, with a request that shows it."),
    table(["Finding", "What", "Witness", "Where"], data.overlaps.map((i) => data.findings[i]), (f) =>
      [[el("span", { class: "code" }, f.code), " ", severity(f)], [f.message, el("small", {}, f.help)], code(f.witness), [f.source, ...(f.related || [])].map((p) => el("small", {}, p))]),
  ];
}

function findingsPanel() {
  return [table(["Finding", "What", "Where"], data.findings, (f) =>
    [[el("span", { class: "code" }, f.code), " ", severity(f)], [f.message, el("small", {}, f.help)], el("small", {}, f.source)])];
}

function limitsPanel() {
  return [...noted("Not written because of errors", data.withheld), ...noted("Not among the inputs and supposed", data.supposed)];
}

// parts are the panels: {id, title, count, about}; those without anything to say
// are left out.
const parts = [
  { id: "routes", title: "Routes", count: data.rows.length },
  { id: "picture", title: "Picture" },
  { id: "request", title: "Try a request", make: simulated && makeRequest, leftOut: !simulated },
  { id: "changes", title: "Changes", count: data.against ? data.against.changes.length : 0, make: changesPanel, leftOut: !data.against },
  { id: "overlaps", title: "Overlaps", count: data.overlaps.length, make: overlapsPanel, leftOut: data.overlaps.length === 0 },
  { id: "findings", title: "Findings", count: data.findings.length, make: findingsPanel, leftOut: data.findings.length === 0 },
  { id: "limits", title: "Caveats", count: data.withheld.length + data.supposed.length, make: limitsPanel, leftOut: data.withheld.length + data.supposed.length === 0 },
].filter((p) => !p.leftOut);

function makePanels() {
  for (const p of parts) {
    if (p.make) byId("panel-" + p.id).append(...p.make().filter(Boolean));
    const tab = el("button", { type: "button", role: "tab", id: "tab-" + p.id, "aria-controls": "panel-" + p.id }, p.title, p.count !== undefined && el("span", { class: "number" }, p.count.toLocaleString("en")));
    tab.addEventListener("click", () => change({ view: p.id }));
    byId("tabs").append(tab);
  }
  byId("tabs").addEventListener("keydown", (e) => {
    const at = parts.findIndex((p) => p.id === state.view);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: parts.length - 1 }[e.key];
    if (to === undefined) return;
    e.preventDefault();
    const part = parts[(to + parts.length) % parts.length];
    change({ view: part.id });
    byId("tab-" + part.id).focus();
  });
}

function showPanel() {
  if (!parts.some((p) => p.id === state.view)) state.view = "routes";
  for (const p of parts) {
    const on = p.id === state.view;
    byId("panel-" + p.id).hidden = !on;
    byId("panel-" + p.id).classList.add("used");
    byId("tab-" + p.id).setAttribute("aria-selected", on);
    byId("tab-" + p.id).tabIndex = on ? 0 : -1;
  }
}

"use strict";

// chain returns the way of the requests of a row: host, route, engine, rule,
// service.
function chain(row) {
  const steps = [{ kind: "host", name: row.hostName }];
  if (!row.ofHost) steps.push({ kind: "route", name: [row.methods, row.path].filter(Boolean).join(" "), note: row.route, access: row.access });
  if (row.via) steps.push({ kind: "engine", name: row.via });
  if (row.rule) steps.push({ kind: "rule", name: row.rule });
  if (row.backend) steps.push({ kind: "service", name: row.backend });
  return steps;
}

const stepNames = { host: "Host", route: "Route", engine: "Decided by", rule: "Rule", service: "Service" };

function facts(title, list) {
  return list && list.length > 0 ? [el("h3", {}, title), el("ul", {}, list.map((x) => el("li", {}, x)))] : [];
}

function callersList(title, list) {
  return facts(title, (list || []).map((c) => el("div", {}, el("span", { class: "kind" }, c.kind), " ", c.text, (c.facts || []).map((f) => el("small", {}, f)))));
}

function showDetail(row) {
  const box = byId("detail");
  document.body.classList.toggle("with-detail", Boolean(row));
  for (const node of byId("routes").querySelectorAll(".row.chosen")) node.classList.remove("chosen");
  box.hidden = !row;
  box.replaceChildren();
  if (!row) return;
  if (row.node) row.node.classList.add("chosen");
  const close = el("button", { type: "button", id: "close", "aria-label": "Close" }, "×");
  box.append(
    el("div", { class: "bar" }, badge(row.access), close),
    el("h2", {}, el("span", { class: "methods" }, row.methods || ""), " ", row.hostName + row.path),
    el("p", { class: "at" }, row.source || ""),
    el("ol", { class: "chain", "aria-label": "The way of a request" }, chain(row).map((s) =>
      el("li", { class: s.kind }, el("small", {}, stepNames[s.kind]), el("span", {}, s.name), s.note && el("small", { class: "note" }, s.note)))),
    ...callersList("Who gets through", row.callers),
    ...callersList("Past the gateway, in the cluster", row.inCluster),
    ...facts("On the way", [...(row.further || []), row.schemes && row.schemes + " only"].filter(Boolean)),
    ...facts("Not known", row.unknown),
    ...facts("Findings", (row.about || []).map((i) => data.findings[i]).map((f) => el("div", {}, el("span", { class: "code" }, f.code), " ", f.message, el("small", {}, f.source)))),
    ...(row.witness ? [el("h3", {}, "A request without a token"), el("p", { class: "command" }, row.witness), el("pre", { tabindex: "0", "aria-label": "Command" }, row.trace), simulated && el("button", { type: "button", id: "try" }, "Try it")] : []));
  if (byId("try")) byId("try").addEventListener("click", () => tryRow(row));
  close.addEventListener("click", () => choose(""));
}

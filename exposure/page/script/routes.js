"use strict";

// The rows are made in parts: the first ones at once, the others when the
// browser has nothing else to do, and all of them before the page is printed.

const atOnce = 60;
const inOnePart = 200;
let todo = []; // what is still to be made, of the list that is shown
let waiting = 0;

function badge(access) {
  return el("span", { class: "badge " + access }, titleOf[access]);
}

// rowOfTable returns the element of a row, made once.
function rowOfTable(row) {
  if (row.node) return row.node;
  const cell = (kind, ...children) => el("div", { role: "cell", class: kind }, ...children);
  const name = row.ofHost ? el("span", { class: "path" }, "what is not known of the host") : row.path || "/";
  const button = el("button", { type: "button", class: "open", tabindex: "-1" }, el("span", { class: "host" }, row.hostName), name);
  const past = (row.inCluster || []).map((c) => c.text).join(" or ");
  const more = [past && "past the gateway: " + past, row.witness && "witness: " + row.witness].filter(Boolean).join("; ");
  row.node = el("div", { role: "row", class: "row" },
    cell("access", badge(row.access)),
    cell("methods", row.methods, row.schemes === "http" && el("small", {}, "http only")),
    cell("where", button, el("small", {}, row.source)),
    cell("callers", (row.callers || []).map((c) => el("div", {}, c.text)), row.callers ? "" : el("span", { class: "none" }, row.ofHost ? "" : "nobody")),
    cell("backend", row.backend, row.further && el("small", { class: "further" }, row.further.join(" · ")), more && el("small", { class: "printed" }, more)),
    cell("notes", (row.findings || []).map((code) => el("span", { class: "code" }, code)), (row.unknown || []).map((u) => el("small", { class: "unsure" }, u))));
  row.node.row = row;
  return row.node;
}

function headOfTable() {
  const names = ["Access", "Methods", "Route", "Who gets through", "Backend", "Findings, unknown"];
  return el("div", { role: "rowgroup" }, el("div", { role: "row", class: "row head" }, names.map((n) => el("div", { role: "columnheader" }, n))));
}

function nothing() {
  return rows.length > 0 ? "No route matches." : "Nothing is served.";
}

// showRoutes shows groups of rows.
function showRoutes(groups) {
  cancel();
  const list = byId("routes");
  list.replaceChildren();
  list.className = state.by === "host" ? "by-host" : "by-access";
  todo = [];
  for (const group of groups) {
    const id = "group-" + todo.length;
    for (let i = 0; i < group.rows.length; i += inOnePart) todo.push({ group, id, from: i });
  }
  if (groups.length === 0) list.append(el("p", { class: "empty" }, nothing()));
  makeRows(atOnce);
  later();
}

// makeRows makes at least so many rows, and at most a part more.
function makeRows(count) {
  const list = byId("routes");
  while (todo.length > 0 && count > 0) {
    const part = todo[0];
    const from = part.next || part.from;
    const end = Math.min(part.from + inOnePart, part.group.rows.length);
    const rowsNow = part.group.rows.slice(from, Math.min(end, from + count));
    if (from === 0) list.append(section(part));
    if (from === part.from) part.node = list.lastElementChild.lastElementChild.appendChild(el("div", { role: "rowgroup", class: "part" }));
    part.node.append(...rowsNow.map(rowOfTable));
    part.next = from + rowsNow.length;
    count -= rowsNow.length;
    if (part.next === end) todo.shift();
  }
  keepOneTabStop();
}

function section(part) {
  const { group, id } = part;
  const title = el("h3", { id, class: group.access }, group.title, " ", el("span", { class: "number" }, plural(group.rows.filter((r) => !r.ofHost).length, "route")));
  const notes = (group.notes || []).map((n) => el("p", { class: "note" }, n));
  return el("section", { class: "group" }, title, notes, el("div", { role: "table", "aria-labelledby": id, "aria-rowcount": group.rows.length + 1 }, headOfTable()));
}

function later() {
  if (todo.length === 0) return;
  const go = () => {
    makeRows(inOnePart);
    later();
  };
  waiting = window.requestIdleCallback ? requestIdleCallback(go, { timeout: 500 }) : setTimeout(go, 30);
}

function cancel() {
  if (window.cancelIdleCallback) cancelIdleCallback(waiting);
  else clearTimeout(waiting);
}

// finishRows makes all rows that are left.
function finishRows() {
  cancel();
  makeRows(Infinity);
}

// One row of the list is reached with Tab, the others with the arrow keys. Rows
// that come back to the list bring their tabindex with them.
function keepOneTabStop() {
  const [stop, ...others] = byId("routes").querySelectorAll('.open[tabindex="0"]');
  for (const other of others) other.tabIndex = -1;
  const first = byId("routes").querySelector(".open");
  if (!stop && first) first.tabIndex = 0;
}

function moveTo(button) {
  if (!button) return;
  for (const other of byId("routes").querySelectorAll('.open[tabindex="0"]')) other.tabIndex = -1;
  button.tabIndex = 0;
  button.focus();
}

function moveBy(from, key) {
  const last = () => { finishRows(); return buttons().length - 1; };
  const buttons = () => [...byId("routes").querySelectorAll(".open")];
  const at = buttons().indexOf(from);
  const to = { ArrowDown: at + 1, ArrowUp: at - 1, PageDown: at + 20, PageUp: at - 20, Home: 0, End: Infinity }[key];
  moveTo(buttons()[Math.max(0, Math.min(to, last()))]);
}

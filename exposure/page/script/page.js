"use strict";

function makeTiles() {
  for (const a of data.accesses) {
    const tile = el("button", { type: "button", class: "tile " + a.name, "data-access": a.name }, el("strong", {}, a.rows.toLocaleString("en")), " ", a.title);
    tile.addEventListener("click", () => {
      const others = state.access.filter((x) => x !== a.name);
      change({ view: "routes", access: others.length === state.access.length ? others.concat(a.name) : others });
    });
    byId("tiles").append(el("li", {}, tile));
  }
  const said = [plural(data.hosts.length, "host"), plural(data.errors, "error"), plural(data.warnings, "warning"), data.forRecord.toLocaleString("en") + " for the record"];
  byId("tiles").append(el("li", { class: "said" }, said.join(" · ")));
}

function makeTools() {
  const option = (value, text) => el("option", { value }, text);
  const kinds = [...new Set(rows.flatMap((r) => r.kinds))].sort();
  byId("caller").append(option("", "any"), ...kinds.map((k) => option(k, k)));
  const codes = [...new Set(rows.flatMap((r) => r.findings || []))].sort();
  byId("finding").append(option("", "any or none"), option("any", "with a finding"), ...codes.map((c) => option(c, c)));
  byId("q").addEventListener("input", () => change({ q: byId("q").value }));
  for (const name of ["caller", "finding", "by"]) byId(name).addEventListener("change", () => change({ [name]: byId(name).value }));
  byId("reset").addEventListener("click", () => change({ q: "", access: [], caller: "", finding: "" }));
  byId("tools").addEventListener("submit", (e) => e.preventDefault());
}

// change changes what is shown, and the address with it.
function change(what) {
  Object.assign(state, what);
  show();
}

// choose shows one row closer, or none.
function choose(key) {
  const before = rowOf.get(state.row);
  state.row = key;
  const row = rowOf.get(key);
  showDetail(row);
  writeState();
  if (row) byId("detail").focus({ preventScroll: true });
  else if (before && before.node && before.node.isConnected) moveTo(before.node.querySelector(".open"));
}

function show() {
  const groups = matching(state);
  const n = groups.reduce((sum, g) => sum + g.rows.filter((r) => !r.ofHost).length, 0);
  if (byId("q").value !== state.q) byId("q").value = state.q;
  for (const name of ["caller", "finding", "by"]) byId(name).value = state[name];
  for (const tile of document.querySelectorAll("[data-access]")) tile.setAttribute("aria-pressed", state.access.includes(tile.dataset.access));
  const narrowed = state.q || state.access.length > 0 || state.caller || state.finding;
  byId("count").textContent = narrowed ? `${n.toLocaleString("en")} of ${plural(data.rows.length, "route")}` : plural(data.rows.length, "route");
  byId("reset").hidden = !narrowed;
  showPanel();
  showRoutes(groups);
  if (state.view === "picture") showPicture(groups);
  showDetail(rowOf.get(state.row));
  writeState();
}

function onKey(e) {
  const typing = /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName);
  if (e.key === "/" && !typing && !e.ctrlKey && !e.metaKey) {
    e.preventDefault();
    change({ view: "routes" });
    byId("q").focus();
  } else if (e.key === "Escape" && state.row) {
    choose("");
  } else if (e.key === "ArrowDown" && e.target.id === "q") {
    e.preventDefault();
    moveTo(byId("routes").querySelector(".open"));
  } else if (e.target.classList.contains("open") && ["ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End"].includes(e.key)) {
    e.preventDefault();
    moveBy(e.target, e.key);
  }
}

makeTiles();
makeTools();
makePanels();
byId("routes").addEventListener("click", (e) => {
  const node = e.target.closest(".row");
  if (node && node.row && String(getSelection()) === "") choose(node.row.key);
});
document.addEventListener("keydown", onKey);
addEventListener("hashchange", () => { readState(); show(); });
addEventListener("beforeprint", () => { finishRows(); showPicture(matching(state)); });
readState();
show();
document.documentElement.dataset.ready = "yes";

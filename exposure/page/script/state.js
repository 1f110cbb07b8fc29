"use strict";

// What is shown is kept in the fragment of the address: a link says it whole.

const state = { view: "routes", q: "", access: [], caller: "", finding: "", by: "", row: "" };

function readState() {
  const from = new URLSearchParams(location.hash.slice(1));
  state.q = from.get("q") || "";
  state.access = (from.get("access") || "").split(",").filter((a) => Object.hasOwn(titleOf, a));
  for (const name of ["caller", "finding", "row"]) state[name] = from.get(name) || "";
  state.by = from.get("by") === "host" ? "host" : "";
  state.view = from.get("view") || "routes";
}

function writeState() {
  const to = new URLSearchParams();
  for (const name of ["view", "q", "access", "caller", "finding", "by", "row"]) {
    const value = String(state[name]);
    if (value && !(name === "view" && value === "routes")) to.set(name, value);
  }
  const hash = "#" + to;
  if (hash !== location.hash && !(hash === "#" && location.hash === "")) history.replaceState(null, "", hash);
}

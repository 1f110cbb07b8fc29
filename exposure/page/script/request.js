"use strict";

// The request box answers with the simulator of kgw trace, in WebAssembly, which is
// started when it is asked first.

const simulated = Boolean(byId("simulator"));

// started is the simulator, ready to be asked, and how long that took.
let started = null;

function start() {
  started ||= (async () => {
    const from = performance.now();
    const packed = Uint8Array.from(atob(byId("simulator").textContent), (c) => c.charCodeAt(0));
    const module = new Blob([packed]).stream().pipeThrough(new DecompressionStream("gzip"));
    const go = new Go();
    const { instance } = await WebAssembly.instantiateStreaming(new Response(module, { headers: { "Content-Type": "application/wasm" } }), go.importObject);
    go.run(instance);
    const opened = JSON.parse(kgw.open(byId("recording").textContent));
    if (opened.error) throw new Error(opened.error);
    if (opened.masked) byId("masked").textContent = "Secrets of the inputs are masked in it: a request that must bring one is answered as if it brought another.";
    document.documentElement.dataset.simulator = Math.round(performance.now() - from);
    return kgw;
  })();
  return started;
}

// ask answers what is in the fields. Of several that wait, the last one is shown.
async function ask() {
  const value = (name) => byId("r-" + name).value;
  const request = { method: value("method"), url: value("url"), token: value("token"), scopes: value("scopes"), claims: value("claims"), headers: value("headers").split("\n").filter((line) => line.trim()) };
  ask.last = request;
  if (!started) byId("answer").replaceChildren(el("p", { class: "about" }, "The simulator starts …"));
  let shown;
  try {
    const simulator = await start();
    shown = answered(JSON.parse(simulator.ask(JSON.stringify(request))));
  } catch (e) {
    shown = [el("p", { class: "verdict deny" }, "The simulator cannot be used: " + e.message)];
  }
  if (ask.last === request) byId("answer").replaceChildren(...shown);
}

// answered shows a trace: what becomes of the request, then every step.
function answered(t) {
  if (t.error) return [el("p", { class: "verdict deny" }, t.error)];
  const lines = t.text.trimEnd().split("\n");
  const end = lines.lastIndexOf("");
  return [
    el("p", { class: "verdict " + t.decision }, lines[end + 1]),
    ...lines.slice(end + 2).map((line) => el("p", { class: "about" }, line)),
    el("ol", { class: "steps" }, t.steps.map((s) => el("li", {}, el("span", { class: "kind" }, s.engine), " ", s.text, s.file && el("small", {}, `${s.file}:${s.line}:${s.column}`)))),
    ...facts("Not among the inputs and supposed", t.supposed),
  ];
}

// tryRow puts the witness of a row into the fields, and asks.
function tryRow(row) {
  for (const name of ["token", "scopes", "claims"]) byId("r-" + name).value = "";
  byId("r-method").value = row.request.method;
  byId("r-url").value = row.request.url;
  byId("r-headers").value = (row.request.headers || []).join("\n");
  choose("");
  change({ view: "request" });
  byId("r-url").focus();
  ask();
}

function makeRequest() {
  byId("request").addEventListener("submit", (e) => { e.preventDefault(); ask(); });
  return [];
}

// The playground: files on the left, what kgw answers about them on the right.
import examples from "examples";
import * as answers from "./answers.js";
import { byId, choose, el, tabs } from "./dom.js";
import { readable, writable } from "./editor.js";
import * as fragment from "./state.js";

const fields = ["method", "url", "token", "scopes", "claims", "headers"];
const kinds = ["build", "validate", "report", "trace", "migrate"];

let state = { files: {}, file: "", tab: "build", request: {} };
let wanted = true; // the request is still the one that the report proposes
let last = null; // what the worker was asked last
let sent = 0;
let worker;

const editor = writable(byId("editor"), "Text of the file", (text) => {
  state.files[state.file] = text;
  changed();
});
const manifests = readable(byId("panel-build"), "Manifests");

// script is the address of the worker. The page's security policy allows one policy of
// trusted types, once.
const policy = self.trustedTypes?.createPolicy("kgw", { createScriptURL: (url) => url });
const script = policy?.createScriptURL("worker.js") ?? "worker.js";

// start starts a worker, anew after one that failed.
function start() {
  worker?.terminate();
  worker = new Worker(script);
  worker.onmessage = ({ data }) => {
    if (data.ready) {
      byId("version").textContent = `kgw ${data.version}, ready in ${Math.round(data.ms)} ms`;
    } else if (data.failed) {
      say(`kgw could not be loaded: ${data.failed}`);
    } else if (data.id === sent) {
      show(data);
    }
  };
  worker.onerror = (e) => {
    e.preventDefault();
    say("kgw has stopped. It starts again with the next change.");
    worker.terminate();
    worker = null;
  };
}

function say(text) { byId("status").textContent = text; }

// changed asks about the files anew, once nothing has changed for a moment.
function changed() {
  clearTimeout(changed.timer);
  changed.timer = setTimeout(ask, 120);
  delete document.documentElement.dataset.answered;
}

function ask() {
  if (!worker) start();
  const request = { ...state.request, headers: (state.request.headers ?? "").split("\n").filter((line) => line.trim()) };
  last = { id: ++sent, files: state.files, questions: [{ ask: "build" }, { ask: "validate" }, { ask: "report" }, { ask: "migrate", to: "v2" }, ...(request.url ? [{ ask: "trace", request }] : [])] };
  worker.postMessage(last);
  keep();
}

// keep writes the state to the fragment.
async function keep() {
  const text = await fragment.write(state);
  history.replaceState(null, "", "#" + text);
}

function go(file, line, column) {
  if (!(file in state.files)) return;
  open(file);
  editor.go(line, column);
}

function show({ opened, answers: got, ms }) {
  document.documentElement.dataset.answered = String(sent);
  say(`Answered in ${Math.round(ms)} ms`);
  const report = opened.error ? null : opened.ready ? got.validate : opened.report;
  const problem = opened.error ?? (opened.ready ? null : "The configuration is not valid.");
  manifests.show(problem ? "# " + problem + "\n" : built(got.build));
  count("build", got.build?.objects || "");
  count("validate", report?.report?.findings.length || "");
  mark(report?.report?.findings ?? []);
  fill("validate", problem && !report ? [failure(problem)] : checked(report, (r) => answers.findings(r, go)));
  fill("report", problem ? [failure(problem)] : checked(got.report, (r) => answers.exposure(r, go, tryIt)));
  fill("migrate", problem ? [failure(problem)] : checked(got.migrate, (m) => answers.migration(m, go, take)));
  byId("trace").replaceChildren(...(problem ? [failure(problem)] : checked(got.trace, (t) => answers.trace(t, go))));
  if (wanted && !problem) propose(got.report);
}

function built(b) {
  if (b.error) return "# " + b.error + "\n";
  if (b.faulty) return "# Nothing is written, because of the errors among the findings.\n";
  return b.manifests || "# The files give no objects.\n";
}

function failure(text) { return el("p", { class: "bad" }, text); }

// checked shows an answer, or says why there is none.
function checked(answer, shown) {
  if (!answer) return [];
  return answer.error ? [failure(answer.error)] : shown(answer);
}

function fill(kind, children) { byId("panel-" + kind).replaceChildren(...children); }

function count(kind, n) { byId("tab-" + kind).querySelector("b").textContent = n; }

function mark(findings) { editor.mark(findings.filter((f) => f.file === state.file && f.line)); mark.all = findings; }

// propose fills in the first request that the report shows.
function propose(report) {
  wanted = false;
  const row = report.hosts?.flatMap((h) => h.rows).find((r) => r.witness);
  if (row && !state.request.url) tryIt(row.witness, false);
}

function tryIt(witness, shown = true) {
  Object.assign(state.request, { method: witness.method, url: witness.url, headers: (witness.headers ?? []).join("\n"), token: "", scopes: "", claims: "" });
  fillRequest();
  if (shown) tab("trace");
  changed();
}

function take(name, text) {
  state.files[name] = text;
  if (state.file === name) editor.show(text);
  changed();
}

function fillRequest() {
  for (const name of fields) byId(name).value = state.request[name] ?? (name === "method" ? "GET" : "");
  byId("scopes-label").hidden = !state.request.token;
  byId("claims-label").hidden = state.request.token !== "jwt";
}

// The files.

function open(name) {
  state.file = name;
  const list = byId("files");
  list.replaceChildren(...Object.keys(state.files).map((f) => el("button", { type: "button", role: "tab", "data-file": f, "aria-controls": "editor" }, f)));
  choose(list, [...list.children].find((t) => t.dataset.file === name));
  editor.show(state.files[name]);
  if (mark.all) mark(mark.all);
  byId("drop").disabled = Object.keys(state.files).length < 2;
}

function load(next) {
  state = next;
  if (!(state.file in state.files)) state.file = Object.keys(state.files)[0];
  state.request.method ||= "GET";
  wanted = !state.request.url;
  mark.all = null;
  open(state.file);
  fillRequest();
  tab(kinds.includes(state.tab) ? state.tab : "build");
  changed();
}

function loadExample(name) {
  const example = examples.find((e) => e.name === name);
  load({ files: { ...example.files }, file: example.first, tab: state.tab, request: {} });
}

function tab(kind) {
  state.tab = kind;
  choose(byId("answers"), byId("tab-" + kind));
  for (const k of kinds) byId("panel-" + k).hidden = k !== kind;
}

tabs(byId("answers"), (t) => { tab(t.id.slice(4)); keep(); });
tabs(byId("files"), (t) => { open(t.dataset.file); keep(); });

byId("add").addEventListener("click", () => byId("name").showModal());
byId("name").addEventListener("close", () => {
  const name = byId("name-text").value.trim();
  if (byId("name").returnValue !== "add" || !name) return;
  state.files[name] ??= "";
  open(name);
  changed();
});
byId("drop").addEventListener("click", () => {
  delete state.files[state.file];
  open(Object.keys(state.files)[0]);
  changed();
});
byId("link").addEventListener("click", async () => {
  await keep();
  await navigator.clipboard.writeText(location.href);
  say("The link is copied. It holds the files themselves.");
});
byId("request").addEventListener("submit", (e) => e.preventDefault());
byId("request").addEventListener("input", (e) => {
  state.request[e.target.id] = e.target.value;
  wanted = false;
  byId("scopes-label").hidden = !state.request.token;
  byId("claims-label").hidden = state.request.token !== "jwt";
  changed();
});

const select = byId("examples");
select.append(el("option", { value: "" }, "Choose…"), ...examples.map((e) => el("option", { value: e.name }, e.title)));
select.addEventListener("change", () => select.value && loadExample(select.value));

async function begin() {
  const kept = location.hash ? await fragment.read(location.hash.slice(1)) : null;
  if (kept) load(kept);
  else { select.value = "migration"; loadExample(select.value); }
}

addEventListener("hashchange", begin);
start();
begin();

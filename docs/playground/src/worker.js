// kgw, in a thread of its own: it takes files and questions and answers them, so that
// the page never waits.
import "wasm_exec";

const started = performance.now();

async function load() {
  const go = new self.Go();
  const response = await fetch("kgw.wasm.gz");
  if (!response.ok) throw new Error("kgw.wasm.gz: status " + response.status);
  const stream = response.body.pipeThrough(new DecompressionStream("gzip"));
  const module = new Response(stream, { headers: { "Content-Type": "application/wasm" } });
  const { instance } = await WebAssembly.instantiateStreaming(module, go.importObject);
  go.run(instance);
  return self.kgw;
}

const ready = load();
ready.then(
  (kgw) => postMessage({ ready: true, version: kgw.version, ms: performance.now() - started }),
  (error) => postMessage({ failed: String(error) }),
);

function answer(kgw, data) {
  const from = performance.now();
  const opened = JSON.parse(kgw.open(JSON.stringify(data.files), ""));
  const answers = {};
  if (opened.ready) {
    for (const question of data.questions) answers[question.ask] = JSON.parse(kgw.ask(JSON.stringify(question)));
  }
  postMessage({ id: data.id, opened, answers, ms: performance.now() - from });
}

onmessage = async ({ data }) => {
  const kgw = await ready.catch(() => null);
  if (!kgw) return; // the page was told
  // Outside of a promise, so that the page is told when kgw has ended.
  setTimeout(() => answer(kgw, data));
};

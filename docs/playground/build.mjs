// Bundles the page: node build.mjs OUT, in an environment with MODULES, the folder of
// node_modules, and WASM_EXEC, Go's support for its programs in a browser.
import { cpSync, existsSync, mkdirSync, readFileSync, readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, "../..");
const out = process.argv[2];
const { MODULES, WASM_EXEC } = process.env;
const esbuild = createRequire(join(MODULES, "package.json"))("esbuild");

// examples are the folders of examples that compile: their inputs, not their tests.
function examples() {
  return readdirSync(join(root, "examples")).filter((name) => existsSync(join(root, "examples", name, "kgw.yaml"))).map((name) => {
    const dir = join(root, "examples", name);
    const names = readdirSync(dir).filter((f) => /\.(ya?ml|json)$/.test(f) && !f.includes(".kgw-test."));
    const files = Object.fromEntries(names.sort((a, b) => (a === "kgw.yaml") - (b === "kgw.yaml") || (a < b ? -1 : 1)).map((f) => [f, readFileSync(join(dir, f), "utf8")]));
    const first = names.find((f) => /kind: (APIRule|FabricGateway)/.test(files[f])) ?? names[0];
    const title = readFileSync(join(dir, "README.md"), "utf8").split("\n")[0].replace(/^# /, "");
    return { name, title: `${name}: ${title}`, first, files };
  });
}

const inMemory = {
  name: "examples",
  setup(build) {
    build.onResolve({ filter: /^examples$/ }, () => ({ path: "examples", namespace: "examples" }));
    build.onLoad({ filter: /.*/, namespace: "examples" }, () => ({ contents: JSON.stringify(examples()), loader: "json" }));
  },
};

mkdirSync(out, { recursive: true });
await esbuild.build({
  entryPoints: [join(here, "src/main.js"), join(here, "src/worker.js")],
  outdir: out, bundle: true, minify: true, format: "iife", target: ["es2022"], charset: "utf8", legalComments: "linked",
  nodePaths: [join(MODULES, "node_modules")], alias: { wasm_exec: WASM_EXEC }, plugins: [inMemory], logLevel: "warning",
});
for (const f of ["index.html", "style.css", "icon.svg"]) cpSync(join(here, f), join(out, f));

// A small part of VS Code, as much as the extension needs: it activates the
// extension with one open document, waits for a diagnostic with the code, replaces
// the text, waits for diagnostics without it, and deactivates. It prints the codes
// of both. Run in the extension's folder: node vscode.js KGW FILE REPLACEMENT CODE
const fs = require('fs');
const path = require('path');
const { pathToFileURL, fileURLToPath } = require('url');
const Module = require('module');

const [kgw, name, changed, code] = process.argv.slice(2);

class Uri {
  constructor(text) { this.text = text; this.scheme = text.split(':')[0]; }
  static parse(text) { return new Uri(text); }
  static file(name) { return new Uri(pathToFileURL(name).href); }
  get fsPath() { return fileURLToPath(this.text); }
  get path() { return new URL(this.text).pathname; }
  toString() { return this.text; }
}

class EventEmitter {
  listeners = new Set();
  event = (listener, self) => {
    const bound = listener.bind(self);
    this.listeners.add(bound);
    return { dispose: () => this.listeners.delete(bound) };
  };
  fire(value) { for (const listener of this.listeners) listener(value); }
  dispose() {}
}

class Disposable {
  constructor(dispose) { this.dispose = dispose || (() => {}); }
  static from(...list) { return new Disposable(() => list.forEach((d) => d.dispose())); }
}

class CancellationTokenSource {
  token = { isCancellationRequested: false, onCancellationRequested: new EventEmitter().event };
  cancel() {}
  dispose() {}
}

class CodeActionKind {
  constructor(value) { this.value = value; }
  append(part) { return new CodeActionKind(this.value ? `${this.value}.${part}` : part); }
}
CodeActionKind.Empty = new CodeActionKind('');
for (const name of ['QuickFix', 'Refactor', 'Source']) CodeActionKind[name] = CodeActionKind.Empty.append(name.toLowerCase());

class Position { constructor(line, character) { Object.assign(this, { line, character }); } }
class Range { constructor(a, b, c, d) { this.start = c === undefined ? a : new Position(a, b); this.end = c === undefined ? b : new Position(c, d); } }
class Diagnostic { constructor(range, message, severity) { Object.assign(this, { range, message, severity }); } }

// Whatever is not needed here is a function that does nothing, alone, as a class
// and as an object.
const anything = () => new Proxy(function () {}, { get: (target, key) => (key in target ? target[key] : anything()) });
const known = (members) => new Proxy(members, {
  get: (target, key) => {
    if (key in target) return target[key];
    if (typeof key === 'string' && /^on(Did|Will)/.test(key)) return new EventEmitter().event;
    if (typeof key === 'string' && /^register/.test(key)) return () => new Disposable();
    return anything();
  },
});

const document = {
  uri: Uri.file(path.resolve(name)), languageId: 'yaml', version: 1, isClosed: false,
  text: fs.readFileSync(name, 'utf8'),
  getText() { return this.text; },
};
const edits = new EventEmitter();
const diagnostics = new EventEmitter();
const settings = { path: kgw, args: [] };

const vscode = known({
  version: '1.82.0', Uri, EventEmitter, Disposable, CancellationTokenSource, Position, Range, Diagnostic, CodeActionKind,
  CancellationError: class extends Error {},
  DiagnosticSeverity: { Error: 0, Warning: 1, Information: 2, Hint: 3 },
  env: known({ appName: 'test', language: 'en' }),
  commands: known({ registerCommand: () => new Disposable() }),
  window: known({
    createOutputChannel: () => known({ append() {}, appendLine(text) { process.stderr.write(text + '\n'); }, show() {}, dispose() {} }),
    showErrorMessage: async (text) => { process.stderr.write(text + '\n'); },
    activeTextEditor: undefined, tabGroups: known({ all: [] }),
  }),
  workspace: known({
    getConfiguration: (section) => ({ get: (key) => (section === 'kgw' ? settings[key] : undefined) }),
    workspaceFolders: [{ uri: Uri.file(path.dirname(path.resolve(name))), name: 'test', index: 0 }],
    textDocuments: [document], notebookDocuments: [],
    onDidChangeTextDocument: edits.event,
    createFileSystemWatcher: () => known({ dispose() {} }),
  }),
  languages: known({
    match: (selector, doc) => [].concat(selector).some((s) => (!s.language || s.language === doc.languageId) && (!s.scheme || s.scheme === doc.uri.scheme)) ? 10 : 0,
    createDiagnosticCollection: () => known({ set: (uri, list) => diagnostics.fire({ uri, list }), delete() {}, clear() {}, dispose() {} }),
  }),
});

const load = Module._load;
Module._load = (request, ...rest) => (request === 'vscode' ? vscode : load(request, ...rest));

// published resolves with the codes of the document's diagnostics when they are
// as wanted.
const published = (wanted) => new Promise((resolve) => {
  const listening = diagnostics.event(({ uri, list }) => {
    const codes = (list || []).map((d) => (d.code && d.code.value !== undefined ? d.code.value : d.code));
    if (uri.toString() !== document.uri.toString() || !wanted(codes)) return;
    listening.dispose();
    resolve(codes);
  });
});

async function main() {
  const { activate, deactivate } = require(path.resolve('extension.js'));
  const first = published((codes) => codes.includes(code));
  await activate({ subscriptions: [] });
  console.log('opened:', ...(await first));
  const { text } = document;
  document.text = fs.readFileSync(changed, 'utf8');
  document.version++;
  const second = published((codes) => !codes.includes(code));
  const whole = new Range(0, 0, text.split('\n').length, 0);
  edits.fire({ document, contentChanges: [{ range: whole, rangeLength: text.length, text: document.text }] });
  console.log('changed:', ...(await second));
  await deactivate();
}

main().then(() => process.exit(0), (e) => { console.error(e); process.exit(1); });

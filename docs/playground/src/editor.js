// The editors: CodeMirror in a shadow root each, where its styles need no exception of
// the content security policy.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--key)" },
  { tag: [tags.string, tags.content], color: "var(--text)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--faint)" },
  { tag: [tags.keyword, tags.bool, tags.number, tags.atom], color: "var(--value)" },
  { tag: [tags.meta, tags.separator, tags.punctuation], color: "var(--faint)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--paper)", fontSize: "13px" },
  "&.cm-focused": { outline: "2px solid var(--accent)", outlineOffset: "-2px" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55" },
  ".cm-gutters": { backgroundColor: "var(--paper)", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--line-now)" },
  ".cm-content": { caretColor: "var(--text)" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--chosen)" },
  ".cm-panels, .cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", borderColor: "var(--edge)" },
  ".cm-diagnostic": { whiteSpace: "pre-wrap", maxWidth: "60ch" },
});

const shared = [lineNumbers(), foldGutter(), drawSelection(), bracketMatching(), highlightActiveLine(), highlightSelectionMatches(), yaml(), syntaxHighlighting(colours), look, EditorView.lineWrapping];

function view(holder, state) {
  const root = holder.shadowRoot ?? holder.attachShadow({ mode: "open" });
  const parent = document.createElement("div");
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(":host, div:first-of-type { height: 100% }");
  root.adoptedStyleSheets = [sheet];
  root.append(parent);
  return new EditorView({ state, parent, root });
}

// writable shows a text that changed(text) is told about.
export function writable(holder, label, changed) {
  const extensions = [
    shared, history(), indentOnInput(), lintGutter(),
    keymap.of([...defaultKeymap, ...historyKeymap, ...searchKeymap, ...foldKeymap, ...lintKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label, tabindex: "0" }),
    EditorView.updateListener.of((u) => u.docChanged && changed(u.state.doc.toString())),
  ];
  const fresh = (doc) => EditorState.create({ doc, extensions });
  const editor = view(holder, fresh(""));
  return {
    show(text) { if (text !== editor.state.doc.toString()) editor.setState(fresh(text)); },
    mark(findings) { editor.dispatch(setDiagnostics(editor.state, findings.map((f) => diagnostic(editor.state.doc, f)))); },
    go(line, column) {
      const at = offset(editor.state.doc, line, column);
      editor.dispatch({ selection: { anchor: at }, effects: EditorView.scrollIntoView(at, { y: "center" }) });
      editor.focus();
    },
    editor,
  };
}

// readable shows a text.
export function readable(holder, label) {
  const extensions = [
    shared, EditorState.readOnly.of(true), keymap.of([...defaultKeymap, ...searchKeymap, ...foldKeymap]),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-readonly": "true", tabindex: "0" }),
  ];
  const editor = view(holder, EditorState.create({ doc: "", extensions }));
  return {
    show(text) { if (text !== editor.state.doc.toString()) editor.setState(EditorState.create({ doc: text, extensions })); },
    text: () => editor.state.doc.toString(),
  };
}

// offset is the place of a line and a column, which counts code points, in a text.
function offset(doc, line, column) {
  const { from, text } = doc.line(Math.min(Math.max(line, 1), doc.lines));
  return from + [...text].slice(0, Math.max(column - 1, 0)).join("").length;
}

function diagnostic(doc, f) {
  const from = offset(doc, f.line, f.column);
  const to = Math.max(from, offset(doc, f.endLine ?? f.line, f.endColumn ?? f.column + 1));
  const text = f.message + (f.help ? "\n" + f.help : "");
  return { from, to, severity: f.severity, source: f.code, message: text };
}

// A cell's editor: CodeMirror in a shadow root. There its styles are adopted style sheets, which
// the page's Content-Security-Policy allows; in the document they would be style elements.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyField, historyKeymap, indentWithTab } from "@codemirror/commands";
import {
  bracketMatching,
  indentOnInput,
  indentUnit,
  LanguageSupport,
  syntaxHighlighting,
  HighlightStyle,
} from "@codemirror/language";
import { setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, search, searchKeymap } from "@codemirror/search";
import { Compartment, EditorState, Prec } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { languageOf } from "./languages.js";

// The colours of tokens.css reach into the shadow root.
const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.modifier], color: "var(--focus)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--good)" },
  { tag: [tags.comment, tags.quote, tags.meta], color: "var(--muted)", fontStyle: "italic" },
  { tag: [tags.number, tags.bool, tags.null, tags.atom], color: "var(--bronze)" },
  { tag: [tags.function(tags.variableName), tags.standard(tags.name), tags.typeName], color: "var(--gold)" },
  { tag: tags.heading, fontWeight: "700" },
  { tag: tags.strong, fontWeight: "700" },
  { tag: tags.emphasis, fontStyle: "italic" },
  { tag: [tags.link, tags.url], color: "var(--focus)" },
  { tag: tags.invalid, color: "var(--bad)" },
]);

const theme = EditorView.theme({
  "&": { color: "var(--text)", backgroundColor: "transparent", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "20px" },
  ".cm-content": { padding: "8px 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 12px 0 8px" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { minWidth: "32px", padding: "0 4px 0 0" },
  ".cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent-soft) 45%, transparent)" },
  ".cm-selectionMatch": { backgroundColor: "var(--accent-soft)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--accent-soft)", color: "inherit" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--border)",
    borderRadius: "6px",
    boxShadow: "var(--shadow-high)",
    zIndex: "30",
  },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--mono)", maxHeight: "220px" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "2px 8px", lineHeight: "20px" },
  ".cm-tooltip-autocomplete ul li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--accent-text)" },
  ".cm-completionDetail": { opacity: "0.75", marginLeft: "12px", fontStyle: "normal" },
  ".cm-panels": { backgroundColor: "var(--sunken)", color: "var(--text)", borderColor: "var(--border)" },
  ".cm-textfield": {
    backgroundColor: "var(--surface)",
    color: "var(--text)",
    border: "1px solid var(--border-strong)",
    borderRadius: "4px",
  },
  ".cm-button": {
    backgroundColor: "var(--surface)",
    backgroundImage: "none",
    color: "var(--text)",
    border: "1px solid var(--border-strong)",
    borderRadius: "4px",
  },
  ".cm-panel label": { fontSize: "12px" },
  ".cm-searchMatch": { backgroundColor: "var(--gold-soft)", outline: "1px solid var(--gold)" },
  ".cm-diagnostic": { fontFamily: "var(--font)" },
});

// What a cell's editor had when it was last closed: its history, to undo in.
const closed = new Map();

/**
 * Opens an editor in `host`.
 *
 * options: key (names the cell, for its undo history), text, language, label, at (a line and column to
 * begin at, from 1), error ({line, column, message} or null), change(text), press(name) for the notebook's own keys,
 * leave() when the focus goes, complete(before) → a promise of [{label, kind, detail}].
 */
export function edit(host, options) {
  // An element of our own: the page may use `host` for something else later, and a shadow root stays.
  const place = document.createElement("div");
  host.replaceChildren(place);
  const root = place.attachShadow({ mode: "open" });
  const language = new Compartment();
  const completion = autocompletion({ override: [(context) => complete(context, options)], icons: false });
  // Text has nothing to complete; its Escape leaves at once.
  const speak = (name) => {
    const found = languageOf(name);
    return [found ? new LanguageSupport(found) : [], name === "python" || name === "sql" ? completion : []];
  };
  const press = (name) => () => {
    options.press(name);
    return true;
  };
  const extensions = [
    Prec.highest(
      keymap.of([
        { key: "Shift-Enter", run: press("Shift+Enter") },
        { key: "Mod-Enter", run: press("Ctrl+Enter") },
        { key: "Alt-Enter", run: press("Alt+Enter") },
        { key: "Mod-s", run: press("Ctrl+s"), preventDefault: true },
      ]),
    ),
    lineNumbers(),
    history(),
    indentOnInput(),
    indentUnit.of("    "),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    search({ top: true }),
    EditorView.lineWrapping,
    EditorView.domEventHandlers({ beforeinput: replaceLines }),
    keymap.of([
      ...closeBracketsKeymap,
      ...completionKeymap,
      ...searchKeymap,
      ...historyKeymap,
      // Behind those that close a list or the search: then it leaves the editor.
      { key: "Escape", run: press("Escape") },
      indentWithTab,
      ...defaultKeymap.filter((binding) => binding.key !== "Mod-Enter" && binding.key !== "Escape"),
    ]),
    syntaxHighlighting(colours),
    theme,
    language.of(speak(options.language)),
    EditorView.contentAttributes.of({ "aria-label": options.label, spellcheck: "false" }),
    EditorView.updateListener.of((update) => {
      if (update.docChanged) options.change(update.state.doc.toString());
      if (update.focusChanged && !update.view.hasFocus && root.activeElement === null) options.leave();
    }),
  ];
  const before = closed.get(options.key);
  const state =
    before && before.doc === options.text
      ? EditorState.fromJSON(before.state, { extensions }, { history: historyField })
      : EditorState.create({ doc: options.text, extensions });
  const view = new EditorView({ state, parent: root, root });
  if (options.error) mark(view, options.error);
  if (options.at) {
    const line = view.state.doc.line(Math.min(Math.max(options.at.line, 1), view.state.doc.lines));
    const anchor = Math.min(line.from + Math.max(options.at.column - 1, 0), line.to);
    view.dispatch({ selection: { anchor } });
  }
  return {
    focus: () => view.focus(),
    text: () => view.state.doc.toString(),
    language: (name) => view.dispatch({ effects: language.reconfigure(speak(name)) }),
    error: (error) => mark(view, error),
    close() {
      closed.set(options.key, { doc: view.state.doc.toString(), state: view.state.toJSON({ history: historyField }) });
      view.destroy();
      place.remove();
    },
  };
}

// Typing over several selected lines: left to itself, Chrome writes inline styles into what remains, which the page's
// Content-Security-Policy blocks and reports.
function replaceLines(event, view) {
  const { main } = view.state.selection;
  const { doc } = view.state;
  const isOneLine = doc.lineAt(main.from).number === doc.lineAt(main.to).number;
  if (isOneLine || event.inputType !== "insertText" || !event.data || view.composing) return false;
  event.preventDefault();
  view.dispatch(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  return true;
}

function mark(view, error) {
  const diagnostics = [];
  if (error?.line >= 1 && error.line <= view.state.doc.lines) {
    const line = view.state.doc.line(error.line);
    const indent = /^\s*/.exec(line.text)[0].length;
    const from = Math.min(line.from + Math.max(indent, (error.column ?? 1) - 1), line.to);
    // The word that a column points to, or else the line.
    const word = error.column ? /^(`[^`]*`|[\p{L}\p{N}_.])+/u.exec(line.text.slice(from - line.from)) : null;
    const to = word ? from + word[0].length : line.to;
    diagnostics.push({ from, to, severity: "error", message: error.message });
  }
  view.dispatch(setDiagnostics(view.state, diagnostics));
}

async function complete(context, options) {
  const word = context.matchBefore(/[\p{L}\p{N}_]*/u);
  const before = context.state.sliceDoc(0, context.pos);
  const isMember = /\.[\p{L}\p{N}_]*$/u.test(before);
  if (!context.explicit && !isMember && (word.from === word.to || /^\d/.test(word.text))) return null;
  const items = await options.complete(before);
  if (context.aborted || items.length === 0) return null;
  const boost = { column: 3, table: 2, variable: 1, function: 0, method: 0, keyword: -1 };
  return {
    from: word.from,
    options: items.map(({ label, kind, detail }) => ({
      label,
      type: kind,
      detail: detail.slice(0, 60),
      boost: boost[kind] ?? 0,
    })),
    validFor: /^[\p{L}\p{N}_]*$/u,
  };
}

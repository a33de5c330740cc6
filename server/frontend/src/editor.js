/* The editor of the SPARQL page, in place of the text box, whose value it keeps up to date: the form works as before.

   It lives in a shadow root: there CodeMirror adopts its style sheets, whereas in the document it would write a <style>
   element, which our policy (style-src 'self') forbids. */

import { closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, indentOnInput } from "@codemirror/language";
import { EditorState, Prec } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, highlightSpecialChars, keymap, lineNumbers } from "@codemirror/view";
import { completion } from "./completion.js";
import { sparqlLanguage } from "./language.js";
import { refusalField, showRefusal } from "./refusal.js";
import { theme } from "./theme.js";
import { NOTHING, prepare } from "./words.js";

async function fetchWords(address) {
  const answer = await fetch(address, { headers: { Accept: "application/json" } });
  return answer.ok ? prepare(await answer.json()) : NOTHING;
}

function keys(form) {
  const run = (view) => {
    closeCompletion(view);
    form.requestSubmit();
    return true;
  };
  return [
    Prec.highest(keymap.of([{ key: "Mod-Enter", run }, { key: "Ctrl-Enter", run }])),
    keymap.of([...closeBracketsKeymap, ...defaultKeymap, ...historyKeymap, ...completionKeymap]),
  ];
}

/* Typing over a selection is done here and not left to the browser: Chromium keeps the look of what it takes away in a style
   attribute, which our policy forbids and which nobody wants in the text. */
function typeOver(event, view) {
  const { main } = view.state.selection;
  if (event.inputType !== "insertText" || event.data === null || main.empty || view.composing) return false;
  const insert = () => view.state.update(view.state.replaceSelection(event.data), { userEvent: "input.type", scrollIntoView: true });
  const isTaken = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, event.data, insert));
  if (!isTaken) view.dispatch(insert());
  event.preventDefault();
  return true;
}

function mount(field) {
  const texts = field.dataset;
  const host = document.createElement("div");
  host.className = "editor";
  const root = host.attachShadow({ mode: "open" });
  const help = document.createElement("p");
  help.id = "help";
  help.hidden = true;
  help.textContent = texts.keys;
  root.append(help);
  let words = NOTHING;
  let isAsked = false;
  const view = new EditorView({
    root,
    parent: root,
    doc: field.value,
    extensions: [
      lineNumbers(), highlightSpecialChars(), history(), drawSelection(), indentOnInput(), bracketMatching(), closeBrackets(),
      highlightActiveLine(), highlightActiveLineGutter(), EditorView.lineWrapping, EditorState.tabSize.of(2),
      sparqlLanguage(), completion(() => words, texts.language), refusalField, theme, keys(field.form),
      EditorState.phrases.of(JSON.parse(texts.phrases)),
      EditorView.contentAttributes.of({ "aria-label": texts.label, "aria-describedby": "help", autocapitalize: "off", spellcheck: "false" }),
      EditorView.domEventHandlers({ beforeinput: typeOver }),
      EditorView.updateListener.of((update) => {
        if (update.docChanged) field.value = update.state.doc.toString();
      }),
    ],
  });
  /* The words are fetched when the reader first comes here, not for those who only look at an answer. */
  view.contentDOM.addEventListener("focus", async () => {
    if (isAsked) return;
    isAsked = true;
    words = await fetchWords(texts.words).catch(() => NOTHING);
  });
  field.before(host);
  field.hidden = true;
  for (const label of field.labels) label.addEventListener("click", () => view.focus());
  field.addEventListener("refusal", (event) => showRefusal(view, event.detail));
}

for (const field of document.querySelectorAll("textarea[data-editor]")) mount(field);
for (const line of document.querySelectorAll("[data-editor-keys]")) line.hidden = false;

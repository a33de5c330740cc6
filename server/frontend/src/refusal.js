/* Where the server found a mistake: the token underlined, its line marked, the reason under it until the text changes. */

import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, WidgetType } from "@codemirror/view";
import { tokenAt } from "./tokens.js";

const refuse = StateEffect.define();

class Reason extends WidgetType {
  constructor(text) {
    super();
    this.text = text;
  }

  eq(other) {
    return other.text === this.text;
  }

  toDOM() {
    const element = document.createElement("div");
    element.className = "reason";
    element.textContent = this.text;
    return element;
  }
}

class End extends WidgetType {
  toDOM() {
    const element = document.createElement("span");
    element.className = "refused-end";
    return element;
  }
}

function decorate(document, refusal) {
  if (!refusal) return Decoration.none;
  const line = document.lineAt(refusal.from);
  const marks = [Decoration.line({ class: "refused-line" }).range(line.from)];
  if (refusal.to > refusal.from) marks.push(Decoration.mark({ class: "refused" }).range(refusal.from, refusal.to));
  else marks.push(Decoration.widget({ widget: new End(), side: 1 }).range(refusal.from));
  marks.push(Decoration.widget({ widget: new Reason(refusal.reason), block: true, side: 1 }).range(line.to));
  return Decoration.set(marks, true);
}

export const refusalField = StateField.define({
  create: () => Decoration.none,
  update(shown, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(refuse)) return decorate(transaction.state.doc, effect.value);
    }
    return transaction.docChanged ? Decoration.none : shown;
  },
  provide: (field) => [
    EditorView.decorations.from(field),
    EditorView.contentAttributes.from(field, (shown) => (shown.size ? { "aria-invalid": "true" } : {})),
  ],
});

/* Shows a refusal, or takes it away when there is none.

   line and column count from 1, the column in characters (not in UTF-16 units, as the editor counts). */
export function showRefusal(view, refusal) {
  const { doc } = view.state;
  if (!refusal?.line) {
    view.dispatch({ effects: refuse.of(null) });
    return;
  }
  const line = doc.line(Math.min(refusal.line, doc.lines));
  const before = [...line.text].slice(0, Math.max(0, refusal.column - 1)).join("");
  /* A parser may point at the blank before the token that it does not take. */
  const blank = refusal.token === "" ? 0 : /^\s*/.exec(line.text.slice(before.length))[0].length;
  const from = line.from + before.length + blank;
  const token = refusal.token ?? tokenAt(line.text, before.length + blank)?.text ?? "";
  const to = Math.min(line.to, from + token.length);
  view.dispatch({
    effects: [refuse.of({ from, to, reason: refusal.reason }), EditorView.scrollIntoView(from, { y: "nearest", yMargin: 40 })],
    selection: { anchor: from },
  });
}

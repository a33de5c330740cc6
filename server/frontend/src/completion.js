/* Completion: what fits at the cursor, from SPARQL itself, from this query and from the data; with the PREFIX that goes with it. */

import { autocompletion, startCompletion } from "@codemirror/autocomplete";
import { placeAt, prologueOf } from "./place.js";
import { CLAUSES, FORMS, FUNCTIONS, tokensOf } from "./tokens.js";
import { fitting, plain, writtenIn } from "./words.js";

const KEYWORDS = {
  head: [...FORMS, ...CLAUSES],
  subject: ["OPTIONAL", "FILTER", "BIND", "VALUES", "UNION", "MINUS", "GRAPH", "SELECT", "SERVICE"],
  expression: [...FUNCTIONS, "EXISTS", "NOT EXISTS", "IN", "NOT IN"],
};
const DATA = {
  class: ["class"],
  property: ["property"],
  object: ["object", "class"],
  subject: ["object"],
  expression: ["object", "class"],
};

/* The change that writes a text over [from, to) and declares a prefix when that is missing. */
export function insertion(text, from, to, written, prefix, space) {
  const { prefixes, end } = prologueOf(text);
  const changes = [{ from, to, insert: written }];
  let before = 0;
  if (prefix !== null && !prefixes.has(prefix)) {
    const line = `PREFIX ${prefix}: <${space}>`;
    const insert = end ? `\n${line}` : `${line}\n${/^PREFIX|^\s*$/i.test(text) ? "" : "\n"}`;
    const at = end || startOf(text);
    changes.unshift({ from: at, insert });
    before = insert.length;
  }
  return { changes, cursor: from + before + written.length };
}

/* Where a first declaration goes: after the comments with which a query begins. */
function startOf(text) {
  return /^(?:[ \t]*#[^\n]*\n|[ \t]*\n)*/.exec(text)[0].length;
}

function option(word, prologue, number) {
  const written = writtenIn(word, prologue);
  const isNamed = word.kind === "thing" || word.prefix === null;
  return {
    label: written,
    displayLabel: isNamed ? word.name : written,
    about: isNamed ? written : word.name,
    number: word.number ? number.format(word.number) : "",
    info: word.definition,
    type: word.kind,
    apply(view, chosen, from, to) {
      const prefix = /^[^<:]*(?=:)/.exec(written)?.[0] ?? null;
      const space = word.prefix === null ? "" : word.iri.slice(0, word.iri.length - (written.length - (prefix ?? "").length - 1));
      write(view, insertion(view.state.doc.toString(), from, to, written, prefix, space));
    },
  };
}

function write(view, { changes, cursor }) {
  view.dispatch({ changes, selection: { anchor: cursor }, scrollIntoView: true, userEvent: "input.complete" });
}

function prefixOptions(words, prologue, typed, kind) {
  const known = new Map([...words.prefixes, ...prologue]);
  return [...known].filter(([prefix]) => prefix && plain(prefix).startsWith(plain(typed))).map(([prefix, space]) => ({
    label: `${prefix}:`,
    about: space,
    type: "prefix",
    apply(view, chosen, from, to) {
      if (kind === "declaration") {
        write(view, { changes: [{ from, to, insert: `${prefix}: <${space}>\n` }], cursor: from + prefix.length + space.length + 5 });
        return;
      }
      write(view, insertion(view.state.doc.toString(), from, to, `${prefix}:`, prefix, space));
      startCompletion(view);
    },
  }));
}

function keywordOptions(kind, typed) {
  /* A word that is there in full is not offered: Enter should then begin a new line. */
  const found = (KEYWORDS[kind] ?? []).filter((word) => word.startsWith(typed.toUpperCase()) && word.length > typed.length);
  return found.map((word) => ({ label: word, type: "keyword" }));
}

function variableOptions(text, place) {
  const found = new Set(tokensOf(text).filter((token) => token.kind === "variable" && token.from !== place.from).map((token) => token.text));
  found.delete(place.word);
  return [...found].filter((name) => plain(name).startsWith(plain(place.word))).sort().map((name) => ({ label: name, type: "variable" }));
}

/* What may be written at an offset, best first. */
export function optionsAt(text, offset, words, number) {
  const place = placeAt(text, offset);
  const { kind, word } = place;
  if (kind === "none") return { from: place.from, options: [] };
  if (/^[?$]/.test(word)) return { from: place.from, options: variableOptions(text, place) };
  const prologue = prologueOf(text).prefixes;
  if (kind === "declaration") return { from: place.from, options: prefixOptions(words, prologue, word.replace(/:$/, ""), kind) };
  const lists = (DATA[kind] ?? []).map((name) => words[name]);
  const own = fitting(lists, ownForm(word, prologue, words)).map((each) => option(each, prologue, number));
  const isPlain = word && !/[:<]/.test(word);
  const prefixes = isPlain && kind !== "head" ? prefixOptions(words, prologue, word, kind) : [];
  const keywords = isPlain || !word ? keywordOptions(kind, word) : [];
  return { from: place.from, options: kind === "head" || (isPlain && kind !== "property") ? [...keywords, ...own, ...prefixes] : [...own, ...prefixes, ...keywords] };
}

/* A name under the query's own prefix, as our list writes it. */
function ownForm(word, prologue, words) {
  const prefix = /^[^<:]*(?=:)/.exec(word)?.[0];
  const space = prefix === undefined ? undefined : prologue.get(prefix);
  if (space === undefined) return word;
  for (const [ours, iri] of words.prefixes) {
    if (iri === space) return `${ours}:${word.slice(prefix.length + 1)}`;
  }
  return word;
}

function source(getWords, number) {
  return (context) => {
    const text = context.state.doc.toString();
    const { from, options } = optionsAt(text, context.pos, getWords(), number);
    if (options.length === 0 || (!context.explicit && from === context.pos)) return null;
    return { from, options, filter: false };
  };
}

function span(className, text) {
  const element = document.createElement("span");
  element.className = className;
  element.textContent = text;
  return element;
}

export function completion(getWords, language) {
  return autocompletion({
    override: [source(getWords, new Intl.NumberFormat(language))],
    icons: false,
    closeOnBlur: true,
    maxRenderedOptions: 60,
    optionClass: (shown) => `is-${shown.type}`,
    addToOptions: [
      { position: 60, render: (shown) => (shown.about ? span("about", shown.about) : null) },
      { position: 90, render: (shown) => (shown.number ? span("number", shown.number) : null) },
    ],
  });
}

/* SPARQL for the editor: tokens by line, their colours, brackets. */

import { HighlightStyle, LanguageSupport, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import { tags } from "@lezer/highlight";
import { tokenAt } from "./tokens.js";

const STYLES = {
  comment: "lineComment",
  iri: "url",
  string: "string",
  variable: "variableName",
  language: "annotation",
  blank: "labelName",
  name: "name",
  number: "number",
  keyword: "keyword",
  function: "function",
  constant: "bool",
  type: "typeOperator",
  word: "name",
};

const BRACKETS = /^[{}()[\]]$/;

const sparql = StreamLanguage.define({
  name: "sparql",
  startState: () => ({ quotes: "" }),
  copyState: (state) => ({ ...state }),
  token(stream, state) {
    if (state.quotes) return longString(stream, state);
    const token = tokenAt(stream.string, stream.pos);
    if (token.kind === "long") {
      state.quotes = token.text;
      stream.pos = token.to;
      return longString(stream, state);
    }
    stream.pos = token.to;
    return BRACKETS.test(token.text) ? "bracket" : STYLES[token.kind] ?? null;
  },
  languageData: {
    commentTokens: { line: "#" },
    closeBrackets: { brackets: ["(", "[", "{", "'", '"'] },
  },
  tokenTable: {
    annotation: tags.annotation,
    function: tags.function(tags.variableName),
    name: tags.name,
    url: tags.url,
    bracket: tags.bracket,
  },
});

/* The rest of the line, or as far as the quotes that end the string. */
function longString(stream, state) {
  const end = stream.string.indexOf(state.quotes, stream.pos);
  if (end < 0) stream.skipToEnd();
  else {
    stream.pos = end + 3;
    state.quotes = "";
  }
  return "string";
}

/* The colours are tokens of the site, so that light, dark and forced colours follow it. */
const colours = HighlightStyle.define([
  { tag: tags.keyword, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.typeOperator, color: "var(--accent)", fontWeight: "600" },
  { tag: tags.function(tags.variableName), color: "var(--accent)" },
  { tag: tags.variableName, color: "var(--guess)" },
  { tag: [tags.string, tags.annotation], color: "var(--contra)" },
  { tag: [tags.number, tags.bool], color: "var(--contra)" },
  { tag: tags.url, color: "var(--muted)" },
  { tag: tags.lineComment, color: "var(--muted)", fontStyle: "italic" },
]);

export function sparqlLanguage() {
  return new LanguageSupport(sparql, [syntaxHighlighting(colours)]);
}

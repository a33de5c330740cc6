/* How the editor looks: the tokens of the site, which reach into the shadow root as custom properties. */

import { EditorView } from "@codemirror/view";

export const theme = EditorView.theme({
  "&": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--muted)",
    borderRadius: "0.25rem",
    fontSize: "0.9rem",
  },
  "&.cm-focused": { outline: "0.1875rem solid var(--accent)", outlineOffset: "0.1875rem" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.55", maxHeight: "min(36rem, 70vh)", overflow: "auto" },
  ".cm-content, .cm-gutter": { minHeight: "14rem" },
  ".cm-content": { padding: "0.7rem 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 1rem 0 0.75rem" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--muted)", border: "0", borderInlineEnd: "1px solid var(--rule)", paddingInlineStart: "0.25rem" },
  ".cm-activeLineGutter": { backgroundColor: "transparent", color: "var(--ink)" },
  ".cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 5%, transparent)" },
  ".cm-cursor": { borderLeftColor: "var(--ink)", borderLeftWidth: "2px" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "color-mix(in srgb, var(--accent) 22%, transparent)",
  },
  "&.cm-focused .cm-matchingBracket, .cm-matchingBracket": { backgroundColor: "var(--accent-wash)", outline: "1px solid var(--accent)", borderRadius: "0.1rem" },
  "&.cm-focused .cm-nonmatchingBracket, .cm-nonmatchingBracket": { backgroundColor: "var(--contra-wash)", outline: "1px solid var(--contra-rule)" },
  ".cm-placeholder": { color: "var(--muted)" },

  ".refused-line": { backgroundColor: "var(--contra-wash)" },
  "&.cm-focused .refused-line.cm-activeLine": { backgroundColor: "var(--contra-wash)" },
  ".refused": { textDecoration: "underline wavy var(--contra-rule)", textUnderlineOffset: "0.2em", textDecorationSkipInk: "none" },
  ".refused-end::before": { content: "'␣' / ''", color: "var(--contra)", textDecoration: "underline wavy var(--contra-rule)" },
  ".reason": {
    fontFamily: "var(--sans)", fontSize: "0.875rem", lineHeight: "1.45", color: "var(--contra)", backgroundColor: "var(--contra-wash)",
    borderInlineStart: "0.25rem solid var(--contra-rule)", padding: "0.3rem 0.75rem 0.4rem", whiteSpace: "pre-wrap", overflowWrap: "anywhere",
  },

  ".cm-tooltip": { backgroundColor: "var(--surface)", color: "var(--ink)", border: "1px solid var(--rule-strong)", borderRadius: "0.25rem", boxShadow: "0 0.4rem 1.4rem rgb(0 0 0 / 0.18)", zIndex: "5" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul": { fontFamily: "var(--sans)", fontSize: "0.875rem", maxHeight: "min(19rem, 45vh)", minWidth: "min(22rem, 84vw)", maxWidth: "min(44rem, 90vw)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { display: "flex", gap: "0.9rem", alignItems: "baseline", padding: "0.4rem 0.75rem", lineHeight: "1.35", minHeight: "1.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { backgroundColor: "var(--accent)", color: "var(--on-accent)" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected] span": { color: "var(--on-accent)" },
  ".cm-completionLabel": { fontFamily: "var(--mono)", fontSize: "0.84rem", flex: "none", maxWidth: "75%", overflow: "hidden", textOverflow: "ellipsis" },
  ".is-thing .cm-completionLabel": { fontFamily: "var(--sans)", fontSize: "0.875rem", fontWeight: "600" },
  ".is-keyword .cm-completionLabel": { color: "var(--accent)", fontWeight: "600" },
  ".is-variable .cm-completionLabel": { color: "var(--guess)" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "600" },
  ".about": { color: "var(--muted)", flex: "1 1 0", minWidth: "0", overflow: "hidden", textOverflow: "ellipsis" },
  ".is-thing .about, .is-prefix .about": { fontFamily: "var(--mono)", fontSize: "0.8rem" },
  ".number": { color: "var(--muted)", fontVariantNumeric: "tabular-nums", flex: "none" },
  ".cm-tooltip.cm-completionInfo": { fontFamily: "var(--sans)", fontSize: "0.875rem", lineHeight: "1.5", padding: "0.6rem 0.8rem", maxWidth: "min(22rem, 90vw)" },
});

/* The tokens of SPARQL: one list of patterns, used to colour the text and to know what may stand at the cursor.

   Source: SPARQL 1.2 Query Language, 19.8 (grammar: terminals). */

const LETTER = "A-Za-z_\\u00C0-\\u02FF\\u0370-\\u1FFF\\u2070-\\u218F\\u3001-\\uD7FF\\uF900-\\uFFFD";
const NAME = `${LETTER}0-9\\u00B7\\u0300-\\u036F\\u203F-\\u2040`;
const LOCAL = `(?:[${NAME}:]|%[0-9A-Fa-f]{2}|\\\\[_~.\\-!$&'()*+,;=/?#@%])`;
const LOCAL_INSIDE = `(?:[${NAME}:.\\-]|%[0-9A-Fa-f]{2}|\\\\[_~.\\-!$&'()*+,;=/?#@%])`;
const PREFIX = `[${LETTER}](?:[${NAME}.\\-]*[${NAME}\\-])?`;

/* In this order; the first that fits decides. Long strings that have no end on the line are handled by the readers. */
const PATTERNS = [
  ["space", /\s+/],
  ["comment", /#[^\r\n]*/],
  ["iri", /<[^\x00-\x20<>"{}|^`\\]*>/],
  ["string", /"""(?:"{0,2}(?:[^"\\]|\\[^]))*"{3,5}|'''(?:'{0,2}(?:[^'\\]|\\[^]))*'{3,5}/],
  ["string", /"(?!"")(?:[^"\\\r\n]|\\.)*"|'(?!'')(?:[^'\\\r\n]|\\.)*'|""(?!")|''(?!')/],
  ["long", /"""|'''/],
  ["variable", new RegExp(`[?$][${NAME}]+`)],
  ["language", /@[A-Za-z]+(?:-[A-Za-z0-9]+)*(?:--[a-z]+)?/],
  ["blank", new RegExp(`_:[${NAME}](?:[${NAME}.\\-]*[${NAME}\\-])?`)],
  ["name", new RegExp(`(?:${PREFIX})?:(?:${LOCAL}(?:${LOCAL_INSIDE}*${LOCAL_INSIDE.replace(".\\-", "\\-")})?)?`)],
  ["number", /(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?/],
  ["word", /[A-Za-z][A-Za-z0-9_]*/],
  ["mark", /<<\(?|\)?>>|\{\||\|\}|\^\^|&&|\|\||[!<>]=|[{}()[\].;,*/|^+?!=<>~-]/],
  ["stray", /[^]/],
].map(([kind, pattern]) => [kind, new RegExp(pattern.source, "yu")]);

export const FORMS = words("SELECT CONSTRUCT DESCRIBE ASK");
export const CLAUSES = words(
  "BASE PREFIX VERSION DISTINCT REDUCED AS FROM NAMED WHERE GROUP BY HAVING ORDER ASC DESC LIMIT OFFSET VALUES OPTIONAL GRAPH " +
  "SERVICE SILENT BIND UNDEF UNION MINUS FILTER EXISTS NOT IN SEPARATOR",
);
export const FUNCTIONS = words(
  "STR LANG LANGMATCHES LANGDIR HASLANG HASLANGDIR DATATYPE BOUND IRI URI BNODE RAND ABS CEIL FLOOR ROUND CONCAT STRLEN UCASE LCASE " +
  "ENCODE_FOR_URI CONTAINS STRSTARTS STRENDS STRBEFORE STRAFTER YEAR MONTH DAY HOURS MINUTES SECONDS TIMEZONE TZ NOW UUID " +
  "STRUUID MD5 SHA1 SHA256 SHA384 SHA512 COALESCE IF STRLANG STRLANGDIR STRDT SAMETERM ISIRI ISURI ISBLANK ISLITERAL ISNUMERIC " +
  "ISTRIPLE TRIPLE SUBJECT PREDICATE OBJECT REGEX SUBSTR REPLACE COUNT SUM MIN MAX AVG SAMPLE GROUP_CONCAT",
);
const CONSTANTS = words("TRUE FALSE");

function words(text) {
  return new Set(text.split(" "));
}

/* The kind of a word: keyword, function, type (the word a), constant, or word when SPARQL does not know it. */
export function kindOfWord(text) {
  if (text === "a") return "type";
  const upper = text.toUpperCase();
  if (FORMS.has(upper) || CLAUSES.has(upper)) return "keyword";
  if (FUNCTIONS.has(upper)) return "function";
  return CONSTANTS.has(upper) ? "constant" : "word";
}

/* The token of the text that begins at this offset. */
export function tokenAt(text, offset) {
  for (const [kind, pattern] of PATTERNS) {
    pattern.lastIndex = offset;
    const found = pattern.exec(text);
    if (found) {
      const told = kind === "word" ? kindOfWord(found[0]) : kind;
      return { kind: told, text: found[0], from: offset, to: offset + found[0].length };
    }
  }
  return null;
}

/* All tokens of a text that count, in order; a long string without an end takes the rest. */
export function tokensOf(text) {
  const found = [];
  let offset = 0;
  while (offset < text.length) {
    const token = tokenAt(text, offset);
    if (token.kind === "long") {
      found.push({ kind: "string", text: text.slice(offset), from: offset, to: text.length, isOpen: true });
      break;
    }
    if (token.kind !== "space") found.push(token);
    offset = token.to;
  }
  return found;
}

/* The words of the site's data (/vocab.json), and which of them fit what is being written. */

const RANKS = { exact: 4, start: 3, word: 2, inside: 1 };
const MOST = 60;

export function plain(text) {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/* The words of a document, each with the shortest way to write it. */
export function prepare(given) {
  const spaces = Object.entries(given.prefixes).sort((one, other) => other[1].length - one[1].length);
  const made = (kind) => ([iri, name, number, definition]) => {
    const written = shorten(iri, spaces);
    return { kind, iri, name, number, definition, ...written, key: plain(written.text), words: plain(name) };
  };
  return {
    prefixes: new Map(Object.entries(given.prefixes)),
    class: given.classes.map(made("class")),
    property: given.properties.map(made("property")),
    object: given.things.map(made("thing")),
  };
}

export const NOTHING = { prefixes: new Map(), class: [], property: [], object: [] };

function shorten(iri, spaces) {
  const found = spaces.find(([, space]) => iri.startsWith(space) && /^[\p{L}\d_](?:[\p{L}\d_.-]*[\p{L}\d_-])?$/u.test(iri.slice(space.length)));
  return found ? { text: `${found[0]}:${iri.slice(found[1].length)}`, prefix: found[0] } : { text: `<${iri}>`, prefix: null };
}

/* How well a word fits: 0 not at all. Any part of the written form or of its name will do, the beginning is better. */
export function fit(word, typed) {
  if (!typed) return RANKS.inside;
  const local = word.key.slice(word.key.indexOf(":") + 1);
  if (word.key === typed || local === typed || word.words === typed) return RANKS.exact;
  if (word.key.startsWith(typed) || local.startsWith(typed) || word.words.startsWith(typed)) return RANKS.start;
  if (word.words.includes(` ${typed}`) || word.words.includes(`-${typed}`)) return RANKS.word;
  return typed.length > 2 && (word.key.includes(typed) || word.words.includes(typed)) ? RANKS.inside : 0;
}

/* The words of these lists that fit, the best and most used first; earlier lists win over later ones of equal fit. */
export function fitting(lists, typed) {
  const wanted = plain(typed.replace(/^</, ""));
  const scored = lists.flatMap((list, order) =>
    list.map((word) => ({ word, score: fit(word, wanted), order })).filter(({ score }) => score > 0));
  scored.sort((one, other) => other.score - one.score || one.order - other.order || other.word.number - one.word.number);
  return scored.slice(0, MOST).map(({ word }) => word);
}

/* Another name for a prefix than ours may be declared: the word as this query would write it. */
export function writtenIn(word, prefixes) {
  if (word.prefix === null) return word.text;
  const space = word.iri.slice(0, word.iri.length - (word.text.length - word.prefix.length - 1));
  if (prefixes.get(word.prefix) === space) return word.text;
  for (const [prefix, iri] of prefixes) {
    if (iri === space) return `${prefix}:${word.text.slice(word.prefix.length + 1)}`;
  }
  return prefixes.has(word.prefix) ? `<${word.iri}>` : word.text;
}

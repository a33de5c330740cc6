/* Writes editor.js and editor.licences.txt into a folder: node build.mjs FOLDER [STAMP]. The stamp stands in the first line of the script. */

import { existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const here = path.dirname(fileURLToPath(import.meta.url));
const [target, stamp = ""] = process.argv.slice(2);

const made = await build({
  absWorkingDir: here,
  entryPoints: ["src/editor.js"],
  bundle: true,
  minify: true,
  write: false,
  metafile: true,
  format: "esm",
  target: ["es2022"],
  charset: "utf8",
  legalComments: "none",
  banner: { js: `/* stamp ${stamp}; licences: editor.licences.txt */` },
  logLevel: "error",
});

/* The licence of each package of which the bundle really holds something. */
function licences(inputs) {
  const names = new Set();
  for (const input of Object.keys(inputs)) {
    const found = /.*node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(input);
    if (found) names.add(found[1]);
  }
  return [...names].sort().map((name) => {
    const folder = path.join(here, "node_modules", name);
    const { version, license } = JSON.parse(readFileSync(path.join(folder, "package.json"), "utf8"));
    const file = ["LICENSE", "LICENSE.md", "LICENCE", "license"].map((each) => path.join(folder, each)).find(existsSync);
    return `${name} ${version} (${license})\n\n${file ? readFileSync(file, "utf8").trim() : ""}\n`;
  });
}

function place(name, content) {
  const file = path.join(target, name);
  writeFileSync(`${file}.new`, content);
  renameSync(`${file}.new`, file);
}

mkdirSync(target, { recursive: true });
place("editor.licences.txt", licences(made.metafile.inputs).join(`\n${"-".repeat(80)}\n\n`));
place("editor.js", made.outputFiles[0].contents);

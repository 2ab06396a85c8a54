// Checks and bundles t.js into dist/, and says what docs/tracker.md pins it by.
// With --check nothing is written: it ends with 1 if dist/ is not what the sources make.
import { spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { minify } from "terser";

const folder = fileURLToPath(new URL(".", import.meta.url));
const output = folder + "dist/t.js";

const types = spawnSync(process.execPath, [folder + "node_modules/typescript/bin/tsc", "-p", folder], { stdio: "inherit" });
if (types.status !== 0) process.exit(1);

const bundle = await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2021",
  charset: "utf8",
  write: false,
});
// A second pass over the whole takes another 3 % of what is left.
const { code } = await minify(bundle.outputFiles[0].text, { ecma: 2020, compress: { passes: 3 } });
const text = code + "\n";

if (!process.argv.includes("--check")) {
  writeFileSync(output, text);
} else if (text !== readFileSync(output, "utf8")) {
  console.error("dist/t.js is not what the sources make. Remedy: npm run build, in ingest/tracker, and commit dist/t.js.");
  process.exit(1);
}

console.log(`t.${createHash("sha256").update(text).digest("hex").slice(0, 16)}.js sha384-${createHash("sha384").update(text).digest("base64")}`);

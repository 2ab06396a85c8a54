// Checks and bundles t.js into dist/. With --check nothing is written: it ends with 1 if dist/ is not what the sources make.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const folder = fileURLToPath(new URL(".", import.meta.url));
const output = folder + "dist/t.js";

const types = spawnSync(process.execPath, [folder + "node_modules/typescript/bin/tsc", "-p", folder], { stdio: "inherit" });
if (types.status !== 0) process.exit(1);

const made = await build({
  absWorkingDir: folder,
  entryPoints: ["src/main.ts"],
  bundle: true,
  minify: true,
  format: "iife",
  target: "es2021",
  charset: "utf8",
  legalComments: "none",
  outfile: output,
  write: !process.argv.includes("--check"),
});

if (process.argv.includes("--check") && made.outputFiles[0].text !== readFileSync(output, "utf8")) {
  console.error("dist/t.js is not what the sources make. Remedy: npm run build, in ingest/tracker, and commit dist/t.js.");
  process.exit(1);
}

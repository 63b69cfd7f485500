/**
 * Bundles one entry point: `node tools/bundle.mjs '{"modules": …, "lean": …, "entryPoints": …}'`.
 *
 * `hatch_build.py` calls it. `modules` is the folder of the npm packages, which may lie outside of
 * the tree; `lean` is for what visitors load, where each byte counts; all other keys are esbuild's.
 */
import { readFile, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { join } from "node:path";
import { brotliCompressSync } from "node:zlib";

import { withoutUnreached } from "./lean_rrweb.mjs";

const { modules, lean, ...options } = JSON.parse(process.argv[2]);
const require = createRequire(join(modules, "of-the-tree.js"));

const leanRrweb = {
  name: "lean-rrweb",
  setup(build) {
    build.onLoad({ filter: /@rrweb[\\/]record[\\/]dist[\\/]record\.js$/ }, async ({ path }) => ({
      contents: withoutUnreached(await readFile(path, "utf8")),
      loader: "js",
    }));
  },
};

const { metafile } = await require("esbuild").build({
  ...options,
  bundle: true,
  minify: true,
  charset: "utf8",
  logLevel: "warning",
  metafile: true,
  nodePaths: [modules],
  plugins: lean ? [leanRrweb] : [],
});
if (lean) {
  // Terser's further passes take another twentieth off what esbuild leaves.
  const { code } = await require("terser").minify(await readFile(options.outfile, "utf8"), {
    ecma: 2020,
    module: options.format === "esm",
    compress: { passes: 3 },
  });
  await writeFile(options.outfile, code);
  // Once and thoroughly, instead of at each visit and in a hurry.
  await writeFile(`${options.outfile}.br`, brotliCompressSync(code));
}
process.stdout.write(JSON.stringify({ inputs: Object.keys(metafile.inputs) }));

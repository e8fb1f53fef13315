import { readFile } from 'node:fs/promises';
import type { BuildOptions, Plugin } from 'esbuild';

/** CommonJS dependencies call `require` for Node's own modules; an ES module has none. */
const REQUIRE_SHIM =
  "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);";

/**
 * Yoga's code is text in its own file, yet its loader asks `fetch` for it first. In Node that loads undici, which takes
 * longer than Yoga itself; without it the loader decodes the text, as it does where there is no `fetch`.
 */
export const yogaWithoutFetch: Plugin = {
  name: 'yoga-without-fetch',
  setup({ onLoad }) {
    onLoad({ filter: /yoga-wasm-base64-esm\.js$/ }, async ({ path }) => {
      const text = await readFile(path, 'utf8');
      const contents = text.replaceAll('"function"!=typeof fetch', 'true');
      if (contents === text) throw new Error(`${path} no longer asks for fetch as it did.`);
      return { contents, loader: 'js' };
    });
  },
};

/** How the program is bundled, for `dist/` and for tests that put something else in the place of a part. */
export const BUNDLE: BuildOptions = {
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node24',
  banner: { js: REQUIRE_SHIM },
  define: {
    'process.env.NODE_ENV': '"production"',
    // CommonJS dependencies ask for it as they load.
    __dirname: 'import.meta.dirname',
  },
  legalComments: 'none',
  jsx: 'automatic',
  // Ink asks for the first in its own development alone; Modal's SDK is large, and loaded where jobs run there; resvg is
  // native, found by its package; ssh2 and Vega do without the others, which a compiler would have to make.
  external: ['react-devtools-core', 'modal', '@resvg/resvg-js', 'cpu-features', 'canvas', '*.node'],
  logLevel: 'warning',
};

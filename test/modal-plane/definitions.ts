import { createRequire, registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/** A service as ts-proto writes it down; nice-grpc serves it. */
export interface ServiceDefinition {
  readonly name: string;
  readonly fullName: string;
  readonly methods: Readonly<
    Record<string, { readonly name: string; readonly responseStream: boolean }>
  >;
}

/**
 * The definition of Modal's control plane, out of the installed SDK: a loader hook appends one line of export to its
 * code, so that nothing is copied and nothing can disagree with the client under test.
 */
export async function controlPlaneDefinition(): Promise<ServiceDefinition> {
  const require = createRequire(import.meta.url);
  const sdk = pathToFileURL(require.resolve('modal').replace(/index\.cjs$/, 'index.js')).href;
  const asked = `${sdk}?definitions`;
  const hooks = registerHooks({
    load(url, context, next) {
      const loaded = next(url, context);
      if (url !== asked) return loaded;
      const source = Buffer.from(loaded.source as Uint8Array).toString('utf8');
      return {
        ...loaded,
        source: `${source}\nexport { ModalClientDefinition as definition };\n`,
      };
    },
  });
  try {
    return (await import(/* @vite-ignore */ asked)).definition;
  } finally {
    hooks.deregister();
  }
}

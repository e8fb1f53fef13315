import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as timer } from 'node:timers/promises';

export interface PlaneImage {
  readonly id: string;
  readonly dir: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly commands: readonly string[];
  state: 'building' | 'built' | 'failed';
}

export interface Images {
  readonly all: Map<string, PlaneImage>;
  /** The next builds fail, and say this. */
  failure: { readonly exception: string; readonly log: string } | null;
  buildMs: number;
  readonly calls: Record<string, unknown>;
}

/** Images by their recipe: a recipe that was built is not built again. */
export function images(dir: string): Images {
  const all = new Map<string, PlaneImage>();
  const self: Images = {
    all,
    failure: null,
    buildMs: 0,
    calls: {
      imageGetOrCreate: async ({ image }: { image: Recipe }) => {
        const id = `im-${hashOf(image)}`;
        const known = all.get(id);
        if (known?.state === 'built') return { imageId: id, result: { status: 1 } };
        if (known === undefined || known.state === 'failed')
          all.set(id, unpack(join(dir, id), id, image));
        return { imageId: id };
      },
      async *imageJoinStreaming({ imageId }: { imageId: string }) {
        const image = all.get(imageId);
        if (image === undefined) return;
        await timer(self.buildMs);
        yield {
          entryId: '1-0',
          taskLogs: [{ data: `${self.failure?.log ?? 'Step 1: copied'}\n` }],
        };
        image.state = self.failure === null ? 'built' : 'failed';
        const result =
          self.failure === null ? { status: 1 } : { status: 2, exception: self.failure.exception };
        yield { entryId: '2-0', taskLogs: [], result, eof: true };
      },
      imageFromId: async ({ imageId }: { imageId: string }) => ({ imageId }),
    },
  };
  return self;
}

interface Recipe {
  readonly dockerfileCommands: readonly string[];
  readonly contextFiles: readonly { readonly filename: string; readonly data: Uint8Array }[];
}

function hashOf({ dockerfileCommands, contextFiles }: Recipe): string {
  const hash = createHash('sha256').update(JSON.stringify(dockerfileCommands));
  for (const { filename, data } of contextFiles) hash.update(filename).update(data);
  return hash.digest('hex').slice(0, 22);
}

/** What a build would do, of the commands that are used. */
function unpack(dir: string, id: string, recipe: Recipe): PlaneImage {
  const environment: Record<string, string> = {};
  mkdirSync(dir, { recursive: true });
  for (const line of recipe.dockerfileCommands) {
    const [word, ...rest] = line.trim().split(/\s+/);
    if (word === 'COPY') {
      const [from, to] = rest as [string, string];
      const file = recipe.contextFiles.find(({ filename }) => filename === from);
      if (file === undefined) throw new Error(`${line}: not in the context`);
      mkdirSync(dirname(join(dir, to)), { recursive: true });
      writeFileSync(join(dir, to), file.data);
    } else if (word === 'ENV') {
      for (const pair of rest) {
        const [name, ...value] = pair.split('=');
        environment[name as string] = value.join('=');
      }
    } else if (word !== 'FROM' && word !== 'RUN') throw new Error(`${line}: not understood`);
  }
  const commands = recipe.dockerfileCommands;
  return { id, dir, environment, commands, state: 'building' };
}

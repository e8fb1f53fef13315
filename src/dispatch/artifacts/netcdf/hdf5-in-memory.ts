import type { File, Group } from 'h5wasm';

let files = 0;

/**
 * The bytes of an HDF5 file that `fill` wrote. The file is made in memory: written straight to a disc
 * that is full, the library only prints its trouble and leaves a broken file behind.
 *
 * Equal content gives equal bytes: HDF5 stamps its objects with the time, so the clock stands still
 * while the (synchronous) library works.
 */
export async function hdf5Bytes(fill: (file: Group) => void): Promise<Uint8Array> {
  const { h5wasm, fs } = await library();
  const name = `/${files++}.h5`;
  const clock = Date.now;
  Date.now = () => 0;
  try {
    const file = new h5wasm.File(name, 'w');
    try {
      fill(file);
    } finally {
      closed(file);
    }
    return fs.readFile(name);
  } finally {
    Date.now = clock;
    if (fs.analyzePath(name, true).exists) fs.unlink(name);
  }
}

/** Opens the bytes of an HDF5 file for the time of `read`. */
export async function readHdf5<T>(bytes: Uint8Array, read: (file: Group) => T): Promise<T> {
  const { h5wasm, fs } = await library();
  const name = `/${files++}.h5`;
  fs.writeFile(name, bytes);
  try {
    const file = new h5wasm.File(name, 'r');
    try {
      return read(file);
    } finally {
      closed(file);
    }
  } finally {
    fs.unlink(name);
  }
}

function closed(file: File): void {
  if (file.close() < 0) throw new Error(`HDF5 could not finish ${file.filename}`);
}

/** Loaded at the first use: it is 4 MB of WebAssembly that most commands do not need. */
async function library() {
  const { default: h5wasm } = await import('h5wasm');
  const { FS } = await h5wasm.ready;
  return { h5wasm, fs: FS as unknown as MemoryFiles };
}

/** What is used of Emscripten's file system. */
interface MemoryFiles {
  readFile(path: string): Uint8Array;
  writeFile(path: string, bytes: Uint8Array): void;
  unlink(path: string): void;
  analyzePath(path: string, dontResolveLastLink: boolean): { readonly exists: boolean };
}

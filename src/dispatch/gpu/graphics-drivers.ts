import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** What this machine has of Vulkan, and of NVIDIA's driver. */
export interface GraphicsDrivers {
  /** Whether the Vulkan loader, `libvulkan.so.1`, is where libraries lie. */
  readonly loader: boolean;
  /** The files by which Vulkan drivers announce themselves. */
  readonly announced: readonly string[];
  /** Where such files were looked for: folders, or the files that the environment names. */
  readonly looked: readonly string[];
  /** The version of NVIDIA's kernel driver, empty where it tells none; null where there is no such driver. */
  readonly nvidia: string | null;
  /** Whether the part of NVIDIA's driver that speaks Vulkan, `libGLX_nvidia.so.0`, is where libraries lie. */
  readonly nvidiaVulkan: boolean;
  /** Libraries that that part loads, and that are not there. */
  readonly nvidiaLacks: readonly string[];
  /** Whether this seems to be a container. */
  readonly container: boolean;
}

/** The system's files; `at` reads as if another folder was the root, for tests. */
export function lookForDrivers(environment: NodeJS.ProcessEnv, root = '/'): GraphicsDrivers {
  const at = (path: string) => join(root, path);
  const has = (path: string) => existsSync(at(path));
  const libraries = libraryFolders(environment);
  const hasLibrary = (name: string) => libraries.some((dir) => has(join(dir, name)));
  const named = environment['VK_DRIVER_FILES'] || environment['VK_ICD_FILENAMES'];
  const looked =
    named === undefined || named === '' ? manifestFolders(environment) : named.split(delimiter);
  return {
    loader: hasLibrary('libvulkan.so.1'),
    announced: looked.flatMap((path) => manifestsIn(at(path))),
    looked,
    nvidia: nvidiaDriver(at, has),
    nvidiaVulkan: hasLibrary('libGLX_nvidia.so.0'),
    nvidiaLacks: ['libX11.so.6', 'libXext.so.6'].filter((name) => !hasLibrary(name)),
    container:
      has('/.dockerenv') ||
      has('/run/.containerenv') ||
      ['NVIDIA_DRIVER_CAPABILITIES', 'APPTAINER_CONTAINER', 'SINGULARITY_CONTAINER'].some(
        (name) => environment[name] !== undefined,
      ),
  };
}

/** Where the Vulkan loader looks, in its order. */
function manifestFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const home = environment['HOME'] || homedir();
  const listed = (name: string, usual: string) => (environment[name] || usual).split(delimiter);
  return [
    environment['XDG_CONFIG_HOME'] || join(home, '.config'),
    ...listed('XDG_CONFIG_DIRS', '/etc/xdg'),
    '/etc',
    environment['XDG_DATA_HOME'] || join(home, '.local/share'),
    ...listed('XDG_DATA_DIRS', '/usr/local/share:/usr/share'),
  ].map((dir) => join(dir, 'vulkan/icd.d'));
}

/** The common places; a loader that lies elsewhere was found by the system's own cache and is not asked after. */
function libraryFolders(environment: NodeJS.ProcessEnv): readonly string[] {
  const given = (environment['LD_LIBRARY_PATH'] ?? '').split(delimiter).filter(Boolean);
  const triplet = process.arch === 'arm64' ? 'aarch64-linux-gnu' : 'x86_64-linux-gnu';
  return [
    ...given,
    ...[`lib/${triplet}`, 'lib64', 'lib', 'local/lib', 'local/nvidia/lib64'].map(
      (dir) => `/usr/${dir}`,
    ),
    `/lib/${triplet}`,
    '/lib64',
    '/lib',
    // Where Singularity and Apptainer put the host's driver.
    '/.singularity.d/libs',
  ];
}

function manifestsIn(path: string): readonly string[] {
  if (path.endsWith('.json')) return existsSync(path) ? [path] : [];
  try {
    return readdirSync(path)
      .filter((name) => name.endsWith('.json'))
      .map((name) => join(path, name));
  } catch {
    return [];
  }
}

function nvidiaDriver(at: (path: string) => string, has: (path: string) => boolean): string | null {
  try {
    const text = readFileSync(at('/proc/driver/nvidia/version'), 'utf8');
    return /\b\d{3}\.\d+(?:\.\d+)?\b/.exec(text)?.[0] ?? '';
  } catch {
    return has('/dev/nvidiactl') ? '' : null;
  }
}

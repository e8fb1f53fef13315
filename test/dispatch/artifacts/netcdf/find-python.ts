import { execFileSync, spawnSync } from 'node:child_process';

/** A Python that imports some modules, or why there is none. */
export type FoundPython =
  | { readonly run: (code: string, ...args: string[]) => string }
  | { readonly run: null; readonly reason: string };

/**
 * Looks for a Python with the modules: the one that LLC_TEST_PYTHON names, else `python3` of the path and
 * of the system. In CI as root, Debian's packages are installed where none has them.
 */
export function findPython(modules: readonly string[], packages: readonly string[]): FoundPython {
  const named = process.env['LLC_TEST_PYTHON'];
  const candidates = named === undefined ? ['python3', '/usr/bin/python3'] : [named];
  const look = () =>
    candidates.find((python) => {
      const { status } = spawnSync(python, ['-c', `import ${modules.join(', ')}`]);
      return status === 0;
    });
  let python = look();
  if (python === undefined && packages.length > 0 && mayInstall()) {
    install(packages);
    python = look();
  }
  if (python !== undefined) {
    const found = python;
    return {
      run: (code, ...args) =>
        execFileSync(found, ['-W', 'ignore', '-c', code, ...args], {
          encoding: 'utf8',
          stdio: ['ignore', 'pipe', 'ignore'],
        }),
    };
  }
  const reason = `skipped: no python3 imports ${modules.join(', ')} (LLC_TEST_PYTHON names another)`;
  console.warn(reason);
  return { run: null, reason };
}

function mayInstall(): boolean {
  return process.env['CI'] !== undefined && process.getuid?.() === 0;
}

/** Whatever goes wrong here shows as a skip. */
function install(packages: readonly string[]): void {
  const apt = (...args: string[]) =>
    spawnSync('apt-get', ['-q', '-y', ...args], {
      stdio: 'ignore',
      timeout: 240_000,
      env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' },
    });
  apt('update');
  apt('install', '--no-install-recommends', ...packages);
}

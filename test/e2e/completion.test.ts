import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { execa } from 'execa';
import { beforeAll, describe, expect, test } from 'vitest';
import { emptyFolder, LLC, llc } from './llc.ts';

/** What bash is asked when a person presses tab after such a line. */
const PRESS_TAB = `
. /usr/share/bash-completion/bash_completion
. <(llc completion bash)
COMP_LINE=$1 COMP_POINT=\${#1} COMP_WORDS=($1)
[[ $1 == *' ' ]] && COMP_WORDS+=('')
COMP_CWORD=$((\${#COMP_WORDS[@]} - 1))
function=$(complete -p llc | sed 's/.*-F \\([^ ]*\\).*/\\1/')
"$function" 2>/dev/null
printf '%s\\n' "\${COMPREPLY[@]}"
`;

const PRESS_TAB_IN_FISH = 'llc completion fish | source; complete -C "$argv[1]"';

const SHELLS = {
  bash: {
    file: '/usr/share/bash-completion/bash_completion',
    packages: 'bash-completion',
    ask: (line: string) => ['bash', '-c', PRESS_TAB, 'bash', line],
  },
  fish: {
    file: '/usr/bin/fish',
    packages: 'fish',
    ask: (line: string) => ['fish', '--no-config', '-c', PRESS_TAB_IN_FISH, line],
  },
};

const env = { PATH: `${dirname(LLC)}:${process.env['PATH']}` };
let folder = '';

for (const [name, { file, packages, ask }] of Object.entries(SHELLS))
  describe(`tab in ${name}`, { timeout: 60_000 }, () => {
    const unknown = { missing: '' };
    beforeAll(async () => {
      if (existsSync(file)) return;
      const install = `apt-get install -y --no-install-recommends -o DPkg::Lock::Timeout=120 ${packages}`;
      const told = await execa({ shell: true, reject: false, timeout: 150_000 })`${install}`;
      if (told.exitCode !== 0) unknown.missing = `${packages} cannot be installed: ${told.stderr}`;
    }, 160_000);

    const offers = async (line: string) => {
      const [program = '', ...words] = ask(line);
      const { stdout } = await execa(program, words, { cwd: folder, env, timeout: 30_000 });
      return stdout.split('\n').map((each) => each.split('\t')[0]?.trim());
    };

    test.for([
      ['llc st', ['status']],
      ['llc run --sampler ', ['sgld', 'sghmc', 'hmc', 'mclmc']],
      ['llc status ', ['20261126-1200-abc']],
      ['llc modal p', ['ping']],
    ] as const)('%s', async ([line, expected], { skip }) => {
      if (unknown.missing !== '') skip(unknown.missing);
      folder = emptyFolder();
      mkdirSync(join(folder, 'sweeps', '20261126-1200-abc'), { recursive: true });
      expect((await offers(line)).sort()).toEqual([...expected].sort());
    });
  });

test('a shell that is not known is refused with those that are', async () => {
  const { exitCode, stderr } = await llc(emptyFolder(), ['completion', 'tcsh']);
  expect(exitCode).toBe(64);
  expect(stderr).toContain('zsh, bash, fish');
});

import type { Shader } from '../recording.ts';
import { LOG1P, NORMALS, THREADS, TOTAL, WORDS } from './numbers.ts';

/** Parameters that a thread of `eachBlock` takes: as many normals as a block of random words gives. */
export const BLOCK = 4;

/** Words of every update before those of its chains. */
const COMMON = ['dim', 'nbeta', 'gamma', 'stepLow', 'stepHigh', 'nextLow', 'nextHigh', 'slot'];

/** Words of each chain. */
const OF_CHAIN = ['key0', 'key1', 'first', 'second'];

export const COMMON_WORDS = COMMON.length;
export const CHAIN_WORDS = OF_CHAIN.length;

const HEAD = `
${WORDS}
fn of_chain(chain: u32, at: u32) -> u32 { return p[${COMMON.length}u + ${OF_CHAIN.length}u * chain + at]; }
fn key(chain: u32) -> vec2u { return vec2u(of_chain(chain, 0u), of_chain(chain, 1u)); }
fn first(chain: u32) -> f32 { return bitcast<f32>(of_chain(chain, 2u)); }
fn second(chain: u32) -> f32 { return bitcast<f32>(of_chain(chain, 3u)); }
`;

function bindings(names: readonly string[], writes: readonly string[]): string {
  return names
    .map((name, index) => {
      const access = writes.includes(name) ? 'read_write' : 'read';
      return `@group(0) @binding(${index + 1}) var<storage, ${access}> ${name}: array<f32>;`;
    })
    .join('\n');
}

/** A shader over all parameters of all chains: `body` sees `chain`, `i` and where the parameter lies, `at`. */
function each(names: readonly string[], writes: readonly string[], body: string): string {
  return `
${HEAD}
${bindings(names, writes)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let i = id.x;
  let chain = id.z;
  if (i >= p[0]) { return; }
  let at = chain * p[0] + i;
  ${body}
}
`;
}

/** The same with a normal z, blocks of parameters at a time. */
function eachWithNormal(
  names: readonly string[],
  writes: readonly string[],
  { averaged, body }: { averaged: boolean; body: string },
): string {
  return `
${HEAD}
${NORMALS}
${bindings(names, writes)}
@compute @workgroup_size(${THREADS})
fn main(@builtin(global_invocation_id) id: vec3u) {
  let chain = id.z;
  if (id.x * ${BLOCK}u >= p[0]) { return; }
  var zs = normals(key(chain), vec2u(p[3], p[4]), id.x);
  ${averaged ? 'zs = 0.5 * (zs + normals(key(chain), vec2u(p[5], p[6]), id.x));' : ''}
  for (var j = 0u; j < ${BLOCK}u; j++) {
    let i = id.x * ${BLOCK}u + j;
    if (i >= p[0]) { return; }
    let at = chain * p[0] + i;
    let z = zs[j];
    ${body}
  }
}
`;
}

/** A shader of one workgroup a chain, which passes over the parameters as often as it likes. */
function whole(names: readonly string[], writes: readonly string[], code: string): string {
  return `
${HEAD}
${TOTAL}
${code.includes('normals(') ? NORMALS : ''}
${code.includes('log1p(') ? LOG1P : ''}
${bindings(
  names.filter((name) => name !== 'slots'),
  writes,
)}
${names.includes('slots') ? `@group(0) @binding(${names.length}) var<storage, read_write> slots: array<vec2f>;` : ''}
@compute @workgroup_size(${THREADS})
fn main(@builtin(workgroup_id) group: vec3u, @builtin(local_invocation_index) thread: u32) {
  let chain = group.z;
  let dim = p[0];
  let start = chain * dim;
  ${code}
}
`;
}

function shader(
  names: readonly string[],
  writes: readonly string[],
  make: (names: readonly string[], writes: readonly string[]) => string,
): Shader {
  const access = names.map((name) => (writes.includes(name) ? 'w' : 'r')).join('');
  return { code: make(names, writes), access };
}

const FORCE = 'number(1u) * g[at] + number(2u) * (w[at] - c[i])';
const scale = (scaled: boolean) => (scaled ? ' * s[at]' : '');
const withScale = (names: readonly string[], scaled: boolean) => (scaled ? [...names, 's'] : names);

/** (w, g, c, s?): the Langevin update. First number of a chain: its step size. */
export function langevinShader(scaled: boolean, averaged: boolean): Shader {
  return shader(withScale(['w', 'g', 'c'], scaled), ['w'], (names, writes) =>
    eachWithNormal(names, writes, {
      averaged,
      body: `
    let size = first(chain)${scale(scaled)};
    w[at] = w[at] - 0.5 * size * (${FORCE}) + sqrt(size) * z;`,
    }),
  );
}

/** (m, w, g, c): momentum −= a·∇U. First: a. */
export function kickShader(): Shader {
  return shader(['m', 'w', 'g', 'c'], ['m'], (names, writes) =>
    each(names, writes, `m[at] = m[at] - first(chain) * (${FORCE});`),
  );
}

/** (w, m, s?): position += a·D⊙momentum. First: a. */
export function driftShader(scaled: boolean): Shader {
  return shader(withScale(['w', 'm'], scaled), ['w'], (names, writes) =>
    each(names, writes, `w[at] = w[at] + first(chain) * m[at]${scale(scaled)};`),
  );
}

/** (m, s?): momentum ← keep·momentum + add·z/√D. First: keep; second: add. */
export function refreshShader(scaled: boolean): Shader {
  return shader(withScale(['m'], scaled), ['m'], (names, writes) =>
    eachWithNormal(names, writes, {
      averaged: false,
      body: `m[at] = first(chain) * m[at] + second(chain) * z${scaled ? ' / sqrt(s[at])' : ''};`,
    }),
  );
}

/** (v, x, c): v ← keep·v + add·x^power, x less the centre where `centred`. First: keep; second: add. */
export function accumulateShader(power: 1 | 2, centred: boolean): Shader {
  return shader(['v', 'x', 'c'], ['v'], (names, writes) =>
    each(
      names,
      writes,
      `let value = x[at]${centred ? ' - c[i]' : ''};
  v[at] = first(chain) * v[at] + second(chain) * value${power === 2 ? ' * value' : ''};`,
    ),
  );
}

/** (from, into): into ← from for chains whose first number is 1. */
export function copyShader(): Shader {
  return shader(['a', 'b'], ['b'], (names, writes) =>
    each(names, writes, 'if (first(chain) == 1.0) { b[at] = a[at]; }'),
  );
}

/** Passes over a chain's parameters with `at` where each lies. */
const walk = (body: string) => `
  for (var i = thread; i < dim; i += ${THREADS}u) {
    let at = start + i;
    ${body}
  }`;

/** (m, s?, slots): slot ← Σ D⊙p². */
export function kineticShader(scaled: boolean): Shader {
  return shader([...withScale(['m'], scaled), 'slots'], ['slots'], (names, writes) =>
    whole(
      names,
      writes,
      `var sum = vec2f(0.0);
  ${walk(`sum = plus(sum, vec2f(m[at] * m[at]${scale(scaled)}, 0.0));`)}
  let all = total(thread, sum);
  if (thread == 0u) { slots[p[7] + chain] = all; }`,
    ),
  );
}

/** (w, g, c, s?, slots): the three meters, in rows one after another; second number of chain 0: chains. */
export function metersShader(scaled: boolean): Shader {
  return shader([...withScale(['w', 'g', 'c'], scaled), 'slots'], ['slots'], (names, writes) =>
    whole(
      names,
      writes,
      `var distance = vec2f(0.0);
  var along = vec2f(0.0);
  var norm = vec2f(0.0);
  ${walk(`let away = w[at] - c[i];
    let force = number(1u) * g[at] + number(2u) * away;
    distance = plus(distance, vec2f(away * away, 0.0));
    along = plus(along, vec2f(away * g[at], 0.0));
    norm = plus(norm, vec2f(force * force${scale(scaled)}, 0.0));`)}
  let chains = p[3];
  let distances = total(thread, distance);
  if (thread == 0u) { slots[p[7] + chain] = distances; }
  let alongs = total(thread, along);
  if (thread == 0u) { slots[p[7] + chains + chain] = alongs; }
  let norms = total(thread, norm);
  if (thread == 0u) { slots[p[7] + 2u * chains + chain] = norms; }`,
    ),
  );
}

/** (into, x?, u, w, c): into ← x − u·(own·(uᵀx) + times·(uᵀ(w − c))). First: own; second: times. */
export function deflateShader(inPlace: boolean): Shader {
  const into = inPlace ? 'x' : 'into';
  const names = [...(inPlace ? ['x'] : ['into', 'x']), 'u', 'w', 'c'];
  return shader(names, [into], (names, writes) =>
    whole(
      names,
      writes,
      `var sum = vec2f(0.0);
  ${walk(`let term = first(chain) * x[at] + second(chain) * (w[at] - c[i]);
    sum = plus(sum, vec2f(u[at] * term, 0.0));`)}
  let amount = total(thread, sum).x;
  ${walk(`${into}[at] = x[at] - amount * u[at];`)}`,
    ),
  );
}

/** (u, w, c, slots): slot += times·(uᵀ(w − c))². First: times. */
export function squareAlongShader(): Shader {
  return shader(['u', 'w', 'c', 'slots'], ['slots'], (names, writes) =>
    whole(
      names,
      writes,
      `var sum = vec2f(0.0);
  ${walk('sum = plus(sum, vec2f(u[at] * (w[at] - c[i]), 0.0));')}
  let amount = total(thread, sum).x;
  if (thread == 0u) {
    slots[p[7] + chain] = plus(slots[p[7] + chain], vec2f(first(chain) * amount * amount, 0.0));
  }`,
    ),
  );
}

/** Makes u a unit vector, after a pass that left its squares in `sum`. */
const NORMALISE = `
  let squares_of_u = total(thread, sum);
  let factor = inverseSqrt(squares_of_u.x);
  ${walk('u[at] = u[at] * factor;')}`;

/**
 * (u, w, g, c, s?, slots): the isokinetic force update of the plain engine, where its sources stand. The energy
 * δ − ln 2 + ln(1 + cos + (1 − cos)ζ²) is what little is left of its terms: with q = 1 − ζ² it is δ + log1p(−(1 − cos)q/2).
 * First: a.
 */
export function isokineticKickShader(scaled: boolean): Shader {
  return shader(
    [...withScale(['u', 'w', 'g', 'c'], scaled), 'slots'],
    ['u', 'slots'],
    (names, writes) =>
      whole(
        names,
        writes,
        `var squares = vec2f(0.0);
  var along = vec2f(0.0);
  ${walk(`let f = -(number(1u) * g[at] + number(2u) * (w[at] - c[i]))${scale(scaled)};
    squares = plus(squares, vec2f(f * f, 0.0));
    along = plus(along, vec2f(f * u[at], 0.0));`)}
  let all_squares = total(thread, squares);
  let all_along = total(thread, along);
  let norm = sqrt(all_squares.x);
  // Without a force nothing turns.
  let divisor = max(norm, 1e-37);
  let cosine = all_along.x / divisor;
  let delta = first(chain) * norm / f32(dim - 1u);
  // 1 − e^(−x), by its series where the difference would lose digits.
  let twice = 2.0 * delta;
  let q = select(1.0 - exp(-twice), series(twice), twice < 0.5);
  let rest = select(1.0 - exp(-delta), series(delta), delta < 0.5);
  let zeta = 1.0 - rest;
  let along_force = rest * (1.0 + zeta + cosine * rest) / divisor;
  var sum = vec2f(0.0);
  ${walk(`let f = -(number(1u) * g[at] + number(2u) * (w[at] - c[i]))${scale(scaled)};
    let turned = along_force * f + 2.0 * zeta * u[at];
    u[at] = turned;
    sum = plus(sum, vec2f(turned * turned, 0.0));`)}
  ${NORMALISE}
  if (thread == 0u) {
    let energy = delta + log1p(-0.5 * (1.0 - cosine) * q);
    slots[p[7] + chain] = plus(slots[p[7] + chain], vec2f(f32(dim - 1u) * energy, 0.0));
  }`,
      ).replace(
        '@compute',
        `fn series(x: f32) -> f32 {
  return x * (1.0 - x * (1.0 / 2.0 - x * (1.0 / 6.0 - x * (1.0 / 24.0 - x * (1.0 / 120.0 - x * (1.0 / 720.0 -
    x * (1.0 / 5040.0 - x / 40320.0)))))));
}
@compute`,
      ),
  );
}

/** (u): u ← normalise(u + ν z). First: ν. */
export function isokineticRefreshShader(): Shader {
  return shader(['u'], ['u'], (names, writes) =>
    whole(
      names,
      writes,
      `var sum = vec2f(0.0);
  for (var block = thread; block * ${BLOCK}u < dim; block += ${THREADS}u) {
    let zs = normals(key(chain), vec2u(p[3], p[4]), block);
    for (var j = 0u; j < ${BLOCK}u; j++) {
      let i = block * ${BLOCK}u + j;
      if (i >= dim) { break; }
      let nudged = u[start + i] + first(chain) * zs[j];
      u[start + i] = nudged;
      sum = plus(sum, vec2f(nudged * nudged, 0.0));
    }
  }
  // Each thread goes on with numbers that others wrote.
  storageBarrier();
  ${NORMALISE}`,
    ),
  );
}

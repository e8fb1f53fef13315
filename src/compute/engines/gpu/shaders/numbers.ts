/**
 * Parts of shaders, as WGSL. Every shader has its words (sizes, addresses, keys, and numbers by their bits) in `p`.
 */
export const WORDS = `
@group(0) @binding(0) var<storage, read> p: array<u32>;
fn number(at: u32) -> f32 { return bitcast<f32>(p[at]); }
`;

/** Threads of a workgroup. */
export const THREADS = 256;

/**
 * Sums that keep what rounding loses: a number is the sum of its two parts (Dekker 1971; two_sum is Knuth's). Compilers of WGSL may
 * take additions for exact and undo it: `opaque` hides a value from them behind the last word, which is always 0.
 */
export const COMPENSATED = `
fn opaque(x: f32) -> f32 { return bitcast<f32>(bitcast<u32>(x) ^ p[arrayLength(&p) - 1u]); }
fn two_sum(a: f32, b: f32) -> vec2f {
  let s = opaque(a + b);
  let c = opaque(s - a);
  return vec2f(s, (a - (s - c)) + (b - c));
}
fn plus(x: vec2f, y: vec2f) -> vec2f {
  let s = two_sum(x.x, y.x);
  let e = s.y + (x.y + y.y);
  let h = opaque(s.x + e);
  return vec2f(h, e - (h - s.x));
}
`;

/**
 * `total(thread, x)`: the sum of every thread's x, to each of them, always in the same order. All threads of a workgroup
 * have to call it.
 */
export const TOTAL = `
${COMPENSATED}
var<workgroup> halves: array<vec2f, ${THREADS}>;
fn total(thread: u32, x: vec2f) -> vec2f {
  workgroupBarrier();
  halves[thread] = x;
  workgroupBarrier();
  for (var width = ${THREADS / 2}u; width > 0u; width >>= 1u) {
    if (thread < width) { halves[thread] = plus(halves[thread], halves[thread + width]); }
    workgroupBarrier();
  }
  return halves[0];
}
`;

/** Philox4x32-10 (`rng/philox.ts`). A 32-bit product's upper half is put together from halves. */
export const PHILOX = `
fn high(a: u32, b: u32) -> u32 {
  let low = (a & 0xffffu) * (b & 0xffffu);
  let first = (a >> 16u) * (b & 0xffffu) + (low >> 16u);
  let second = (a & 0xffffu) * (b >> 16u) + (first & 0xffffu);
  return (a >> 16u) * (b >> 16u) + (first >> 16u) + (second >> 16u);
}
fn philox(counter: vec4u, keys: vec2u) -> vec4u {
  var c = counter;
  var key = keys;
  for (var round = 0; round < 10; round++) {
    c = vec4u(
      high(0xcd9e8d57u, c.z) ^ c.y ^ key.x, 0xcd9e8d57u * c.z,
      high(0xd2511f53u, c.x) ^ c.w ^ key.y, 0xd2511f53u * c.x);
    key += vec2u(0x9e3779b9u, 0xbb67ae85u);
  }
  return c;
}
`;

/** log(1 + x) for x > −1, to a few roundings of the result however small x is. */
export const LOG1P = `
fn log1p(x: f32) -> f32 {
  if (abs(x) > 0.4) { return log(1.0 + x); }
  // 2 artanh(x/(2 + x))
  let s = x / (2.0 + x);
  let q = s * s;
  return 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q * (1.0 / 9.0 + q / 11.0)))));
}
`;

/**
 * The four normals of a block of a stream (`rng/stream.ts`), by Box and Muller. Series stand for log, cosine and sine, whose
 * roundings WGSL hardly bounds; `wasm/kernels/random.ts` has the same with their derivation.
 */
export const NORMALS = `
${PHILOX}
fn radius(word: u32) -> f32 {
  // y = 2·word + 1 = m·2ᵉ with m in [√½, √2), −ln u = (33 − e)·ln 2 − ln m.
  let y = 2.0 * f32(word) + 1.0;
  let e = (bitcast<u32>(y) - bitcast<u32>(0.70710678)) >> 23u;
  let m = bitcast<f32>(bitcast<u32>(y) - (e << 23u));
  // Near 1 singles round u, but not u − 1.
  let below = f32(0u - word) - 0.5;
  let x = select(m - 1.0, -below * 2.3283064365386963e-10, e == 33u);
  let s = x / (2.0 + x);
  let q = s * s;
  let log_m = 2.0 * s * (1.0 + q * (1.0 / 3.0 + q * (0.2 + q * (1.0 / 7.0 + q / 9.0))));
  let minus_log = (33.0 - f32(e)) * 0.69314718056 - log_m;
  return sqrt(2.0 * minus_log);
}
fn direction(word: u32) -> vec2f {
  let turned = word + 0x20000000u;
  let within = i32(turned & 0x3fffffffu) - 0x20000000;
  let x = f32(within) * 1.4629180792671596e-9;
  let q = x * x;
  let s = x * (1.0 + q * (-1.0 / 6.0 + q * (1.0 / 120.0 + q * (-1.0 / 5040.0 + q / 362880.0))));
  let c = 1.0 + q * (-0.5 + q * (1.0 / 24.0 + q * (-1.0 / 720.0 + q / 40320.0)));
  let quarter = turned >> 30u;
  let odd = (quarter & 1u) == 1u;
  let back = (quarter & 2u) == 2u;
  let cosine = select(c, s, odd);
  let sine = select(s, c, odd);
  return vec2f(select(cosine, -cosine, odd != back), select(sine, -sine, back));
}
fn normals(key: vec2u, step: vec2u, block: u32) -> vec4f {
  let w = philox(vec4u(block, 2u, step), key);
  return vec4f(radius(w.x) * direction(w.y), radius(w.z) * direction(w.w));
}
`;

/** tanh to a few roundings, by Cephes' polynomial where 1 − 2/(e²ˣ + 1) would lose digits. */
export const TANH = `
fn hyperbolic(x: f32) -> f32 {
  let q = x * x;
  if (q < 0.390625) {
    return x + x * q * (-0.333332819422 + q * (0.133314422036 + q * (-0.0537397155531 + q * (0.0206390887954 -
      q * 0.00570498872745))));
  }
  let t = 1.0 - 2.0 / (exp(2.0 * min(abs(x), 10.0)) + 1.0);
  return select(t, -t, x < 0.0);
}
`;

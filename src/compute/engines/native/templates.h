/*
 * The kernels of `wasm/kernels/` that take nine tenths of the time, for vectors of 256 and 512 bits: products, gradients of
 * weights and biases, normals. Memory is the same, panels of rows (`wasm/kernels/panels.ts`): a line of 64 bytes a unit.
 *
 * Included once for each number type and instruction set, with
 *   REAL    float or double
 *   BYTES   32 or 64, of a vector
 *   NAME(x) the name of x in this combination
 */
#define LANES ((int)(BYTES / sizeof(REAL)))
#define ROWS ((int)(LINE / (int)sizeof(REAL)))
#define PARTS (LINE / BYTES)
#define vec NAME(vec)
#define words NAME(words)

typedef REAL vec __attribute__((vector_size(BYTES), may_alias));
typedef uint32_t words __attribute__((vector_size(BYTES), may_alias));

#if BYTES == 64
/* 32 registers: 24 sums, what is multiplied, some to spare. */
enum { NAME(UNITS) = 12, NAME(OUTPUTS) = 3, NAME(INPUTS) = 8 };
#define OP(name) _mm512_##name
#define INTEGERS __m512i
#define DOUBLES __m512d
#define SINGLES __m512
#else
/* 16 registers: 12 sums. */
enum { NAME(UNITS) = 6, NAME(OUTPUTS) = 3, NAME(INPUTS) = 4 };
#define OP(name) _mm256_##name
#define INTEGERS __m256i
#define DOUBLES __m256d
#define SINGLES __m256
#endif
#define UNITS NAME(UNITS)
#define OUTPUTS NAME(OUTPUTS)
#define INPUTS NAME(INPUTS)

#if REAL_IS_FLOAT
#define integer int32_t
#define unsigned_integer uint32_t
#define MANTISSA 23
#define HALVES 1
#else
#define integer int64_t
#define unsigned_integer uint64_t
#define MANTISSA 52
#define HALVES 2
#endif
#define integers NAME(integers)
#define unsigned_integers NAME(unsigned_integers)

/* As many integers as a vector has lanes; what comparisons give. */
typedef integer integers __attribute__((vector_size(BYTES), may_alias));
typedef unsigned_integer unsigned_integers __attribute__((vector_size(BYTES)));

static INLINE vec NAME(splat)(REAL value) { return value - (vec){0}; }

/* By lane: a where the mask's bits are 1, b where they are 0. */
static INLINE vec NAME(where)(integers mask, vec a, vec b) {
  return (vec)(((integers)a & mask) | ((integers)b & ~mask));
}

/* The larger; b where one of them is not a number. */
static INLINE vec NAME(max)(vec a, vec b) {
#if REAL_IS_FLOAT
  return OP(max_ps)(a, b);
#else
  return OP(max_pd)(a, b);
#endif
}

/* Where vector v of some neighbouring panels begins, in numbers. */
static INLINE long NAME(place)(int v, long panel) { return (v / PARTS) * panel + (v % PARTS) * LANES; }

/*
 * Products
 */

/* What becomes of the sums of `units` units of `vectors` vectors; the first unit's line is at `result`. */
static INLINE void NAME(finish)(const int units, const int vectors, const struct product *p, vec sum[][8], REAL *result,
                                REAL *slope) {
  const vec zero = {0};
  const vec one = NAME(splat)(1);
#pragma GCC unroll 12
  for (int u = 0; u < units; u++) {
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) {
      const long at = NAME(place)(v, p->result_panel) + u * ROWS;
      vec *const into = (vec *)(result + at);
      const vec s = sum[u][v];
      if (p->finish == TIMES) {
        *into *= s;
      } else if (p->finish == RELU) {
        *into = NAME(max)(zero, s);
        if (slope != NULL) *(vec *)(slope + at) = NAME(where)(s > zero, one, zero);
      } else {
        *into = s;
        if (slope != NULL) *(vec *)(slope + at) = one;
      }
    }
  }
}

/* sum(u, v) = offset(u) + Σ_k weight(u, k)·input(k, v); weights lie as (k, u). */
static INLINE void NAME(tile)(const int units, const int vectors, const struct product *p, const REAL *weights,
                              const REAL *offsets, const REAL *input, REAL *result, REAL *slope) {
  vec sum[UNITS][8];
#pragma GCC unroll 12
  for (int u = 0; u < units; u++) {
    const vec start = NAME(splat)(offsets == NULL ? 0 : offsets[u]);
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) sum[u][v] = start;
  }
  const long panel = p->input_panel;
  for (int k = 0; k < p->inner; k++, weights += units, input += ROWS) {
    vec x[8];
#pragma GCC unroll 8
    for (int v = 0; v < vectors; v++) x[v] = *(const vec *)(input + NAME(place)(v, panel));
#pragma GCC unroll 12
    for (int u = 0; u < units; u++) {
      const vec w = NAME(splat)(weights[u]);
#pragma GCC unroll 8
      for (int v = 0; v < vectors; v++) sum[u][v] += w * x[v];
    }
  }
  NAME(finish)(units, vectors, p, sum, result, slope);
}

/* Some units for all panels: their weights are copied next to each other and stay in the first-level cache. */
static INLINE void NAME(stripe)(const int units, const int vectors, const struct product *p, const REAL *weights,
                                const REAL *offsets, REAL *result, REAL *slope, REAL *copy) {
  for (int k = 0; k < p->inner; k++) {
    for (int u = 0; u < units; u++) copy[k * units + u] = weights[u * p->unit_step + k * p->inner_step];
  }
  const REAL *input = p->input;
  const int together = vectors / PARTS;
  int panel = 0;
  for (; panel + together <= p->panels; panel += together) {
    NAME(tile)(units, vectors, p, copy, offsets, input, result, slope);
    input += together * p->input_panel;
    result += together * p->result_panel;
    if (slope != NULL) slope += together * p->result_panel;
  }
  for (; panel < p->panels; panel++) {
    NAME(tile)(units, PARTS, p, copy, offsets, input, result, slope);
    input += p->input_panel;
    result += p->result_panel;
    if (slope != NULL) slope += p->result_panel;
  }
}

/* `copy` has room for the weights of a stripe: UNITS x inner numbers. */
void NAME(product)(const struct product *p, void *copy) {
  for (int unit = 0; unit < p->units; unit += UNITS) {
    const REAL *weights = (const REAL *)p->weights + unit * p->unit_step;
    const REAL *offsets = p->offsets == NULL ? NULL : (const REAL *)p->offsets + unit;
    REAL *result = (REAL *)p->result + unit * ROWS;
    REAL *slope = p->slope == NULL ? NULL : (REAL *)p->slope + unit * ROWS;
/* Few units leave registers for more rows. */
#define STRIPE(units, vectors) \
  case units: NAME(stripe)(units, vectors, p, weights, offsets, result, slope, copy); break;
    switch (p->units - unit < UNITS ? p->units - unit : UNITS) {
#if BYTES == 64
      STRIPE(1, 8) STRIPE(2, 8) STRIPE(3, 8) STRIPE(4, 4) STRIPE(5, 4) STRIPE(6, 4)
      STRIPE(7, 2) STRIPE(8, 2) STRIPE(9, 2) STRIPE(10, 2) STRIPE(11, 2) STRIPE(12, 2)
#else
      STRIPE(1, 8) STRIPE(2, 4) STRIPE(3, 4) STRIPE(4, 2) STRIPE(5, 2) STRIPE(6, 2)
#endif
    }
#undef STRIPE
  }
}

/*
 * Gradients of weights and biases
 */

/* The sum of a vector's quarters or halves of 128 bits. */
typedef REAL NAME(short_vec) __attribute__((vector_size(16), aligned(sizeof(REAL)), may_alias));
static INLINE NAME(short_vec) NAME(fold)(vec v) {
#if BYTES == 64
  const __m256d half = _mm512_castpd512_pd256((DOUBLES)v), other = _mm512_extractf64x4_pd((DOUBLES)v, 1);
  typedef REAL middle __attribute__((vector_size(32)));
  const __m256d sum = (__m256d)((middle)half + (middle)other);
#else
  const __m256d sum = (__m256d)v;
#endif
  return (NAME(short_vec))_mm256_castpd256_pd128(sum) + (NAME(short_vec))_mm256_extractf128_pd(sum, 1);
}

/* out[i] += the sum of vector i's lanes, for the first `count` of as many vectors as a tile has inputs. */
static INLINE void NAME(add_totals)(const int count, const vec *sums, REAL *out) {
  enum { TOGETHER = 16 / sizeof(REAL) };
#pragma GCC unroll 4
  for (int i = 0; i < count; i += TOGETHER) {
#if REAL_IS_FLOAT
    const SINGLES ab = OP(unpacklo_ps)(sums[i], sums[i + 1]) + OP(unpackhi_ps)(sums[i], sums[i + 1]);
    const SINGLES cd = OP(unpacklo_ps)(sums[i + 2], sums[i + 3]) + OP(unpackhi_ps)(sums[i + 2], sums[i + 3]);
    const vec all = (vec)OP(unpacklo_pd)((DOUBLES)ab, (DOUBLES)cd) + (vec)OP(unpackhi_pd)((DOUBLES)ab, (DOUBLES)cd);
#else
    const vec all = OP(unpacklo_pd)(sums[i], sums[i + 1]) + OP(unpackhi_pd)(sums[i], sums[i + 1]);
#endif
    const NAME(short_vec) total = NAME(fold)(all);
    if (count - i >= TOGETHER) {
      *(NAME(short_vec) *)(out + i) += total;
    } else {
      for (int j = 0; j < count - i; j++) out[i + j] += total[j];
    }
  }
}

static INLINE void NAME(gradient_tile)(const int outputs, const int inputs, const struct gradient *g, const REAL *delta,
                                       const REAL *input, REAL *into) {
  vec sum[OUTPUTS][INPUTS] = {{{0}}};
  for (int panel = 0; panel < g->panels; panel++, delta += g->delta_panel, input += g->input_panel) {
#pragma GCC unroll 2
    for (int part = 0; part < PARTS; part++) {
      vec d[OUTPUTS];
#pragma GCC unroll 3
      for (int o = 0; o < outputs; o++) d[o] = *(const vec *)(delta + o * ROWS + part * LANES);
#pragma GCC unroll 8
      for (int i = 0; i < inputs; i++) {
        const vec x = *(const vec *)(input + i * ROWS + part * LANES);
#pragma GCC unroll 3
        for (int o = 0; o < outputs; o++) sum[o][i] += d[o] * x;
      }
    }
  }
#pragma GCC unroll 3
  for (int o = 0; o < outputs; o++) NAME(add_totals)(inputs, sum[o], into + (long)o * g->inputs);
}

static INLINE void NAME(gradient_row)(const int outputs, const struct gradient *g, const REAL *delta, REAL *into) {
  const REAL *input = g->input;
  int i = 0;
  for (; i + INPUTS <= g->inputs; i += INPUTS, input += INPUTS * ROWS, into += INPUTS)
    NAME(gradient_tile)(outputs, INPUTS, g, delta, input, into);
  switch (g->inputs - i) {
  case 1: NAME(gradient_tile)(outputs, 1, g, delta, input, into); break;
  case 2: NAME(gradient_tile)(outputs, 2, g, delta, input, into); break;
  case 3: NAME(gradient_tile)(outputs, 3, g, delta, input, into); break;
#if BYTES == 64
  case 4: NAME(gradient_tile)(outputs, 4, g, delta, input, into); break;
  case 5: NAME(gradient_tile)(outputs, 5, g, delta, input, into); break;
  case 6: NAME(gradient_tile)(outputs, 6, g, delta, input, into); break;
  case 7: NAME(gradient_tile)(outputs, 7, g, delta, input, into); break;
#endif
  }
}

/* into(o, i) += Σ_rows delta(o)·input(i) */
void NAME(weight_gradient)(const struct gradient *g) {
  const REAL *delta = g->delta;
  REAL *into = g->into;
  int o = 0;
  for (; o + OUTPUTS <= g->outputs; o += OUTPUTS) {
    NAME(gradient_row)(OUTPUTS, g, delta, into);
    delta += OUTPUTS * ROWS;
    into += (long)OUTPUTS * g->inputs;
  }
  if (g->outputs - o == 1) NAME(gradient_row)(1, g, delta, into);
  if (g->outputs - o == 2) NAME(gradient_row)(2, g, delta, into);
}

/* into(o) += Σ_rows delta(o) */
void NAME(bias_gradient)(const struct gradient *g) {
  const REAL *delta = g->delta;
  REAL *into = g->into;
  for (int o = 0; o < g->outputs; o += INPUTS) {
    const int count = g->outputs - o < INPUTS ? g->outputs - o : INPUTS;
    vec sum[INPUTS] = {{0}};
    for (int panel = 0; panel < g->panels; panel++) {
      const REAL *line = delta + panel * g->delta_panel + o * ROWS;
      for (int i = 0; i < count; i++) {
        for (int part = 0; part < PARTS; part++) sum[i] += *(const vec *)(line + i * ROWS + part * LANES);
      }
    }
    NAME(add_totals)(count, sum, into + o);
  }
}

/*
 * Normals: Philox4x32-10 and Box-Muller, the numbers of `rng/stream.ts`; `wasm/kernels/random.ts` has the formulas.
 */

static INLINE void NAME(multiply)(words a, uint32_t by, words *low, words *high) {
  const INTEGERS even = OP(mul_epu32)((INTEGERS)a, OP(set1_epi32)((int)by));
  const INTEGERS odd = OP(mul_epu32)(OP(srli_epi64)((INTEGERS)a, 32), OP(set1_epi32)((int)by));
  typedef uint64_t pairs __attribute__((vector_size(BYTES)));
  const words lower = (words)((pairs){0} + 0xffffffff);
  *low = ((words)even & lower) | (words)OP(slli_epi64)(odd, 32);
  *high = (words)OP(srli_epi64)(even, 32) | ((words)odd & ~lower);
}

/* c0 + c1·x + … by Horner's rule. */
static INLINE vec NAME(polynomial)(const int terms, const REAL *c, vec x) {
  vec sum = NAME(splat)(c[terms - 1]);
#pragma GCC unroll 12
  for (int k = terms - 2; k >= 0; k--) sum = sum * x + c[k];
  return sum;
}

/* A half of the words as signed integers: whole and wide; singles have but one half. */
static INLINE integers NAME(signed_half)(words w, int half) {
#if REAL_IS_FLOAT
  (void)half;
  return (integers)w;
#else
  typedef int32_t narrow __attribute__((vector_size(BYTES / 2)));
  const union { words all; narrow halves[2]; } both = {w};
  return __builtin_convertvector(both.halves[half], integers);
#endif
}

/* The same as numbers. */
static INLINE vec NAME(number_half)(words w, int half) {
#if REAL_IS_FLOAT
  (void)half;
  return __builtin_convertvector((integers)w, vec);
#else
  typedef int32_t narrow __attribute__((vector_size(BYTES / 2)));
  const union { words all; narrow halves[2]; } both = {w};
  return __builtin_convertvector(both.halves[half], vec);
#endif
}

/* √(−2 ln u), u = (word + ½)/2³² */
static INLINE vec NAME(radius)(words word, int half) {
  static const REAL odd[] = {-2.0,      -2.0 / 3,  -2.0 / 5,  -2.0 / 7,  -2.0 / 9, -2.0 / 11,
                             -2.0 / 13, -2.0 / 15, -2.0 / 17, -2.0 / 19, -2.0 / 21};
  const vec zero = {0};
  const vec signed_word = NAME(number_half)(word, half) + (REAL)0.5;
  /* The word as a number with a sign is 2³² too small from 2³¹ on. */
  const vec wrapped = NAME(where)(signed_word < zero, NAME(splat)((REAL)0x1p32), zero);
  const vec y = 2 * (signed_word + wrapped);
  /* y = m·2ᵉ with m in [√½, √2) */
  const integers scaled = (integers)y - (integers)NAME(splat)((REAL)M_SQRT1_2);
  const vec large = NAME(splat)((REAL)((integer)1 << MANTISSA));
  const integers e = (integers)((unsigned_integers)scaled >> MANTISSA);
  const vec m = (vec)((integers)y - (e << MANTISSA));
  vec beyond_one = m - 1;
  /* Near 1 singles round u, but not u − 1. */
  if (REAL_IS_FLOAT) beyond_one = NAME(where)(e == 33, signed_word * (REAL)0x1p-32, beyond_one);
  const vec s = beyond_one / (2 + beyond_one);
  const vec minus_log = s * NAME(polynomial)(REAL_IS_FLOAT ? 5 : 11, odd, s * s);
  const vec exponent = (vec)((integers)large | e) - large;
  const vec logs = (33 - exponent) * (REAL)M_LN2 + minus_log;
#if REAL_IS_FLOAT
  return OP(sqrt_ps)(2 * logs);
#else
  return OP(sqrt_pd)(2 * logs);
#endif
}

/* Cosine and sine of 2π·word/2³², by quarter turns and series on [−π/4, π/4]. */
static INLINE void NAME(direction)(words word, int half, vec *cosine, vec *sine) {
  static const REAL sines[] = {1, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800.0,
                               -1.0 / 1307674368000.0, 1.0 / 355687428096000.0};
  static const REAL cosines[] = {1, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600.0,
                                 -1.0 / 87178291200.0, 1.0 / 20922789888000.0};
  const words turned = word + (1u << 29);
  const words within = (turned & ((1u << 30) - 1)) - (1u << 29);
  const vec x = NAME(number_half)(within, half) * (REAL)(2 * M_PI / 0x1p32);
  const vec square = x * x;
  const vec s = x * NAME(polynomial)(REAL_IS_FLOAT ? 5 : 9, sines, square);
  const vec c = NAME(polynomial)(REAL_IS_FLOAT ? 5 : 9, cosines, square);
  const integers quarter = NAME(signed_half)(turned >> 30, half);
  const integers odd = -(quarter & 1);
  const integers back = -(quarter >> 1 & 1);
  const integers sign = (integers)-NAME(splat)(0);
  *cosine = (vec)((integers)NAME(where)(odd, s, c) ^ (sign & (odd ^ back)));
  *sine = (vec)((integers)NAME(where)(odd, c, s) ^ (sign & back));
}

/* The four normals of each block of four words, `halves` of as many blocks as a vector has lanes. */
static INLINE void NAME(store_normals)(const vec n[4], REAL *out) {
  REAL lanes[4][LANES] __attribute__((aligned(LINE)));
#if REAL_IS_FLOAT
  const SINGLES low = OP(unpacklo_ps)(n[0], n[1]), high = OP(unpackhi_ps)(n[0], n[1]);
  const SINGLES low2 = OP(unpacklo_ps)(n[2], n[3]), high2 = OP(unpackhi_ps)(n[2], n[3]);
  *(vec *)lanes[0] = (vec)OP(unpacklo_pd)((DOUBLES)low, (DOUBLES)low2);
  *(vec *)lanes[1] = (vec)OP(unpackhi_pd)((DOUBLES)low, (DOUBLES)low2);
  *(vec *)lanes[2] = (vec)OP(unpacklo_pd)((DOUBLES)high, (DOUBLES)high2);
  *(vec *)lanes[3] = (vec)OP(unpackhi_pd)((DOUBLES)high, (DOUBLES)high2);
  for (int block = 0; block < LANES; block++) memcpy(out + 4 * block, &lanes[block % 4][block / 4 * 4], 16);
#else
  *(vec *)lanes[0] = OP(unpacklo_pd)(n[0], n[1]);
  *(vec *)lanes[1] = OP(unpackhi_pd)(n[0], n[1]);
  *(vec *)lanes[2] = OP(unpacklo_pd)(n[2], n[3]);
  *(vec *)lanes[3] = OP(unpackhi_pd)(n[2], n[3]);
  for (int block = 0; block < LANES; block++) {
    memcpy(out + 4 * block, &lanes[block % 2][block / 2 * 2], 16);
    memcpy(out + 4 * block + 2, &lanes[2 + block % 2][block / 2 * 2], 16);
  }
#endif
}

void NAME(normals)(const struct draws *d) {
  enum { BLOCKS = BYTES / 4, TOGETHER = 4 * BLOCKS };
  const words zero = {0};
  words block = {0};
  for (int lane = 0; lane < BLOCKS; lane++) block[lane] = lane;
  REAL last[TOGETHER];
  REAL *into = d->into;
  for (long done = 0; done < d->count; done += TOGETHER, block += BLOCKS) {
    words c[4] = {block, zero + d->domain, zero + d->step_low, zero + d->step_high};
    uint32_t key[2] = {d->key0, d->key1};
#pragma GCC unroll 10
    for (int round = 0; round < 10; round++) {
      words low[2], high[2];
      NAME(multiply)(c[0], 0xd2511f53u, &low[0], &high[0]);
      NAME(multiply)(c[2], 0xcd9e8d57u, &low[1], &high[1]);
      c[0] = high[1] ^ c[1] ^ key[0];
      c[1] = low[1];
      c[2] = high[0] ^ c[3] ^ key[1];
      c[3] = low[0];
      key[0] += 0x9e3779b9u;
      key[1] += 0xbb67ae85u;
    }
    const long left = d->count - done;
    REAL *const out = left < TOGETHER ? last : into + done;
#pragma GCC unroll 2
    for (int half = 0; half < HALVES; half++) {
      vec n[4];
#pragma GCC unroll 2
      for (int pair = 0; pair < 2; pair++) {
        const vec r = NAME(radius)(c[2 * pair], half);
        vec cosine, sine;
        NAME(direction)(c[2 * pair + 1], half, &cosine, &sine);
        n[2 * pair] = r * cosine;
        n[2 * pair + 1] = r * sine;
      }
      NAME(store_normals)(n, out + half * 4 * LANES);
    }
    if (out == last) memcpy(into + done, last, left * sizeof(REAL));
  }
}

#undef LANES
#undef ROWS
#undef PARTS
#undef vec
#undef words
#undef integers
#undef UNITS
#undef OUTPUTS
#undef INPUTS
#undef OP
#undef INTEGERS
#undef DOUBLES
#undef SINGLES
#undef HALVES
#undef integer
#undef unsigned_integer
#undef unsigned_integers
#undef MANTISSA

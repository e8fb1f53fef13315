/* What the kernels are called with. Lengths are counted in numbers, not bytes. */
#include <stddef.h>
#include <stdint.h>

/* Bytes of a cache line, which a panel has one of for each unit (`wasm/kernels/panels.ts`). */
enum { LINE = 64 };

/* What becomes of a sum: it, it times what stood there, or max(0, it). */
enum finish { BARE = 0, TIMES = 1, RELU = 2 };

/* results ← weights · inputs (`wasm/kernels/product.ts`); `offsets` and `slope` may be NULL. */
struct product {
  const void *weights, *offsets, *input;
  void *result, *slope;
  int units, inner;
  long unit_step, inner_step;
  int panels;
  long input_panel, result_panel;
  enum finish finish;
};

/* into(o, i) += Σ_rows delta(o)·input(i) (`wasm/kernels/weight-gradient.ts`) */
struct gradient {
  const void *delta, *input;
  void *into;
  int outputs, inputs, panels;
  long delta_panel, input_panel;
};

/* `count` normals of one stream and step (`rng/stream.ts`). */
struct draws {
  void *into;
  long count;
  uint32_t key0, key1, step_low, step_high, domain;
};

struct kernels_of_type {
  void (*product)(const struct product *, void *copy);
  void (*weight_gradient)(const struct gradient *);
  void (*bias_gradient)(const struct gradient *);
  void (*normals)(const struct draws *);
};

struct kernels {
  struct kernels_of_type f32, f64;
};

/* The most units whose weights a product copies at once. */
enum { MOST_UNITS = 12 };

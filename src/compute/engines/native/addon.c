/* The kernels for Node: functions of a memory and addresses in it, which are those of the WebAssembly kernels. */
#include "kernels.h"
#include "node-api.h"

extern const struct kernels avx2_all_kernels, avx512_all_kernels;

/* The most that a function takes. */
enum { MOST_WORDS = 16 };

/* The first argument's bytes, and all further ones as words. */
struct call {
  char *memory;
  uint32_t words[MOST_WORDS];
  const struct kernels_of_type *kernels;
};

static int read_call(napi_env env, napi_callback_info info, struct call *call) {
  napi_value values[MOST_WORDS + 1];
  size_t count = MOST_WORDS + 1, bytes;
  void *data, *kernels;
  napi_typedarray_type type;
  if (napi_get_cb_info(env, info, &count, values, NULL, &kernels) != napi_ok ||
      napi_get_typedarray_info(env, values[0], &type, &bytes, &data, NULL, NULL) != napi_ok) {
    napi_throw_type_error(env, NULL, "a kernel takes a memory's bytes and numbers");
    return 0;
  }
  if ((uintptr_t)data % LINE != 0) {
    napi_throw_type_error(env, NULL, "a kernel's memory begins at a cache line");
    return 0;
  }
  call->memory = data;
  call->kernels = kernels;
  for (size_t i = 0; i < MOST_WORDS; i++) {
    call->words[i] = 0;
    if (i + 1 < count) napi_get_value_uint32(env, values[i + 1], &call->words[i]);
  }
  return 1;
}

/* Address 0 is nobody's. */
static void *at(const struct call *call, int word) {
  return call->words[word] == 0 ? NULL : call->memory + call->words[word];
}

/* (memory, weights, offsets, input, panels, copy, result, slope, units, inner, unitStep, innerStep, inputPanel,
   resultPanel, finish) */
static napi_value product(napi_env env, napi_callback_info info) {
  struct call c;
  if (!read_call(env, info, &c)) return NULL;
  const struct product p = {
      .weights = at(&c, 0), .offsets = at(&c, 1), .input = at(&c, 2), .panels = (int)c.words[3],
      .result = at(&c, 5), .slope = at(&c, 6), .units = (int)c.words[7], .inner = (int)c.words[8],
      .unit_step = c.words[9], .inner_step = c.words[10], .input_panel = c.words[11], .result_panel = c.words[12],
      .finish = (enum finish)c.words[13],
  };
  c.kernels->product(&p, at(&c, 4));
  return NULL;
}

static struct gradient gradient_of(const struct call *c) {
  return (struct gradient){
      .delta = at(c, 0), .input = at(c, 1), .into = at(c, 2), .panels = (int)c->words[3], .outputs = (int)c->words[4],
      .inputs = (int)c->words[5], .delta_panel = c->words[6], .input_panel = c->words[7],
  };
}

/* (memory, delta, input, into, panels, outputs, inputs, deltaPanel, inputPanel) */
static napi_value weight_gradient(napi_env env, napi_callback_info info) {
  struct call c;
  if (!read_call(env, info, &c)) return NULL;
  const struct gradient g = gradient_of(&c);
  c.kernels->weight_gradient(&g);
  return NULL;
}

/* The same; `input`, `inputs` and `inputPanel` are ignored. */
static napi_value bias_gradient(napi_env env, napi_callback_info info) {
  struct call c;
  if (!read_call(env, info, &c)) return NULL;
  const struct gradient g = gradient_of(&c);
  c.kernels->bias_gradient(&g);
  return NULL;
}

/* (memory, into, count, key0, key1, stepLow, stepHigh, domain) */
static napi_value normals(napi_env env, napi_callback_info info) {
  struct call c;
  if (!read_call(env, info, &c)) return NULL;
  const struct draws d = {
      .into = at(&c, 0), .count = c.words[1], .key0 = c.words[2], .key1 = c.words[3], .step_low = c.words[4],
      .step_high = c.words[5], .domain = c.words[6],
  };
  c.kernels->normals(&d);
  return NULL;
}

static napi_value functions_of(napi_env env, const struct kernels_of_type *kernels) {
  static const struct {
    const char *name;
    napi_callback call;
  } functions[] = {
      {"product", product},
      {"weightGradient", weight_gradient},
      {"biasGradient", bias_gradient},
      {"normals", normals},
  };
  napi_value object, function;
  if (napi_create_object(env, &object) != napi_ok) return NULL;
  for (size_t i = 0; i < sizeof functions / sizeof functions[0]; i++) {
    const char *name = functions[i].name;
    if (napi_create_function(env, name, NAPI_AUTO_LENGTH, functions[i].call, (void *)kernels, &function) != napi_ok ||
        napi_set_named_property(env, object, name, function) != napi_ok)
      return NULL;
  }
  return object;
}

static bool export_set(napi_env env, napi_value exports, const char *name, const struct kernels *kernels) {
  napi_value set;
  return napi_create_object(env, &set) == napi_ok &&
         napi_set_named_property(env, set, "float32", functions_of(env, &kernels->f32)) == napi_ok &&
         napi_set_named_property(env, set, "float64", functions_of(env, &kernels->f64)) == napi_ok &&
         napi_set_named_property(env, exports, name, set) == napi_ok;
}

/* A property for each instruction set that this machine has: avx2, avx512. */
napi_value napi_register_module_v1(napi_env env, napi_value exports) {
  __builtin_cpu_init();
  const bool avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  const bool avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") &&
                      __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl");
  if (avx2 && !export_set(env, exports, "avx2", &avx2_all_kernels)) return NULL;
  if (avx512 && !export_set(env, exports, "avx512", &avx512_all_kernels)) return NULL;
  return exports;
}

int32_t node_api_module_get_api_version_v1(void) { return NODE_API_VERSION; }

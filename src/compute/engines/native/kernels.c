/* Compiled once for each instruction set: SET is avx2 or avx512, BYTES the size of its vectors. */
#include "kernels.h"

#include <immintrin.h>
#include <math.h>
#include <string.h>

#define INLINE inline __attribute__((always_inline))
#define JOIN3(set, type, x) set##_##type##_##x
#define JOIN(set, type, x) JOIN3(set, type, x)

#define REAL float
#define REAL_IS_FLOAT 1
#define NAME(x) JOIN(SET, f32, x)
#include "templates.h"
#undef REAL
#undef REAL_IS_FLOAT
#undef NAME

#define REAL double
#define REAL_IS_FLOAT 0
#define NAME(x) JOIN(SET, f64, x)
#include "templates.h"

const struct kernels JOIN(SET, all, kernels) = {
    {JOIN(SET, f32, product), JOIN(SET, f32, weight_gradient), JOIN(SET, f32, bias_gradient), JOIN(SET, f32, normals)},
    {JOIN(SET, f64, product), JOIN(SET, f64, weight_gradient), JOIN(SET, f64, bias_gradient), JOIN(SET, f64, normals)},
};

/*
 * What the addon uses of Node-API, whose binary interface is stable from version 8 on: the numbers and signatures are those of
 * Node's documentation (https://nodejs.org/api/n-api.html). Declared here, so that a compiler is all that is needed.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct napi_env__ *napi_env;
typedef struct napi_value__ *napi_value;
typedef struct napi_callback_info__ *napi_callback_info;
typedef napi_value (*napi_callback)(napi_env, napi_callback_info);
typedef int napi_status;
typedef int napi_typedarray_type;

enum { napi_ok = 0, NODE_API_VERSION = 8 };
#define NAPI_AUTO_LENGTH SIZE_MAX

napi_status napi_get_cb_info(napi_env, napi_callback_info, size_t *count, napi_value *values, napi_value *self, void **data);
napi_status napi_get_typedarray_info(napi_env, napi_value, napi_typedarray_type *, size_t *length, void **data,
                                     napi_value *buffer, size_t *offset);
napi_status napi_get_value_uint32(napi_env, napi_value, uint32_t *result);
napi_status napi_throw_type_error(napi_env, const char *code, const char *message);
napi_status napi_create_object(napi_env, napi_value *result);
napi_status napi_create_function(napi_env, const char *name, size_t length, napi_callback, void *data, napi_value *result);
napi_status napi_create_string_utf8(napi_env, const char *text, size_t length, napi_value *result);
napi_status napi_set_named_property(napi_env, napi_value object, const char *name, napi_value value);

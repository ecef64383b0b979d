// The functions of libduckdb that the DuckDB driver calls, found at run time.
//
// The declarations are our own, since Debian has no package with a header. They say what duckdb.h documents of the
// stable part of the C API (https://duckdb.org/docs/stable/clients/c/api), and no more of it than is called.
#ifndef TABLEPRO_CDUCKDB_SHIM_H
#define TABLEPRO_CDUCKDB_SHIM_H

#include <stddef.h>
#include <stdint.h>

#include "../functions.h"

// Handles are pointers to what only the library knows; a state of 0 is success.
typedef struct duckdb_config_handle *duckdb_config;
typedef struct duckdb_database_handle *duckdb_database;
typedef struct duckdb_connection_handle *duckdb_connection;
typedef int duckdb_state;

// The caller keeps the memory of a result, whose fields are the library's own business: six words.
typedef struct {
  uint64_t words[5];
  void *_Nullable data;
} duckdb_result;

const char *_Nullable duckdb_library_version(void);
duckdb_state duckdb_create_config(duckdb_config _Nullable *_Nonnull config);
duckdb_state duckdb_set_config(duckdb_config _Nullable config, const char *_Nonnull name,
                               const char *_Nonnull value);
void duckdb_destroy_config(duckdb_config _Nullable *_Nonnull config);
// The error's text is freed by duckdb_free.
duckdb_state duckdb_open_ext(const char *_Nullable path, duckdb_database _Nullable *_Nonnull database,
                             duckdb_config _Nullable config, char *_Nullable *_Nonnull error);
void duckdb_close(duckdb_database _Nullable *_Nonnull database);
duckdb_state duckdb_connect(duckdb_database _Nullable database, duckdb_connection _Nullable *_Nonnull connection);
void duckdb_disconnect(duckdb_connection _Nullable *_Nonnull connection);
// The result has to be destroyed also after a failure.
duckdb_state duckdb_query(duckdb_connection _Nullable connection, const char *_Nonnull query,
                          duckdb_result *_Nonnull result);
const char *_Nullable duckdb_result_error(duckdb_result *_Nonnull result);
void duckdb_destroy_result(duckdb_result *_Nonnull result);
// The text is freed by duckdb_free; NULL for a value of NULL, and for a place that the result does not have.
char *_Nullable duckdb_value_varchar(duckdb_result *_Nonnull result, uint64_t column, uint64_t row);
void duckdb_free(void *_Nullable memory);

#define DUCKDB_FUNCTIONS(each)  \
  each(duckdb_library_version)  \
  each(duckdb_create_config)    \
  each(duckdb_set_config)       \
  each(duckdb_destroy_config)   \
  each(duckdb_open_ext)         \
  each(duckdb_close)            \
  each(duckdb_connect)          \
  each(duckdb_disconnect)       \
  each(duckdb_query)            \
  each(duckdb_result_error)     \
  each(duckdb_destroy_result)   \
  each(duckdb_value_varchar)    \
  each(duckdb_free)

FUNCTIONS_TABLE(DuckDBFunctions, duckdb_resolve, DUCKDB_FUNCTIONS)

#endif

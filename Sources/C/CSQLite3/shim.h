// The functions of libsqlite3 that the SQLite driver calls, found at run time.
//
// A C header because the types and the check of each name come from the library's own declarations.
#ifndef TABLEPRO_CSQLITE3_SHIM_H
#define TABLEPRO_CSQLITE3_SHIM_H

#include <dlfcn.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>

#define SQLITE3_FUNCTIONS(each)   \
  each(sqlite3_libversion)        \
  each(sqlite3_open_v2)           \
  each(sqlite3_close)             \
  each(sqlite3_busy_timeout)      \
  each(sqlite3_extended_errcode)  \
  each(sqlite3_errmsg)            \
  each(sqlite3_prepare_v2)        \
  each(sqlite3_step)              \
  each(sqlite3_column_text)       \
  each(sqlite3_finalize)

struct SQLite3Functions {
#define SQLITE3_MEMBER(name) __typeof__(&name) _Nonnull name;
  SQLITE3_FUNCTIONS(SQLITE3_MEMBER)
#undef SQLITE3_MEMBER
};

/// Fills `functions` from an open library; false and the first name that it lacks otherwise.
static inline bool sqlite3_resolve(void *_Nonnull library, struct SQLite3Functions *_Nonnull functions,
                                   const char *_Nullable *_Nonnull missing) {
#define SQLITE3_RESOLVE(name)                    \
  {                                              \
    void *symbol = dlsym(library, #name);        \
    if (symbol == NULL) {                        \
      *missing = #name;                          \
      return false;                              \
    }                                            \
    functions->name = (__typeof__(&name))symbol; \
  }
  SQLITE3_FUNCTIONS(SQLITE3_RESOLVE)
#undef SQLITE3_RESOLVE
  return true;
}

#endif

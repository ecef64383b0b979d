// The functions of libsqlite3 that the SQLite driver calls, found at run time.
//
// A C header because the types and the check of each name come from the library's own declarations.
#ifndef TABLEPRO_CSQLITE3_SHIM_H
#define TABLEPRO_CSQLITE3_SHIM_H

#include <sqlite3.h>
#include <stddef.h>
#include <stdlib.h>

#include "../functions.h"

#define SQLITE3_FUNCTIONS(each)   \
  each(sqlite3_libversion)        \
  each(sqlite3_open_v2)           \
  each(sqlite3_close)             \
  each(sqlite3_busy_timeout)      \
  each(sqlite3_progress_handler)  \
  each(sqlite3_vfs_find)          \
  each(sqlite3_vfs_register)      \
  each(sqlite3_extended_errcode)  \
  each(sqlite3_errmsg)            \
  each(sqlite3_prepare_v2)        \
  each(sqlite3_step)              \
  each(sqlite3_column_text)       \
  each(sqlite3_finalize)

FUNCTIONS_TABLE(SQLite3Functions, sqlite3_resolve, SQLITE3_FUNCTIONS)

/// The library's own way to files (https://sqlite.org/vfs.html), without what makes or removes one.
struct sqlite3_reader {
  sqlite3_vfs base;
  sqlite3_vfs *_Nonnull original;
};

/// Opens what is there, for reading. The library itself would open a write-ahead log to write, and make one.
static int sqlite3_reader_open(sqlite3_vfs *_Nonnull vfs, const char *_Nullable name, sqlite3_file *_Nonnull file,
                               int flags, int *_Nullable found) {
  sqlite3_vfs *original = ((struct sqlite3_reader *)vfs)->original;
  int writing = SQLITE_OPEN_CREATE | SQLITE_OPEN_READWRITE | SQLITE_OPEN_DELETEONCLOSE | SQLITE_OPEN_EXCLUSIVE;
  file->pMethods = NULL;
  // Without a name it would be a file for the time being.
  if (name == NULL) return SQLITE_CANTOPEN;
  return original->xOpen(original, name, file, (flags & ~writing) | SQLITE_OPEN_READONLY, found);
}

/// Removes nothing, and says that all is well: what lies beside an empty file would be removed before it is read.
static int sqlite3_reader_delete(sqlite3_vfs *_Nonnull vfs, const char *_Nonnull name, int sync) {
  (void)vfs, (void)name, (void)sync;
  return SQLITE_OK;
}

/// The name of a way to files by which none can be made or removed; NULL: out of memory. To be called once.
static inline const char *_Nullable sqlite3_register_reader(const struct SQLite3Functions *_Nonnull functions) {
  sqlite3_vfs *original = functions->sqlite3_vfs_find(NULL);
  struct sqlite3_reader *reader = (struct sqlite3_reader *)calloc(1, sizeof(struct sqlite3_reader));
  if (original == NULL || reader == NULL) {
    free(reader);
    return NULL;
  }
  reader->base = *original;
  reader->original = original;
  reader->base.pNext = NULL;
  reader->base.zName = "tablepro-reader";
  reader->base.xOpen = sqlite3_reader_open;
  reader->base.xDelete = sqlite3_reader_delete;
  if (functions->sqlite3_vfs_register(&reader->base, 0) != SQLITE_OK) {
    free(reader);
    return NULL;
  }
  return reader->base.zName;
}

#endif

// The functions of FreeTDS's db-lib that the SQL Server driver calls, found at run time.
//
// A C header because the types and the check of each name come from db-lib's own declarations.
#ifndef TABLEPRO_CSYBDB_SHIM_H
#define TABLEPRO_CSYBDB_SHIM_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#include <sybfront.h>
#include <sybdb.h>

#define SYBDB_FUNCTIONS(each) \
  each(dbversion)             \
  each(dbinit)                \
  each(dberrhandle)           \
  each(dbmsghandle)           \
  each(dbsetifile)            \
  each(dblogin)               \
  each(dbloginfree)           \
  each(dbsetlname)            \
  each(tdsdbopen)             \
  each(dbclose)               \
  each(dbcmd)                 \
  each(dbsqlexec)             \
  each(dbresults)             \
  each(dbnumcols)             \
  each(dbnextrow)             \
  each(dbdata)                \
  each(dbdatlen)              \
  each(dbcancel)

struct SybDBFunctions {
#define SYBDB_MEMBER(name) __typeof__(&name) _Nonnull name;
  SYBDB_FUNCTIONS(SYBDB_MEMBER)
#undef SYBDB_MEMBER
};

/// Fills `functions` from an open library; false and the first name that it lacks otherwise.
static inline bool sybdb_resolve(void *_Nonnull library, struct SybDBFunctions *_Nonnull functions,
                                 const char *_Nullable *_Nonnull missing) {
#define SYBDB_RESOLVE(name)                                          \
  {                                                                  \
    void *symbol = dlsym(library, #name);                            \
    if (symbol == NULL) {                                            \
      *missing = #name;                                              \
      return false;                                                  \
    }                                                                \
    functions->name = (__typeof__(&name))symbol;                     \
  }
  SYBDB_FUNCTIONS(SYBDB_RESOLVE)
#undef SYBDB_RESOLVE
  return true;
}

#ifdef __linux__
// The C library shows memfd_create only to _GNU_SOURCE, which is settled before Swift imports this header.
extern int sybdb_memory_file(const char *_Nonnull name, unsigned int flags) __asm__("memfd_create");
#endif

#endif

// The functions of FreeTDS's db-lib that the SQL Server driver calls, found at run time.
//
// A C header because the types and the check of each name come from db-lib's own declarations.
#ifndef TABLEPRO_CSYBDB_SHIM_H
#define TABLEPRO_CSYBDB_SHIM_H

#include <stddef.h>
#include <sybfront.h>
#include <sybdb.h>

#include "../functions.h"

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

FUNCTIONS_TABLE(SybDBFunctions, sybdb_resolve, SYBDB_FUNCTIONS)

#ifdef __linux__
// The C library shows memfd_create only to _GNU_SOURCE, which is settled before Swift imports this header.
extern int sybdb_memory_file(const char *_Nonnull name, unsigned int flags) __asm__("memfd_create");
#endif

#endif

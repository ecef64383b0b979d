// The functions of hiredis that the Redis driver calls, found at run time. Only its reader of replies and its writer
// of commands are used: the connection is the program's own.
//
// A C header because the types and the check of each name come from the library's own declarations.
#ifndef TABLEPRO_CHIREDIS_SHIM_H
#define TABLEPRO_CHIREDIS_SHIM_H

#include <dlfcn.h>
#include <hiredis/hiredis.h>

#include "../functions.h"

#define HIREDIS_FUNCTIONS(each)          \
  each(redisReaderCreateWithFunctions)   \
  each(redisReaderFree)                  \
  each(redisReaderFeed)                  \
  each(redisReaderGetReply)              \
  each(redisFormatCommandArgv)           \
  each(redisFreeCommand)

FUNCTIONS_TABLE(HiredisFunctions, hiredis_resolve, HIREDIS_FUNCTIONS)

#define HIREDIS_TEXT_OF(soname) #soname
#define HIREDIS_TEXT(soname) HIREDIS_TEXT_OF(soname)
/// The version in the library's file name: the layout of its structures is fixed by it.
static const char *const _Nonnull hiredis_soname = HIREDIS_TEXT(HIREDIS_SONAME);

/// Whether a library has the structures of the header that this was built with, which changed between 0.14 and 1.0.
static inline bool hiredis_fits(void *_Nonnull library) {
  bool is_newer = dlsym(library, "redisSetPushCallback") != NULL;
  return is_newer == (HIREDIS_MAJOR >= 1);
}

#endif

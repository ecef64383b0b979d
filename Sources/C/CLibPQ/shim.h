// The functions of libpq that the PostgreSQL driver calls, found at run time.
//
// A C header because the types and the check of each name come from libpq's own declarations.
#ifndef TABLEPRO_CLIBPQ_SHIM_H
#define TABLEPRO_CLIBPQ_SHIM_H

#include <dlfcn.h>
#include <libpq-fe.h>
#include <stdbool.h>

#define LIBPQ_FUNCTIONS(each) \
  each(PQlibVersion)          \
  each(PQconnectStartParams)  \
  each(PQconnectPoll)         \
  each(PQconndefaults)        \
  each(PQconninfoFree)        \
  each(PQfinish)              \
  each(PQstatus)              \
  each(PQsocket)              \
  each(PQsetnonblocking)      \
  each(PQerrorMessage)        \
  each(PQsetErrorVerbosity)   \
  each(PQsetNoticeProcessor)  \
  each(PQconnectionUsedPassword) \
  each(PQsetSSLKeyPassHook_OpenSSL) \
  each(PQdefaultSSLKeyPassHook_OpenSSL) \
  each(PQinitOpenSSL)         \
  each(PQsendQuery)           \
  each(PQflush)               \
  each(PQconsumeInput)        \
  each(PQisBusy)              \
  each(PQgetResult)           \
  each(PQresultStatus)        \
  each(PQresultErrorMessage)  \
  each(PQntuples)             \
  each(PQgetvalue)            \
  each(PQclear)

struct LibPQFunctions {
#define LIBPQ_MEMBER(name) __typeof__(&name) _Nonnull name;
  LIBPQ_FUNCTIONS(LIBPQ_MEMBER)
#undef LIBPQ_MEMBER
};

/// Fills `functions` from an open library; false and the first name that it lacks otherwise.
static inline bool libpq_resolve(void *_Nonnull library, struct LibPQFunctions *_Nonnull functions,
                                 const char *_Nullable *_Nonnull missing) {
#define LIBPQ_RESOLVE(name)                                          \
  {                                                                  \
    void *symbol = dlsym(library, #name);                            \
    if (symbol == NULL) {                                            \
      *missing = #name;                                              \
      return false;                                                  \
    }                                                                \
    functions->name = (__typeof__(&name))symbol;                     \
  }
  LIBPQ_FUNCTIONS(LIBPQ_RESOLVE)
#undef LIBPQ_RESOLVE
  return true;
}

#endif

// The functions of libpq that the PostgreSQL driver calls, found at run time.
//
// A C header because the types and the check of each name come from libpq's own declarations.
#ifndef TABLEPRO_CLIBPQ_SHIM_H
#define TABLEPRO_CLIBPQ_SHIM_H

#include <libpq-fe.h>

#include "../functions.h"

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

FUNCTIONS_TABLE(LibPQFunctions, libpq_resolve, LIBPQ_FUNCTIONS)

#endif

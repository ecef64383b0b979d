// The functions of libmongoc and libbson that the MongoDB driver calls, found at run time.
//
// A C header because the types and the check of each name come from the libraries' own declarations.
#ifndef TABLEPRO_CMONGOC_SHIM_H
#define TABLEPRO_CMONGOC_SHIM_H

#include <mongoc/mongoc.h>
#include <stdlib.h>

#include "../functions.h"

// libbson's come with libmongoc, which is linked to it: dlsym looks there too.
#define LIBMONGOC_FUNCTIONS(each)                \
  each(mongoc_init)                              \
  each(mongoc_get_version)                       \
  each(mongoc_log_set_handler)                   \
  each(mongoc_uri_new_with_error)                \
  each(mongoc_uri_destroy)                       \
  each(mongoc_uri_set_username)                  \
  each(mongoc_uri_set_password)                  \
  each(mongoc_uri_set_auth_source)               \
  each(mongoc_uri_set_auth_mechanism)            \
  each(mongoc_uri_set_option_as_int32)           \
  each(mongoc_uri_set_option_as_bool)            \
  each(mongoc_client_new_from_uri_with_error)    \
  each(mongoc_client_destroy)                    \
  each(mongoc_client_set_stream_initiator)       \
  each(mongoc_client_set_error_api)              \
  each(mongoc_client_get_read_prefs)             \
  each(mongoc_client_command_simple)             \
  each(bson_new_from_data)                       \
  each(bson_destroy)

FUNCTIONS_TABLE(LibMongoCFunctions, libmongoc_resolve, LIBMONGOC_FUNCTIONS)

/// A stream of ours as libmongoc sees it: its table of functions, and then who is behind it.
struct libmongoc_stream {
  mongoc_stream_t table;
  void *_Nullable owner;
};

#endif

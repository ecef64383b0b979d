// The functions of libcurl that the HTTP engines call, found at run time, and calls of the variadic ones, which Swift
// cannot make.
//
// A C header because the types and the check of each name come from libcurl's own declarations.
#ifndef TABLEPRO_CCURL_SHIM_H
#define TABLEPRO_CCURL_SHIM_H

// Its checks of arguments are macros over the functions' names, and would stand in the way of taking their addresses.
#define CURL_DISABLE_TYPECHECK
#include <curl/curl.h>

#include "../functions.h"

#undef curl_easy_setopt
#undef curl_easy_getinfo
#undef curl_multi_setopt

#define CURL_FUNCTIONS(each)     \
  each(curl_global_init)         \
  each(curl_version_info)        \
  each(curl_easy_init)           \
  each(curl_easy_reset)          \
  each(curl_easy_cleanup)        \
  each(curl_easy_setopt)         \
  each(curl_easy_strerror)       \
  each(curl_slist_append)        \
  each(curl_slist_free_all)      \
  each(curl_multi_init)          \
  each(curl_multi_cleanup)       \
  each(curl_multi_add_handle)    \
  each(curl_multi_remove_handle) \
  each(curl_multi_perform)       \
  each(curl_multi_poll)          \
  each(curl_multi_timeout)       \
  each(curl_multi_info_read)

FUNCTIONS_TABLE(CurlFunctions, curl_resolve, CURL_FUNCTIONS)

/// curl_easy_setopt with a number.
static inline CURLcode curl_set_long(const struct CurlFunctions *_Nonnull functions, CURL *_Nonnull handle,
                                     CURLoption option, long value) {
  return functions->curl_easy_setopt(handle, option, value);
}

/// curl_easy_setopt with a text, a list or any other pointer.
static inline CURLcode curl_set_pointer(const struct CurlFunctions *_Nonnull functions, CURL *_Nonnull handle,
                                        CURLoption option, const void *_Nullable value) {
  return functions->curl_easy_setopt(handle, option, value);
}

/// curl_easy_setopt with a function that takes what has come: CURLOPT_WRITEFUNCTION, CURLOPT_HEADERFUNCTION.
static inline CURLcode curl_set_receiver(const struct CurlFunctions *_Nonnull functions, CURL *_Nonnull handle,
                                         CURLoption option,
                                         size_t (*_Nonnull receiver)(char *_Nullable bytes, size_t size, size_t count,
                                                                     void *_Nullable owner)) {
  return functions->curl_easy_setopt(handle, option, receiver);
}

/// Sets the function that makes libcurl's sockets.
static inline CURLcode curl_set_opener(const struct CurlFunctions *_Nonnull functions, CURL *_Nonnull handle,
                                       curl_opensocket_callback _Nonnull open, void *_Nonnull owner) {
  CURLcode code = functions->curl_easy_setopt(handle, CURLOPT_OPENSOCKETFUNCTION, open);
  return code == CURLE_OK ? functions->curl_easy_setopt(handle, CURLOPT_OPENSOCKETDATA, owner) : code;
}

#endif

// The one function of the system's resolver that getaddrinfo does not stand for: it asks for records of any type.
//
// It is looked up at run time, since it lies in libresolv on older systems, which nothing else needs.
#ifndef TABLEPRO_CRESOLVER_SHIM_H
#define TABLEPRO_CRESOLVER_SHIM_H

#include <dlfcn.h>
#include <netdb.h>
#include <stddef.h>

/// What resolver_query returns where the system has no such function.
#define RESOLVER_MISSING (-2)

/// res_query(3) for class IN: the length of the answer, which may be more than `capacity`; -1, with `reason` set to
/// h_errno's value, if there is none.
static inline int resolver_query(const char *_Nonnull name, int type, unsigned char *_Nonnull answer, int capacity,
                                 int *_Nonnull reason) {
  typedef int (*query)(const char *, int, int, unsigned char *, int);
#ifdef __APPLE__
  void *library = dlopen("/usr/lib/libresolv.9.dylib", RTLD_LAZY);
  query ask = library ? (query)dlsym(library, "res_9_query") : NULL;
#else
  // Since glibc 2.34 it is in the C library itself.
  query ask = (query)dlsym(NULL, "res_query");
  if (ask == NULL) {
    void *library = dlopen("libresolv.so.2", RTLD_LAZY);
    if (library != NULL) {
      ask = (query)dlsym(library, "res_query");
      if (ask == NULL) ask = (query)dlsym(library, "__res_query");
    }
  }
#endif
  if (ask == NULL) return RESOLVER_MISSING;
  h_errno = 0;
  int length = ask(name, 1, type, answer, capacity);
  *reason = h_errno;
  return length;
}

#endif

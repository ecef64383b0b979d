// The facts of the dynamic loader that Swift cannot ask for by itself.
#ifndef TABLEPRO_CLOADER_SHIM_H
#define TABLEPRO_CLOADER_SHIM_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>
#ifdef __linux__
#include <sys/auxv.h>
#else
#include <unistd.h>
#endif

#ifdef __APPLE__
#define LOADER_INFO Dl_info
#define loader_dladdr dladdr
#else
// glibc shows dladdr only to _GNU_SOURCE, which is settled before Swift imports this header.
struct loader_info {
  const char *_Nullable dli_fname;
  void *_Nullable dli_fbase;
  const char *_Nullable dli_sname;
  void *_Nullable dli_saddr;
};
#define LOADER_INFO struct loader_info
extern int loader_dladdr(const void *_Nonnull address, struct loader_info *_Nonnull info) __asm__("dladdr");
#endif

/// The file that holds the code at an address; NULL if none does.
static inline const char *_Nullable loader_file(const void *_Nonnull address) {
  LOADER_INFO info;
  return loader_dladdr(address, &info) ? info.dli_fname : NULL;
}

/// A symbol as this program's own code sees it; RTLD_DEFAULT is a macro that Swift cannot import.
static inline void *_Nullable loader_own_symbol(const char *_Nonnull name) {
#ifdef __APPLE__
  return dlsym(RTLD_DEFAULT, name);
#else
  return dlsym(NULL, name);
#endif
}

/// Whether the process has rights that who started it may not have: set-user-ID, set-group-ID, file capabilities,
/// a change of domain (getauxval(3), AT_SECURE; issetugid(2)).
static inline bool loader_is_privileged(void) {
#ifdef __linux__
  return getauxval(AT_SECURE) != 0;
#else
  return issetugid() != 0;
#endif
}

#endif

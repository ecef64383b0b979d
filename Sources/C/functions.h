// How the functions of a library are found at run time, for the headers that list them.
//
// Macros, because the types and the check of each name come from the library's own declarations.
#ifndef TABLEPRO_FUNCTIONS_H
#define TABLEPRO_FUNCTIONS_H

#include <dlfcn.h>
#include <stdbool.h>
#include <stddef.h>

#define FUNCTIONS_MEMBER(name) __typeof__(&name) _Nonnull name;

#define FUNCTIONS_RESOLVE(name)                  \
  {                                              \
    void *symbol = dlsym(library, #name);        \
    if (symbol == NULL) {                        \
      *missing = #name;                          \
      return false;                              \
    }                                            \
    functions->name = (__typeof__(&name))symbol; \
  }

/// Declares a table with a member for each function of the list, and a function that fills it from an open library:
/// false, and the first name that it lacks, if it does not have them all.
#define FUNCTIONS_TABLE(table, resolve, list)                                                       \
  struct table {                                                                                    \
    list(FUNCTIONS_MEMBER)                                                                          \
  };                                                                                                \
  static inline bool resolve(void *_Nonnull library, struct table *_Nonnull functions,              \
                             const char *_Nullable *_Nonnull missing) {                             \
    list(FUNCTIONS_RESOLVE) return true;                                                            \
  }

#endif

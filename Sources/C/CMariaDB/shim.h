// The functions of libmariadb that the MySQL driver calls, found at run time.
//
// A C header because the types and the check of each name come from the library's own declarations.
#ifndef TABLEPRO_CMARIADB_SHIM_H
#define TABLEPRO_CMARIADB_SHIM_H

#include <errmsg.h>
#include <mysql.h>
#include <mysql/plugin_auth.h>
#include <stdarg.h>
#include <stdlib.h>

#include "../functions.h"

// What mysql/client_plugin.h declares, which cannot be included: it includes a header that no package installs.
#define LIBMARIADB_AUTHENTICATION_PLUGIN 2
#define LIBMARIADB_AUTHENTICATION_PLUGIN_INTERFACE_VERSION 0x0100
struct libmariadb_authentication_plugin {
  MYSQL_CLIENT_PLUGIN_HEADER
  int (*_Nullable authenticate_user)(MYSQL_PLUGIN_VIO *_Nonnull vio, MYSQL *_Nonnull mysql);
};
extern struct st_mysql_client_plugin *_Nullable mysql_client_register_plugin(
    MYSQL *_Nonnull mysql, struct st_mysql_client_plugin *_Nonnull plugin);

// Exported by every version, and declared in none of the headers that are installed: a function that sees all bytes
// that the library has read (mode 0, decrypted) or written (mode 1); a failed call's length is (size_t)-1.
extern int ma_pvio_register_callback(my_bool registers, void (*_Nonnull callback)(int mode, MYSQL *_Nullable mysql,
                                                                                 const unsigned char *_Nullable bytes,
                                                                                 size_t length));

#define LIBMARIADB_FUNCTIONS(each) \
  each(ma_pvio_register_callback)  \
  each(mysql_server_init)          \
  each(mysql_get_client_info)      \
  each(mysql_client_register_plugin) \
  each(mysql_init)                 \
  each(mysql_close)                \
  each(mysql_options)              \
  each(mysql_real_connect_start)   \
  each(mysql_real_connect_cont)    \
  each(mysql_get_socket)           \
  each(mysql_errno)                \
  each(mysql_error)                \
  each(mysql_sqlstate)             \
  each(mysql_real_query_start)     \
  each(mysql_real_query_cont)      \
  each(mysql_use_result)           \
  each(mysql_fetch_row_start)      \
  each(mysql_fetch_row_cont)       \
  each(mysql_fetch_lengths)        \
  each(mysql_num_fields)           \
  each(mysql_free_result)          \
  each(mysql_free_result_start)    \
  each(mysql_free_result_cont)

FUNCTIONS_TABLE(LibMariaDBFunctions, libmariadb_resolve, LIBMARIADB_FUNCTIONS)

/// What MARIADB_OPT_IO_WAIT takes: waits until a socket can be read or written; 0 when the time is over.
typedef int (*libmariadb_wait)(my_socket socket, my_bool is_read, int milliseconds);

/// An authentication plugin of our own; it stays for good, since the library keeps it.
static inline struct st_mysql_client_plugin *_Nullable libmariadb_plugin(
    const char *_Nonnull name,
    int (*_Nonnull authenticate)(MYSQL_PLUGIN_VIO *_Nonnull vio, MYSQL *_Nonnull mysql)) {
  struct libmariadb_authentication_plugin *plugin =
      (struct libmariadb_authentication_plugin *)calloc(1, sizeof *plugin);
  if (plugin == NULL) return NULL;
  plugin->type = LIBMARIADB_AUTHENTICATION_PLUGIN;
  plugin->interface_version = LIBMARIADB_AUTHENTICATION_PLUGIN_INTERFACE_VERSION;
  plugin->name = name;
  plugin->author = plugin->desc = name;
  plugin->version[0] = 1;
  plugin->license = "";
  plugin->authenticate_user = authenticate;
  return (struct st_mysql_client_plugin *)plugin;
}

#endif

"""Logs in to MySQL servers as other people's clients do: `mysql_client.py CLIENT`, and requests like those of lab.py.

`client` is `pymysql`, `connector` (Oracle's, in Python) or `libmysqlclient` (the same with Oracle's C library);
`tls` is none, required or verified, by the CA `ca`. `queries` are asked one after the other.

The answer is `cipher` (empty without TLS) and `rows` of each query, or `code` and `text` of an error.
"""

import sys

if sys.argv[1] == "libmysqlclient":
    # It brings a newer OpenSSL than the system's, and cannot be loaded once that is there.
    import _mysql_connector  # noqa: F401

import ssl  # noqa: E402

from serving import serve  # noqa: E402


def pymysql_connect(wanted):
    import pymysql

    context = None
    if wanted["tls"] != "none":
        context = ssl.create_default_context(cafile=wanted["ca"])
        if wanted["tls"] == "required":
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if "certificate" in wanted:
            context.load_cert_chain(*wanted["certificate"])
    return pymysql.connect(
        host=wanted["host"], port=wanted["port"], user=wanted["user"], password=wanted["password"],
        database=wanted["database"], ssl=context, connect_timeout=wanted["timeout"],
        read_timeout=wanted["timeout"],
        ssl_disabled=context is None)


def connector_connect(wanted):
    import mysql.connector

    options = {"ssl_disabled": True}
    if wanted["tls"] == "required":
        options = {"ssl_verify_cert": False}
    if wanted["tls"] == "verified":
        options = {"ssl_ca": wanted["ca"], "ssl_verify_cert": True, "ssl_verify_identity": True}
    if "certificate" in wanted:
        options |= {"ssl_cert": wanted["certificate"][0], "ssl_key": wanted["certificate"][1]}
    return mysql.connector.connect(
        host=wanted["host"], port=wanted["port"], user=wanted["user"], password=wanted["password"],
        database=wanted["database"], use_pure=wanted["client"] == "connector", connection_timeout=wanted["timeout"], **options)


class Stage:
    """What can be asked for."""

    def login(self, wanted):
        """What came of a login."""
        try:
            connection = (pymysql_connect if wanted["client"] == "pymysql" else connector_connect)(wanted)
            connection.ping()
            cursor = connection.cursor()
            rows = []
            for query in ["SHOW SESSION STATUS LIKE 'Ssl_cipher'", *wanted["queries"]]:
                cursor.execute(query)
                rows.append([[None if value is None else str(value) for value in row] for row in cursor.fetchall()])
            connection.close()
            return {"cipher": rows[0][0][1], "rows": rows[1:]}
        except Exception as error:
            code = getattr(error, "errno", None) or (error.args or [None])[0]
            return {"code": code if isinstance(code, int) else 0, "text": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    serve(Stage())

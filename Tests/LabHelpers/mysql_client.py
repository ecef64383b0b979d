"""Logs in to a MySQL server as other people's clients do, and tells what came of it: `mysql_client.py JSON`.

`client` is `pymysql`, `connector` (Oracle's, in Python) or `libmysqlclient` (the same with Oracle's C library);
`tls` is none, required or verified, by the CA `ca`. `queries` are asked one after the other.

The answer is JSON: `cipher` (empty without TLS) and `rows` of each query, or `code` and `text` of an error.
"""

import json
import sys

if '"libmysqlclient"' in sys.argv[1]:
    # It brings a newer OpenSSL than the system's, and cannot be loaded once that is there.
    import _mysql_connector  # noqa: F401

import ssl  # noqa: E402

TIMEOUT = 10


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
        database=wanted["database"], ssl=context, connect_timeout=TIMEOUT, read_timeout=TIMEOUT,
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
        database=wanted["database"], use_pure=wanted["client"] == "connector", connection_timeout=TIMEOUT, **options)


def main(wanted):
    """What came of it."""
    try:
        connection = (pymysql_connect if wanted["client"] == "pymysql" else connector_connect)(wanted)
        connection.ping()
        cursor = connection.cursor()
        rows = []
        for query in ["SHOW SESSION STATUS LIKE 'Ssl_cipher'", *wanted["queries"]]:
            cursor.execute(query)
            rows.append([list(row) for row in cursor.fetchall()])
        connection.close()
        return {"cipher": rows[0][0][1], "rows": rows[1:]}
    except Exception as error:
        code = getattr(error, "errno", None) or (error.args or [None])[0]
        return {"code": code if isinstance(code, int) else 0, "text": f"{type(error).__name__}: {error}"}


if __name__ == "__main__":
    print(json.dumps(main(json.loads(sys.argv[1])), default=str))

"""Logs in to SQL Server with clients that others wrote, asks a question, and tells what came: `tds_clients.py JSON`.

The argument is a list of attempts, made side by side. An attempt has `client` (tsql, python-tds, mssql-python),
`host`, `port` or `instance`, `user`, `password`, `database`, `tls` (see below), `ca`, `patience`, `query`. The answer
is a list of {"row": [...]} or {"error": "..."}, in that order, each with `seconds`.

    tls         tsql                    python-tds              mssql-python
    off         encryption=off          without a CA file       not possible
    login       encryption=request      enc_login_only          Encrypt=no: the login, if the server has TLS
    whole       encryption=require      with a CA file          Encrypt=yes
    strict      not possible            not possible            Encrypt=strict
"""

import concurrent.futures
import json
import os
import subprocess
import sys
import tempfile
import time

# Seconds, more than every client's own.
PATIENCE = 20


class Refused(Exception):
    """What the client said instead of an answer."""


def tsql(wanted):
    levels = {"off": "off", "login": "request", "whole": "require"}
    settings = {
        "host": wanted["host"], "tds version": "7.4", "client charset": "UTF-8", "connect timeout": wanted["patience"],
        "timeout": wanted["patience"], "encryption": levels[wanted["tls"]]}
    if wanted.get("instance"):
        settings["instance"] = wanted["instance"]
    else:
        settings["port"] = wanted["port"]
    if wanted.get("ca") and wanted["tls"] == "whole":
        settings["ca file"] = wanted["ca"]
    with tempfile.NamedTemporaryFile("w", suffix=".conf") as conf:
        conf.write("[lab]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
        conf.flush()
        done = subprocess.run(
            ["tsql", "-S", "lab", "-U", wanted["user"], "-P", wanted["password"], "-D", wanted["database"], "-o", "fhq"],
            input=wanted["query"] + "\ngo\nexit\n", text=True, capture_output=True, timeout=PATIENCE, check=False,
            env={"PATH": os.environ["PATH"], "FREETDSCONF": conf.name, "LC_ALL": "C.UTF-8"})
    if done.returncode or "Msg " in done.stdout + done.stderr:
        raise Refused(done.stdout + done.stderr)
    return done.stdout.rstrip("\n").split("\t")


def python_tds(wanted):
    import pytds

    # Most errors of a login make it try again, until the login's time is over.
    options = {"disable_connect_retry": True, "autocommit": True}
    options |= {"login_timeout": wanted["patience"], "timeout": wanted["patience"]}
    if wanted["tls"] != "off":
        options |= {"cafile": wanted["ca"], "enc_login_only": wanted["tls"] == "login"}
    if wanted.get("instance"):
        options["dsn"] = wanted["host"] + "\\" + wanted["instance"]
    else:
        options |= {"dsn": wanted["host"], "port": wanted["port"]}
    names = ("user", "password", "database")
    with pytds.connect(**options, **{name: wanted[name] for name in names}) as connection:
        with connection.cursor() as cursor:
            cursor.execute(wanted["query"])
            return list(cursor.fetchone())


def mssql_python(wanted):
    import mssql_python

    place = f"{wanted['host']}\\{wanted['instance']}" if wanted.get("instance") else (
        f"{wanted['host']},{wanted['port']}")
    level = {"login": "no", "whole": "yes", "strict": "strict"}[wanted["tls"]]
    connection = mssql_python.connect(
        f"Server={place};Database={wanted['database']};UID={wanted['user']};PWD={{{wanted['password']}}};"
        f"Encrypt={level}", autocommit=True, timeout=wanted["patience"])
    try:
        cursor = connection.cursor()
        cursor.execute(wanted["query"])
        return list(cursor.fetchone())
    finally:
        connection.close()


def attempt(wanted):
    start = time.monotonic()
    try:
        client = {"tsql": tsql, "python-tds": python_tds, "mssql-python": mssql_python}[wanted["client"]]
        answer = {"row": [None if value is None else str(value) for value in client(wanted)]}
    except Exception as error:
        answer = {"error": f"{type(error).__name__}: {error}"}
    return answer | {"seconds": time.monotonic() - start}


def main():
    wanted = json.loads(sys.argv[1])
    # Microsoft's driver looks up the system's trust store alone, once for the whole process.
    trusted = {each["ca"] for each in wanted if each.get("ca")}
    if len(trusted) == 1:
        os.environ["SSL_CERT_FILE"] = trusted.pop()
    pool = concurrent.futures.ThreadPoolExecutor(max(1, len(wanted)))
    attempts = [pool.submit(attempt, each) for each in wanted]
    concurrent.futures.wait(attempts, PATIENCE)
    silence = {"error": "Refused: no answer", "seconds": PATIENCE}
    print(json.dumps([each.result() if each.done() else silence for each in attempts]), flush=True)
    # A client that waits for ever would keep the process.
    os._exit(0)


if __name__ == "__main__":
    main()

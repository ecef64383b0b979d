"""Fakes of Cassandra and what speaks its protocol; requests like those of lab.py.

A fake is described by CassandraServer of Tests/Lab/CassandraServer.swift.
"""

import errno
import json
import os
import re
import socket
import ssl
import sys
import threading
import traceback

import cql_values as values
from cql_session import Refused, Session

VERSIONS = {
    "1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
HOST_ID = bytes(range(16))


class Tables:
    """The tables of the keyspaces `system` and `system_schema`, as far as clients ask for them."""

    def __init__(self, wanted):
        address = bytes([127, 0, 0, 1])
        local = {
            "key": "local", "release_version": wanted["releaseVersion"], "cluster_name": wanted["clusterName"],
            "data_center": wanted["dataCenter"], "rack": "rack1", "cql_version": "3.4.6",
            "partitioner": "org.apache.cassandra.dht.Murmur3Partitioner", "host_id": HOST_ID,
            "schema_version": HOST_ID, "tokens": ["0"], "rpc_address": address, "broadcast_address": address,
            "listen_address": address}
        if wanted["dseVersion"]:
            local["dse_version"] = wanted["dseVersion"]
        self.tables = {"system.local": [local], "system.peers": []}
        if wanted["scyllaVersion"]:
            self.tables["system.versions"] = [{"key": "local", "version": wanted["scyllaVersion"]}]

    @staticmethod
    def kind(column):
        if column in ("host_id", "schema_version"):
            return "uuid"
        return "set" if column == "tokens" else "inet" if column.endswith("address") else "text"

    def select(self, text):
        match = re.fullmatch(
            r"select\s+(.+?)\s+from\s+(\w+)\.(\w+)(\s+where\s+.+)?\s*;?", text.strip(), re.IGNORECASE | re.DOTALL)
        if not match:
            raise Refused(0x2000, f"line 1:0 no viable alternative at input '{text[:20]}'")
        keyspace, table = match[2].lower(), match[3].lower()
        name = f"{keyspace}.{table}"
        if name not in self.tables:
            # Everything else of a schema is empty here.
            if keyspace == "system_schema":
                return values.rows(keyspace, table, [("keyspace_name", "text")], [])
            raise Refused(0x2200, f"table {table} does not exist")
        records = self.tables[name]
        known = list(records[0]) if records else ["peer", "rpc_address", "data_center", "host_id"]
        asked = known if match[1].strip() == "*" else [column.strip() for column in match[1].split(",")]
        for column in asked:
            if records and column not in known:
                raise Refused(0x2200, f"Undefined column name {column} in table {name}")
        return values.rows(keyspace, table, [(column, self.kind(column)) for column in asked], records)


class Server:
    """A port of both loopback addresses, and the sessions of those who connected."""

    def __init__(self, wanted, pki):
        self.wanted = wanted
        self.pki = pki
        self.tables = Tables(wanted)
        self.sessions = []
        self.context()  # a certificate that is not there is told at once
        self.listeners = listeners(wanted.get("port") or 0)
        self.port = self.listeners[0].getsockname()[1]
        for listener in self.listeners:
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def context(self):
        if not self.wanted["certificate"]:
            return None
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        name = f"{self.pki}/{self.wanted['certificate']}"
        if self.wanted["maximumTLS"] == "1.1":
            context.set_ciphers("ALL:@SECLEVEL=0")
        context.load_cert_chain(name + ".crt", name + ".key")
        context.minimum_version = VERSIONS[self.wanted["minimumTLS"]]
        context.maximum_version = VERSIONS[self.wanted["maximumTLS"]]
        if self.wanted["clientCA"]:
            context.verify_mode = ssl.CERT_OPTIONAL if self.wanted["takesAnonymous"] else ssl.CERT_REQUIRED
            context.load_verify_locations(f"{self.pki}/{self.wanted['clientCA']}")
        return context

    def accept(self, listener):
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            session = Session(self, connection)
            self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()


def listeners(port):
    """Sockets that listen on one port of both loopback addresses, or of the one that there is."""
    while True:
        first = socket.create_server(("127.0.0.1", port), backlog=50)
        number = first.getsockname()[1]
        try:
            return [first, socket.create_server(("::1", number), family=socket.AF_INET6, backlog=50)]
        except OSError as error:
            if error.errno != errno.EADDRINUSE or port:
                return [first]
            first.close()


class Stage:
    """Every server that was started, by its number."""

    def __init__(self):
        self.servers = []
        self.lock = threading.Lock()

    def serve(self, wanted):
        server = Server(wanted["server"], wanted["pki"])
        with self.lock:
            self.servers.append(server)
            return {"key": len(self.servers) - 1, "port": server.port}

    def received(self, key):
        """What each connection has sent so far."""
        return [session.described() for session in list(self.servers[key].sessions)]


def serve():
    writing = threading.Lock()
    stage = Stage()

    def perform(request):
        try:
            reply = {"id": request["id"], "result": getattr(stage, request["do"])(request["with"])}
        except Exception as error:
            traceback.print_exc()
            reply = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        with writing:
            print(json.dumps(reply), flush=True)

    for text in sys.stdin:
        threading.Thread(target=perform, args=(json.loads(text),), daemon=True).start()
    os._exit(0)


if __name__ == "__main__":
    serve()

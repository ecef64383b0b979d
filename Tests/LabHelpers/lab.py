"""Starts the lab's servers, one JSON request a line, and ends them all when its input ends.

The test process holds the other end of the input: however it dies, the input ends, the servers are stopped by
their process ids, and the folder that holds everything of this run is removed.

Requests: {"id": 1, "do": "postgres", "with": {...}}, answered in any order by {"id": 1, "result": ...} or, when
it failed, {"id": 1, "error": "..."}.
"""

import json
import os
import pathlib
import pwd
import shutil
import signal
import sys
import tempfile
import threading
import traceback

import clickhouse
import container
import etcd
import mariadb
import mongo_other
import mongodb
import nameserver
import pki
import postgres
import process
import redis


class Lab:
    """The folder of this run, the user that servers run as, and all that was started."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="tplab-"))
        self.folder.chmod(0o755)
        self.server_user = None
        if os.getuid() == 0:
            try:
                entry = pwd.getpwnam("postgres")
                self.server_user = (entry.pw_uid, entry.pw_gid)
            except KeyError:
                pass  # PostgreSQL is not installed; whoever asks for it is told
        self.pki = self.folder / "pki"
        pki.mint(self.pki, self.server_user)
        self.lock = threading.Lock()
        self.installations = {}
        self.servers = []
        # Those that live in this process and need no end of their own.
        self.fakes = []
        self.ended = False

    def place(self, _):
        """Where the folder is."""
        return str(self.folder)

    def postgres(self, wanted):
        """Starts a PostgreSQL server and tells its port, log and folder."""
        server = self.start(postgres, wanted)
        return {"port": server.port, "log": str(server.log), "socketFolder": str(server.folder)}

    def mariadb(self, wanted):
        """Starts a MariaDB server and tells its port, logs and socket."""
        server = self.start(mariadb, wanted)
        return {
            "port": server.port, "log": str(server.log), "generalLog": str(server.general_log),
            "socket": str(server.socket)}

    def mongodb(self, wanted):
        """Starts a fake of MongoDB's server and tells its port."""
        return self.keep(mongodb.Server(wanted, self.pki))

    def briskdb(self, wanted):
        """Starts BriskDB and tells its port."""
        folder = tempfile.mkdtemp(prefix="briskdb-", dir=self.folder)
        return self.keep(mongo_other.Server(folder, wanted, self.pki))

    def nameserver(self, wanted):
        """Starts a DNS server on an address of its own, port 53, and tells the address."""
        server = nameserver.Server(wanted)
        return self.keep(server) | {"address": server.address}

    def heard(self, key):
        """What each connection to a fake has said so far."""
        return self.fakes[key].heard()

    def keep(self, fake):
        with self.lock:
            self.fakes.append(fake)
            return {"key": self.fakes.index(fake), "port": fake.port}

    def redis(self, wanted):
        """Starts a Redis server and tells its ports, log and socket."""
        server = self.start(redis, wanted)
        return {
            "port": server.door, "plainPort": server.port, "log": str(server.log), "socket": str(server.socket)}

    def etcd(self, wanted):
        """Starts etcd and tells its ports and log."""
        server = self.start(etcd, wanted)
        with self.lock:
            key = self.servers.index(server)
        return {"port": server.door, "ports": server.ports, "log": str(server.first.log), "key": key}

    def restart_member(self, key):
        """Starts the second member of a cluster of etcd's again."""
        self.servers[key].restart_member()
        return True

    def etcdctl(self, _):
        """etcd's own client."""
        return str(etcd.program("etcdctl"))

    def clickhouse(self, wanted):
        """Starts a ClickHouse server and tells its ports and log."""
        server = self.start(clickhouse, wanted)
        return {
            "port": server.door, "plainPort": server.port, "nativePort": server.native_port,
            "nativeTLSPort": server.native_tls_port, "log": str(server.log)}

    def start(self, kind, wanted):
        with self.lock:
            if kind not in self.installations:
                self.installations[kind] = kind.Installation(self.folder, self.server_user)
            server = kind.Server(self.installations[kind], wanted, self.pki)
            self.servers.append(server)
            if self.ended:
                server.stop()
        server.start()
        return server

    def container(self, wanted):
        """Starts a container's proxy and tells its port."""
        return container.Proxy(wanted["to"], wanted["closes"]).port

    def programs(self, _):
        """Where PostgreSQL's own programs are."""
        return str(postgres.binaries())

    def mariadb_client(self, _):
        """MariaDB's own client."""
        return str(mariadb.program("mariadb"))

    def unused_port(self, _):
        """A port that nobody listens on."""
        return process.free_port()

    def end(self):
        with self.lock:
            self.ended = True
            servers = list(self.servers)
        for server in servers:
            server.signal()
        for server in servers:
            server.stop()
        # One that is just being copied would leave files behind.
        for thread in threading.enumerate():
            if thread.name == "request":
                thread.join(20)
        shutil.rmtree(self.folder, ignore_errors=True)


def serve():
    writing = threading.Lock()

    def answer(message):
        with writing:
            print(json.dumps(message), flush=True)

    def perform(lab, request):
        try:
            result = getattr(lab, request["do"])(request["with"])
            answer({"id": request["id"], "result": result})
        except Exception as error:
            traceback.print_exc()
            answer({"id": request["id"], "error": f"{type(error).__name__}: {error}"})

    lab = Lab()
    try:
        for line in sys.stdin:
            threading.Thread(target=perform, name="request", args=(lab, json.loads(line)), daemon=True).start()
    except BrokenPipeError:
        pass
    finally:
        lab.end()
    # Whoever still works has nobody to tell.
    os._exit(0)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    serve()

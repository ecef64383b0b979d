"""Redis servers of the lab."""

import hashlib
import pathlib
import shutil
import signal
import socket
import time

import container
import mariadb
import process

PASSWORD = hashlib.sha256(b"s3cret-Pa55").hexdigest()
KEEPER = hashlib.sha256(b"Zq7/xK!w9 %vLm").hexdigest()
ALL = "~* &* +@all"
USERS = [
    f"tester on #{PASSWORD} {ALL}",
    f"keeper on #{KEEPER} {ALL}",
    f"disabled off #{PASSWORD} {ALL}",
    f"nopass on nopass {ALL}",
    f"poor on #{PASSWORD} ~* -@all +get",
]
KEYS = 60_000


def program():
    """The server's program. Debian has it in redis-tools too, by another name: what it is told by."""
    for name in ("redis-server", "redis-check-rdb"):
        for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
            if found := shutil.which(name, path=folder):
                return pathlib.Path(found)
    raise FileNotFoundError("Redis is not installed: run `make setup`")


def client():
    """Redis' own client."""
    for folder in ("/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        if found := shutil.which("redis-cli", path=folder):
            return pathlib.Path(found)
    raise FileNotFoundError("redis-cli is not installed: run `make setup`")


class Installation(process.Installation):
    """Redis' program, and a file of data that takes long to load."""

    def __init__(self, folder, user):
        super().__init__(folder / "redis", user)
        self.server = self.folder / "redis-server"
        self.server.symlink_to(program())
        self.template = self.folder / "template"
        self.run("mkdir", self.template)
        # Strings of 200 bytes in Redis' own format for its data, without a checksum.
        entries = b"".join(b"\0\5%05d\x40\xc8" % key + b"x" * 200 for key in range(KEYS))
        (self.folder / "dump.rdb").write_bytes(b"REDIS0009\xfe\0" + entries + b"\xff" + bytes(8))


class Server(process.Server):
    """One running server. `wanted` has all that the Swift type `RedisServer` has."""

    end_signal = signal.SIGKILL

    def __init__(self, installation, wanted, pki):
        super().__init__(installation, wanted, pki)
        self.socket = self.folder / "redis.sock"
        self.tls_port = 0
        self.held = []

    @property
    def door(self):
        """The port that tests go to."""
        return getattr(self, "proxy", None) or self.tls_port or self.port

    def configure(self):
        wanted = self.wanted
        settings = {
            "bind": "* -::*" if wanted["deniesOthers"] else "127.0.0.1 -::1", "port": self.port,
            "unixsocket": self.socket, "dir": self.data,
            "protected-mode": "yes" if wanted["deniesOthers"] else "no", "loglevel": "verbose",
            "save": '""', "databases": 4}
        if wanted.get("certificate"):
            self.tls_port = process.free_port()
            name = self.pki / wanted["certificate"]
            settings |= {
                "tls-port": self.tls_port, "tls-cert-file": f"{name}.crt", "tls-key-file": f"{name}.key",
                "tls-auth-clients": "no"}
        if wanted.get("clientCA"):
            settings |= {
                "tls-ca-cert-file": self.pki / wanted["clientCA"],
                "tls-auth-clients": "optional" if wanted["clientMayBeNobody"] else "yes"}
        if wanted.get("tlsProtocols"):
            settings["tls-protocols"] = f'"{wanted["tlsProtocols"]}"'
        if wanted["heldConnections"]:
            settings["maxclients"] = wanted["heldConnections"]
        if wanted["loads"]:
            shutil.copy(self.installation.folder / "dump.rdb", self.data)
            # Ten milliseconds a key, and a look at the clients after each kilobyte.
            settings |= {"key-load-delay": 10000, "loading-process-events-interval-bytes": 1024}
        if wanted["isOrphan"]:
            settings |= {"replicaof": f"127.0.0.1 {process.free_port()}", "replica-serve-stale-data": "no"}
        if wanted["isCluster"]:
            settings |= {"cluster-enabled": "yes", "cluster-port": process.free_port()}
            del settings["databases"]
        if wanted["isSentinel"]:
            for name in ("save", "databases"):
                del settings[name]
        settings |= wanted.get("settings") or {}
        lines = [f"{key} {value}" for key, value in settings.items()]
        default = f"#{PASSWORD}" if wanted["wantsLogin"] else "nopass"
        # A Sentinel knows few commands, and refuses to start where a user may do another.
        users = USERS[:4] if wanted["isSentinel"] else USERS
        lines += [f"user {user}" for user in [f"default on {default} {ALL}", *users]]
        file = self.data / "redis.conf"
        file.write_text("\n".join(lines) + "\n")
        # A Sentinel writes to it, as another user than ours.
        file.chmod(0o666)
        return [self.installation.server, file, *(["--sentinel"] if wanted["isSentinel"] else [])]

    def is_ready(self):
        try:
            self.connect().close()
            return True
        except OSError:
            return False

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.port), timeout=20)

    def start(self):
        super().start()
        if self.wanted["heldConnections"]:
            # The connection that found it ready may not be gone yet.
            deadline = time.monotonic() + 20
            while len(self.held) < self.wanted["heldConnections"]:
                connection = self.connect()
                connection.sendall(b"PING\r\n")
                if b"max number" not in connection.recv(64):
                    self.held.append(connection)
                elif time.monotonic() > deadline:
                    raise RuntimeError("the server would not take all connections of the lab's")
        if self.wanted["deniesOthers"]:
            self.proxy = container.Proxy(self.port, 0, mariadb.other_address()).port

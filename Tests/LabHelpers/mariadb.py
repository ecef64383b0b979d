"""MariaDB servers of the lab: each has its own data folder, a copy of one that is made once."""

import pathlib
import shutil
import signal
import socket
import time

import container
import process

# An account without a host is for '%'. What is granted in `unmade` makes that database missing instead of denied.
PASSWORD = "BY 's3cret-Pa55'"
SETUP = f"""\
FLUSH PRIVILEGES;
CREATE DATABASE appdb;
CREATE USER tester IDENTIFIED {PASSWORD};
CREATE USER keeper IDENTIFIED BY 'Zq7/xK!w9 %vLm';
CREATE USER nopass;
CREATE USER needs_ssl IDENTIFIED {PASSWORD} REQUIRE SSL;
CREATE USER needs_x509 IDENTIFIED {PASSWORD} REQUIRE X509;
CREATE USER needs_subject IDENTIFIED {PASSWORD} REQUIRE SUBJECT '/CN=tester';
CREATE USER locked IDENTIFIED {PASSWORD} ACCOUNT LOCK;
CREATE USER expired IDENTIFIED {PASSWORD} PASSWORD EXPIRE;
CREATE USER expiring IDENTIFIED {PASSWORD} PASSWORD EXPIRE INTERVAL 3 DAY;
CREATE USER ed25519 IDENTIFIED VIA ed25519 USING PASSWORD('s3cret-Pa55');
CREATE USER by_socket IDENTIFIED VIA unix_socket;
CREATE USER poor IDENTIFIED {PASSWORD};
CREATE USER crowded IDENTIFIED {PASSWORD} WITH MAX_USER_CONNECTIONS -1;
CREATE USER elsewhere@'192.0.2.1' IDENTIFIED {PASSWORD};
GRANT ALL ON appdb.* TO
    tester, keeper, nopass, needs_ssl, needs_x509, needs_subject, locked, expired, expiring, ed25519, by_socket,
    crowded, elsewhere@'192.0.2.1';
GRANT ALL ON unmade.* TO tester;
GRANT SELECT ON mysql.global_priv TO expiring;
"""

# Without InnoDB a server is some hundred kilobytes and starts three times as fast.
SETTINGS = {
    "innodb": "OFF",
    "default_storage_engine": "Aria",
    "aria_pagecache_buffer_size": "1M",
    "key_buffer_size": "64K",
    "table_open_cache": "50",
    "max_connections": "20",
    "performance_schema": "OFF",
    "feedback": "OFF",
    "skip_name_resolve": "ON",
    "plugin_load_add": "auth_ed25519",
    "log_warnings": "4",
    "general_log": "ON",
}


def program(name):
    """The path of one of the server's programs."""
    brew = [f"{place}/opt/mariadb@10.11/bin" for place in ("/opt/homebrew", "/usr/local")]
    for folder in (*brew, "/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        if found := shutil.which(name, path=folder):
            return pathlib.Path(found)
    raise FileNotFoundError("MariaDB is not installed: run `make setup`")


def system_tables(server):
    """The script that makes the tables of the database `mysql`."""
    for folder in ("mysql", "mariadb"):
        script = server.resolve().parent.parent / "share" / folder / "mysql_system_tables.sql"
        if script.exists():
            return script.read_text()
    raise FileNotFoundError(f"mysql_system_tables.sql does not lie beside {server}: run `make setup`")


class Installation(process.Installation):
    """MariaDB's programs, and the data folder that every server's begins as a copy of."""

    def __init__(self, folder, user):
        super().__init__(folder / "mariadb", user)
        self.server = program("mariadbd")
        self.settings = dict(SETTINGS)
        # Debian has it in a package of its own, out of which scripts/setup.sh takes it.
        plugin = pathlib.Path(__file__).parents[2] / ".lab/auth_ed25519.so"
        if plugin.exists():
            self.settings["plugin_dir"] = self.folder
            shutil.copy(plugin, self.folder)
        self.template = self.folder / "template"
        self.run("mkdir", self.template)
        self.run(
            self.server, "--no-defaults", "--bootstrap", f"--datadir={self.template}",
            *(f"--{key}={value}" for key, value in self.settings.items()),
            input=f"CREATE DATABASE mysql;\nUSE mysql;\n{system_tables(self.server)}\n{SETUP}")


class Server(process.Server):
    """One running server. `wanted` has all that the Swift type `MariaDBServer` has."""

    end_signal = signal.SIGKILL

    def __init__(self, installation, wanted, pki):
        super().__init__(installation, wanted, pki)
        self.socket = self.folder / "mysql.sock"
        self.general_log = self.folder / "general.log"
        self.held = []

    def configure(self):
        listen = [address for address in self.wanted["listen"] if is_ours(address)]
        settings = self.installation.settings | {
            "datadir": self.data, "tmpdir": self.folder, "socket": self.socket, "port": self.port,
            "pid_file": self.folder / "pid", "general_log_file": self.general_log,
            "bind_address": ",".join(listen), "ssl": "OFF",
            "require_secure_transport": "ON" if self.wanted["requireSecureTransport"] else "OFF"}
        if self.wanted.get("certificate"):
            name = self.pki / self.wanted["certificate"]
            settings |= {"ssl": "ON", "ssl_cert": f"{name}.crt", "ssl_key": f"{name}.key"}
        if self.wanted.get("clientCA"):
            settings["ssl_ca"] = self.pki / self.wanted["clientCA"]
        if self.wanted.get("tlsVersion"):
            settings["tls_version"] = self.wanted["tlsVersion"]
        if self.wanted["accountHost"] != "%":
            settings["init_file"] = self.folder / "init.sql"
            host = self.wanted["accountHost"]
            settings["init_file"].write_text(
                f"UPDATE mysql.global_priv SET Host = '{host}' WHERE Host = '%';\n"
                f"UPDATE mysql.db SET Host = '{host}' WHERE Host = '%';\nFLUSH PRIVILEGES;\n")
        settings |= self.wanted.get("settings") or {}
        file = self.folder / "my.cnf"
        file.write_text("[mariadbd]\n" + "".join(f"{key} = {value}\n" for key, value in settings.items()))
        return [self.installation.server, f"--defaults-file={file}"]

    def environment(self):
        environment = super().environment()
        if self.wanted["blocksHost"]:
            # It blocks only a host whose address has a name, and not every network has somebody to ask for one.
            hosts = self.folder / "hosts"
            hosts.write_text(f"{other_address()} client.example.test\n")
            environment |= {"LD_PRELOAD": "libnss_wrapper.so", "NSS_WRAPPER_HOSTS": str(hosts)}
        return environment

    def is_ready(self):
        return "ready for connections" in self.log.read_text()

    def start(self):
        super().start()
        for _ in range(self.wanted["heldConnections"]):
            connection, greeting = self.connect("127.0.0.1")
            if is_error(greeting):
                raise RuntimeError("the server would not take all connections of the lab's")
            self.held.append(connection)
        if self.wanted["blocksHost"]:
            self.block()

    def connect(self, source):
        """A connection from that address, and the beginning of the server's first packet."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=20, source_address=(source, 0))
        return connection, connection.recv(5, socket.MSG_WAITALL)

    def block(self):
        """Breaks connections off until the server blocks where they come from, and leads `port` to it from there."""
        source = other_address()
        for _ in range(100):
            connection, greeting = self.connect(source)
            connection.close()
            if is_error(greeting):
                self.port = container.Proxy(self.port, 0, source).port
                return
            time.sleep(0.02)
        raise RuntimeError("the server does not block a host that breaks connections off: run `make setup`")


def is_error(greeting):
    """Whether a server's first packet is an error; its header has four bytes."""
    return greeting[4:] == b"\xff"


def is_ours(address):
    """Whether a server on this machine can listen there."""
    try:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.create_server((address, 0), family=family):
            return True
    except OSError:
        return False


def other_address():
    """An address of this machine that the server takes for another host's: it blocks neither 127.0.0.1 nor ::1."""
    if is_ours("127.0.0.5"):
        return "127.0.0.5"
    # Where only 127.0.0.1 is the machine's, there is the one that it would use to speak to others; nothing is sent.
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))
        return probe.getsockname()[0]

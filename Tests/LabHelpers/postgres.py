"""PostgreSQL servers of the lab: each has its own data folder, a copy of one that is made once."""

import glob
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

SETUP = """\
CREATE ROLE tester LOGIN PASSWORD 's3cret-Pa55'
CREATE ROLE keeper LOGIN PASSWORD 'Zq7/xK!w9 %vLm'
CREATE ROLE nopass LOGIN
CREATE ROLE crowded LOGIN CONNECTION LIMIT 0 PASSWORD 's3cret-Pa55'
SET password_encryption = 'md5'; CREATE ROLE legacy LOGIN PASSWORD 's3cret-Pa55'
ALTER DATABASE template0 IS_TEMPLATE false
DROP DATABASE template0
ALTER DATABASE postgres RENAME TO appdb
"""

# Every database is some hundred files that every server copies, so there are no more than needed.
SECOND_SETUP = """\
ALTER DATABASE appdb OWNER TO tester
ALTER DATABASE template1 RENAME TO closed
REVOKE CONNECT ON DATABASE closed FROM PUBLIC
"""

SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "shared_buffers": "1MB",
    "max_connections": "20",
    "max_wal_senders": "0",
    "wal_level": "minimal",
    "autovacuum": "off",
    "log_connections": "on",
    "log_disconnections": "on",
    "log_line_prefix": "%p %r ",
    "lc_messages": "C",
    "logging_collector": "off",
    "log_destination": "stderr",
}


def binaries():
    """The folder that holds the server's programs."""
    folders = []
    if shutil.which("pg_config"):
        found = subprocess.run(["pg_config", "--bindir"], capture_output=True, text=True, check=False)
        folders.append(found.stdout.strip())
    folders += sorted(glob.glob("/usr/lib/postgresql/*/bin"), key=lambda path: path.split("/")[4] != "15")
    folders += glob.glob("/opt/homebrew/opt/postgresql@*/bin") + glob.glob("/usr/local/opt/postgresql@*/bin")
    for folder in folders:
        if all(os.access(f"{folder}/{name}", os.X_OK) for name in ("initdb", "postgres", "psql")):
            return pathlib.Path(folder)
    raise FileNotFoundError("PostgreSQL is not installed: run `make setup`")


class Installation:
    """PostgreSQL's programs, and the data folder that every server's begins as a copy of."""

    def __init__(self, folder, user):
        self.bin = binaries()
        self.folder = folder / "postgres"
        self.folder.mkdir()
        self.user = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
        if user:
            os.chown(self.folder, *user)
        self.count = 0
        self.lock = threading.Lock()
        self.template = self.folder / "template"
        self.run(
            self.bin / "initdb", "--pgdata", self.template, "--username=postgres", "--auth=trust", "--no-sync",
            "--no-locale", "--encoding=UTF8", "--wal-segsize=1", "--no-instructions")
        for database, commands in (("template1", SETUP), ("appdb", SECOND_SETUP)):
            self.run(
                self.bin / "postgres", "--single", "-D", self.template, "-c", "fsync=off", database,
                input=commands)

    def run(self, *command, input=None):
        done = subprocess.run(
            [str(part) for part in command], input=input, cwd=self.folder, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment(), **self.user)
        if done.returncode != 0 or "ERROR:" in done.stdout:
            raise RuntimeError(f"{command[0]} failed: {done.stdout}")

    @staticmethod
    def environment():
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/nonexistent"}

    def server(self, wanted, pki):
        with self.lock:
            self.count += 1
            folder = self.folder / f"s{self.count}"
        return Server(self, folder, wanted, pki)


class Server:
    """One running server. `wanted` has `certificate`, `clientCA`, `minTLS`, `maxTLS`, `hba`, `listen`, `port`, `settings`."""

    def __init__(self, installation, folder, wanted, pki):
        self.installation = installation
        self.folder = self.sockets = folder
        self.data = folder / "data"
        self.log = folder / "log"
        self.wanted = wanted
        self.pki = pki
        self.port = None
        self.process = None
        self.stopped = False
        self.lock = threading.Lock()

    def start(self):
        self.installation.run("mkdir", self.folder)
        self.installation.run("cp", "-a", self.installation.template, self.data)
        (self.data / "pg_hba.conf").write_text("\n".join(self.wanted["hba"]) + "\n")
        # Another process may take the port between its choice and the start.
        for _ in range(5):
            self.port = self.wanted.get("port") or free_port()
            if self.launch():
                return
        raise RuntimeError("the server did not start: " + self.log.read_text()[-2000:])

    def launch(self):
        settings = dict(SETTINGS, port=self.port, unix_socket_directories=self.sockets)
        settings["listen_addresses"] = ",".join(self.wanted["listen"])
        if self.wanted.get("certificate"):
            name = self.pki / self.wanted["certificate"]
            settings.update(ssl="on", ssl_cert_file=f"{name}.crt", ssl_key_file=f"{name}.key")
        if self.wanted.get("clientCA"):
            settings["ssl_ca_file"] = self.pki / self.wanted["clientCA"]
        for key, setting in (("minTLS", "ssl_min_protocol_version"), ("maxTLS", "ssl_max_protocol_version")):
            if self.wanted.get(key):
                settings[setting] = self.wanted[key]
        settings.update(self.wanted.get("settings") or {})
        lines = (f"{key} = '{value}'\n" for key, value in settings.items())
        (self.data / "postgresql.conf").write_text("".join(lines))
        with self.lock:
            if self.stopped:
                raise RuntimeError("the lab has ended")
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    [self.installation.bin / "postgres", "-D", self.data], cwd=self.folder, stdout=log, stderr=log,
                    stdin=subprocess.DEVNULL, start_new_session=True, env=self.installation.environment(),
                    **self.installation.user)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.status() == "ready":
                return True
            time.sleep(0.01)
        self.end_process()
        return False

    def status(self):
        """What the server says of itself, in the last line of its process id file."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()[7].strip()
        except (OSError, IndexError):
            return None

    def signal(self, number):
        process = self.process
        if process and process.poll() is None:
            process.send_signal(number)

    def end_process(self):
        if self.process is None:
            return
        self.signal(signal.SIGQUIT)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    def stop(self):
        with self.lock:
            self.stopped = True
        self.end_process()


def free_port():
    """A port that nobody has on either loopback address."""
    while True:
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
            try:
                with socket.create_server(("::1", port), family=socket.AF_INET6):
                    return port
            except OSError as error:
                if error.errno in (97, 99):  # no IPv6 on this machine
                    return port

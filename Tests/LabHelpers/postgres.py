"""PostgreSQL servers of the lab: each has its own data folder, a copy of one that is made once."""

import glob
import os
import pathlib
import shutil
import subprocess

import process

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


class Installation(process.Installation):
    """PostgreSQL's programs, and the data folder that every server's begins as a copy of."""

    def __init__(self, folder, user):
        super().__init__(folder / "postgres", user)
        self.bin = binaries()
        self.template = self.folder / "template"
        self.run(
            self.bin / "initdb", "--pgdata", self.template, "--username=postgres", "--auth=trust", "--no-sync",
            "--no-locale", "--encoding=UTF8", "--wal-segsize=1", "--no-instructions")
        for database, commands in (("template1", SETUP), ("appdb", SECOND_SETUP)):
            self.run(
                self.bin / "postgres", "--single", "-D", self.template, "-c", "fsync=off", database,
                input=commands)


class Server(process.Server):
    """One running server. `wanted` has `certificate`, `clientCA`, `minTLS`, `maxTLS`, `hba`, `listen`, `port`, `settings`."""

    def configure(self):
        (self.data / "pg_hba.conf").write_text("\n".join(self.wanted["hba"]) + "\n")
        settings = dict(SETTINGS, port=self.port, unix_socket_directories=self.folder)
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
        return [self.installation.bin / "postgres", "-D", self.data]

    def is_ready(self):
        """What the server says of itself, in the last line of its process id file."""
        try:
            return (self.data / "postmaster.pid").read_text().splitlines()[7].strip() == "ready"
        except (OSError, IndexError):
            return False

#!/usr/bin/env python3
"""Pairs a whole test with the native client doing the same, and writes docs/performance.md.

A B A B …: each pair runs one after the other, so that what the machine does otherwise falls on both. The figures are
medians; a ratio is one of medians. Wall time, CPU time (user and system) and the largest resident set (of one run) are
the kernel's own (wait4).
"""

import os
import pathlib
import platform
import statistics
import subprocess
import sys
import time

ROOT = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "Tests/LabHelpers"))

import lab as laboratory  # noqa: E402
import mariadb  # noqa: E402
import postgres  # noqa: E402
import redis  # noqa: E402

BEGIN, END = "<!-- bench: begin -->", "<!-- bench: end -->"
PASSWORD = "s3cret-Pa55"


def measure(command, environment):
    """One run: wall milliseconds, CPU milliseconds."""
    devnull = os.open(os.devnull, os.O_RDWR)
    begun = time.perf_counter()
    child = os.posix_spawn(
        command[0], command, environment,
        file_actions=[(os.POSIX_SPAWN_DUP2, devnull, fd) for fd in (0, 1, 2)])
    _, status, usage = os.wait4(child, 0)
    wall = time.perf_counter() - begun
    os.close(devnull)
    if status != 0:
        sys.exit(f"bench: {' '.join(command)} ended with status {status}")
    return wall * 1e3, (usage.ru_utime + usage.ru_stime) * 1e3


# A child's peak begins with its parent's size (Linux counts what was mapped before exec), so memory is measured by an
# interpreter that has loaded nothing else. Linux counts in KiB, macOS in bytes.
MEMORY = """
import os, sys
child = os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ)
_, _, usage = os.wait4(child, 0)
sys.stderr.write(str(usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)))
"""


def memory(command, environment):
    """The largest resident set of one run, MiB; nothing smaller than the interpreter's own 8 MiB can be seen."""
    done = subprocess.run(
        [sys.executable, "-ISc", MEMORY, *command], env=environment, stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=True)
    return int(done.stderr) / 2**20


def pair(ours, theirs, environment, count):
    """Medians of both, `count` runs each, in turns."""
    for command in (ours, theirs):
        measure(command, environment)
    runs = ([], [])
    for _ in range(count):
        for command, results in zip((ours, theirs), runs):
            results.append(measure(command, environment))
    return [
        [*(statistics.median(column) for column in zip(*results)), memory(command, environment)]
        for command, results in zip((ours, theirs), runs)]


def native(path):
    """The real client: Debian's on PATH is a script that takes longer than the test."""
    with open(path, "rb") as file:
        if file.read(2) == b"#!":
            sys.exit(f"bench: {path} is a script, not a native client")
    return str(path)


def version(*command):
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split("\n")[0].strip()


def processor():
    if sys.platform == "darwin":
        return version("sysctl", "-n", "machdep.cpu.brand_string")
    for line in pathlib.Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.split(":", 1)[1].strip()
    return platform.machine()


def environment(**more):
    return {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", "SSL_CERT_FILE": "/nonexistent",
        "SSL_CERT_DIR": "/nonexistent", **more}


class PostgreSQL:
    """psql of the server's own folder: Debian's on PATH is a script."""

    native = "psql"
    modes = (("verify-identity", "verify-full"), ("required", "require"), ("disabled", "disable"))

    def __init__(self, lab):
        self.client = native(postgres.binaries() / "psql")
        self.running = lab.postgres({
            "certificate": "good", "listen": ["127.0.0.1"], "hba": ["local all all trust", "host all all all scram-sha-256"]})
        self.environment = environment(PGPASSWORD=PASSWORD)

    engine = "postgres"

    def query(self, mode, authorities):
        port = self.running["port"]
        roots = authorities if mode == "verify-full" else "/nonexistent"
        target = f"host=localhost port={port} user=tester dbname=appdb sslmode={mode} sslrootcert={roots}"
        return [self.client, "--no-psqlrc", "-Atqc", "select version()", target]


class MariaDB:
    """The mariadb client, which has no names for the modes."""

    native = "mariadb"
    modes = (
        ("verify-identity", "--ssl-verify-server-cert"), ("required", "--ssl"), ("disabled", "--skip-ssl"))
    engine = "mariadb"

    def __init__(self, lab):
        self.client = native(mariadb.program("mariadb"))
        self.running = lab.mariadb({
            "certificate": "good", "clientCA": None, "tlsVersion": None, "requireSecureTransport": False,
            "listen": ["127.0.0.1"], "port": None, "accountHost": "%", "heldConnections": 0, "blocksHost": False,
            "settings": {}})
        self.environment = environment(MYSQL_PWD=PASSWORD)

    def query(self, mode, authorities):
        verify = [f"--ssl-ca={authorities}"] if "verify" in mode else []
        return [
            self.client, "--no-defaults", "--protocol=tcp", "-h", "localhost", "-P", str(self.running["port"]), "-u",
            "tester", "-NB", mode, *verify, "-e", "select version()", "appdb"]


class Redis:
    """redis-cli, which checks the certificate and never the name; it has a port for each kind."""

    native = "redis-cli"
    modes = (
        ("verify-ca", "--tls --cacert"), ("required", "--tls --insecure"), ("disabled", ""))
    engine = "redis"
    database = "1"

    def __init__(self, lab):
        self.client = native(redis.client())
        self.running = lab.redis({
            "certificate": "good", "clientMayBeNobody": False, "wantsLogin": True, "heldConnections": 0,
            "loads": False, "isOrphan": False, "isSentinel": False, "isCluster": False, "deniesOthers": False,
            "settings": {}})
        self.environment = environment(REDISCLI_AUTH=PASSWORD)

    def port(self, mode):
        return self.running["port" if mode != "disabled" else "plainPort"]

    def query(self, mode, authorities):
        roots = [authorities] if "--cacert" in mode else []
        return [
            self.client, "-h", "localhost", "-p", str(self.port("required" if mode else "disabled")), "--user", "tester",
            "-n", self.database, *mode.split(), *roots, "INFO", "server"]


ENGINES = (PostgreSQL, MariaDB, Redis)


def rows(program, engine, pki, count):
    """The table's lines: what, and the medians of both."""
    authorities = f"{pki}/ca.pem"
    for mode, theirs in engine.modes:
        port = engine.port(mode) if hasattr(engine, "port") else engine.running["port"]
        place = [
            program, "--engine", engine.engine, "-h", "localhost", "-p", str(port), "-U", "tester", "-d",
            getattr(engine, "database", "appdb")]
        roots = ["--ssl-ca", authorities] if mode.startswith("verify") else []
        yield f"{mode} ({theirs})" if theirs else mode, pair(
            [*place, "--ssl", mode, *roots], engine.query(theirs, authorities), engine.environment, count)
    yield "start-up alone (--help)", pair(
        [program, "--help"], [engine.client, "--help"], engine.environment, count)


def table(engine, lines):
    result = [
        f"| what | wall ms | {engine.native} | ratio | CPU ms | {engine.native} | ratio | MiB | {engine.native} | ratio |",
        "|---" * 10 + "|"]
    for what, (ours, theirs) in lines:
        cells = [what]
        for mine, his in zip(ours, theirs):
            cells += [f"{mine:.1f}", f"{his:.1f}", f"**{mine / his:.2f}**"]
        result.append("| " + " | ".join(cells) + " |")
    return result


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    lab = laboratory.Lab()
    lines = []
    clients = []
    try:
        pki = lab.place(None) + "/pki"
        for kind in ENGINES:
            engine = kind(lab)
            clients.append(version(engine.client, "--version"))
            lines += ["", f"### {kind.__name__}", "", *table(engine, rows(program, engine, pki, count))]
    finally:
        lab.end()
    text = "\n".join([
        BEGIN, "",
        f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}: {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}; `{version(program, '--version')}`, release build; "
        f"{', '.join(f'`{client}`' for client in clients)}. {count} pairs each.", *lines, "", END])
    page = ROOT / "docs/performance.md"
    old = page.read_text()
    page.write_text(old[:old.index(BEGIN)] + text + old[old.index(END) + len(END):])
    print("\n".join(lines))


if __name__ == "__main__":
    main()

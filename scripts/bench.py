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
import postgres  # noqa: E402

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


def rows(program, psql, running, pki, count):
    """The table's lines: what, and the medians of both."""
    port, ca = str(running["port"]), f"{pki}/ca.pem"
    environment = {
        "PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8", "PGPASSWORD": PASSWORD,
        "SSL_CERT_FILE": "/nonexistent", "SSL_CERT_DIR": "/nonexistent"}
    place = ["--engine", "postgres", "-h", "localhost", "-p", port, "-U", "tester", "-d", "appdb"]

    def query(mode, roots=ca):
        target = f"host=localhost port={port} user=tester dbname=appdb sslmode={mode} sslrootcert={roots}"
        return [psql, "--no-psqlrc", "-Atqc", "select version()", target]

    def test(*options):
        return [program, *place, *options]

    yield "verify-identity (verify-full)", pair(
        test("--ssl", "verify-identity", "--ssl-ca", ca), query("verify-full"), environment, count)
    yield "required (require)", pair(test("--ssl", "required"), query("require", "/nonexistent"), environment, count)
    yield "disabled (disable)", pair(test("--ssl", "disabled"), query("disable"), environment, count)
    yield "start-up alone (--help)", pair([program, "--help"], [psql, "--help"], environment, count)


def table(lines):
    result = ["| what | wall ms | psql | ratio | CPU ms | psql | ratio | MiB | psql | ratio |", "|---" * 10 + "|"]
    for what, (ours, theirs) in lines:
        cells = [what]
        for mine, his in zip(ours, theirs):
            cells += [f"{mine:.1f}", f"{his:.1f}", f"**{mine / his:.2f}**"]
        result.append("| " + " | ".join(cells) + " |")
    return result


def main():
    program = str(pathlib.Path(sys.argv[1]).resolve())
    count = int(sys.argv[2]) if len(sys.argv) > 2 else 60
    psql = native(postgres.binaries() / "psql")
    lab = laboratory.Lab()
    try:
        pki = lab.place(None) + "/pki"
        running = lab.postgres({
            "certificate": "good", "listen": ["127.0.0.1"], "hba": ["local all all trust", "host all all all scram-sha-256"]})
        lines = [*table(rows(program, psql, running, pki, count))]
    finally:
        lab.end()
    text = "\n".join([
        BEGIN, "",
        f"Measured on {time.strftime('%Y-%m-%d', time.gmtime())}: {processor()}, {os.cpu_count()} cores, "
        f"{platform.system()} {platform.release()}; `{version(program, '--version')}`, release build; "
        f"`{version(psql, '--version')}`. {count} pairs each.", "", *lines, "", END])
    page = ROOT / "docs/performance.md"
    old = page.read_text()
    page.write_text(old[:old.index(BEGIN)] + text + old[old.index(END) + len(END):])
    print("\n".join(lines))


if __name__ == "__main__":
    main()

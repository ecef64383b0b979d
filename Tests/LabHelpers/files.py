"""Files of SQLite and DuckDB in every state, who holds them, and what a folder holds: see Tests/Lab/FileLab.swift."""

import hashlib
import itertools
import os
import shutil
import socket
import sqlite3
import stat
import struct
import threading

import serving


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def changed(data, offset, new):
    return data[:offset] + new + data[offset + len(new) :]


class SQLite:
    ending = "db"

    def open(self, path, *pragmas):
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        for pragma in pragmas:
            connection.execute("PRAGMA " + pragma).fetchall()
        return connection

    def fill(self, connection):
        connection.execute("CREATE TABLE item (id INTEGER PRIMARY KEY, name TEXT)")
        connection.execute("CREATE INDEX name ON item (name)")
        connection.execute("BEGIN")
        connection.executemany("INSERT INTO item (name) VALUES (?)", [(f"item {i}" * 5,) for i in range(300)])
        connection.execute("COMMIT")

    def good(self, path):
        connection = self.open(path)
        self.fill(connection)
        connection.close()
        return read(path)

    def wal(self, path):
        connection = self.open(path, "journal_mode=wal")
        self.fill(connection)
        connection.close()

    def copied_open(self, path, endings):
        """What a process that was killed leaves behind: copies of files that another connection has open."""
        connection = self.open(path + "-original", "journal_mode=wal")
        self.fill(connection)
        for ending in endings:
            shutil.copy(path + "-original" + ending, path + ending)
        connection.close()
        os.remove(path + "-original")

    def crashed(self, path):
        self.copied_open(path, ["", "-wal", "-shm"])

    def log_without_index(self, path):
        self.copied_open(path, ["", "-wal"])

    def stray_log(self, path):
        """A log beside a database that says that it has none."""
        self.log_without_index(path)
        write(path, changed(read(path), 18, b"\1\1"))

    def forbidden_stray_log(self, path):
        self.stray_log(path)
        os.chmod(path + "-wal", 0)

    def empty_with_log(self, path):
        """The library would remove the log."""
        self.log_without_index(path)
        write(path, b"")

    def pipe_as_log(self, path):
        self.wal(path)
        os.mkfifo(path + "-wal")

    def schema_format(self, path):
        write(path, changed(self.good(path), 44, struct.pack(">I", 5)))

    def huge(self, path):
        """A schema that takes seconds to read."""
        connection = self.open(path, "writable_schema=on")
        connection.execute("BEGIN")
        connection.executemany(
            "INSERT INTO sqlite_master VALUES ('view', ?1, ?1, 0, 'CREATE VIEW ' || ?1 || ' AS SELECT 1')",
            [(f"v{i}",) for i in range(200_000)],
        )
        connection.execute("COMMIT")
        connection.close()

    def long_text(self, path):
        """The library's words hold the name."""
        connection = self.open(path)
        connection.execute(f"CREATE TABLE {'x' * 1_000_000} (id)")
        connection.close()
        write(path, read(path).replace(b"CREATE TABLE", b"CREATE TABEL"))

    def forbidden_log(self, path):
        self.copied_open(path, ["", "-wal", "-shm"])
        os.chmod(path + "-wal", 0)

    def hot_journal(self, path):
        connection = self.open(path + "-original", "cache_size=1", "cache_spill=1")
        self.fill(connection)
        connection.execute("BEGIN")
        connection.execute("UPDATE item SET name = 'new' || name")
        connection.execute("INSERT INTO item (name) SELECT name FROM item")
        for ending in ["", "-journal"]:
            shutil.copy(path + "-original" + ending, path + ending)
        connection.execute("ROLLBACK")
        connection.close()
        os.remove(path + "-original")

    def cut(self, path):
        write(path, self.good(path)[:8192])

    def cut_in_page(self, path):
        write(path, self.good(path)[:-100])

    def page_size(self, path):
        write(path, changed(self.good(path), 16, b"\0\3"))

    def fractions(self, path):
        write(path, changed(self.good(path), 21, b"\1\2\3"))

    def newer(self, path):
        write(path, changed(self.good(path), 19, b"\3"))

    def page(self, path):
        write(path, changed(self.good(path), 100, os.urandom(300)))

    def schema(self, path):
        data = self.good(path)
        write(path, data.replace(b"CREATE TABLE item", b"CREATE TABEL item"))

    def encrypted(self, path):
        write(path, os.urandom(16384))

    def another(self, path):
        DuckDB().good(path)

    def stall(self, path):
        self.good(path)
        os.mkfifo(path + "-journal")

    def hold(self, path, how):
        if how == "exclusive":
            connection = self.open(path)
            connection.execute("BEGIN EXCLUSIVE")
        elif how == "reserved":
            connection = self.open(path)
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO item (name) VALUES ('held')")
        elif how == "wal":
            connection = self.open(path, "journal_mode=wal")
            connection.execute("BEGIN IMMEDIATE")
            connection.execute("INSERT INTO item (name) VALUES ('held')")
        elif how == "wal-open":
            connection = self.open(path, "journal_mode=wal")
            connection.execute("INSERT INTO item (name) VALUES ('held')")
        else:
            connection = self.open(path, "locking_mode=exclusive", "journal_mode=wal")
            if how == "wal-exclusive-silent":
                connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            else:
                assert how == "wal-exclusive"
                connection.execute("INSERT INTO item (name) VALUES ('held')")
        return connection


class DuckDB:
    ending = "duckdb"

    def open(self, path):
        import duckdb

        return duckdb.connect(path, config={"threads": 1})

    def fill(self, connection):
        connection.execute("CREATE TABLE item AS SELECT range AS id, 'item ' || range AS name FROM range(1000)")

    def good(self, path):
        connection = self.open(path)
        self.fill(connection)
        connection.close()
        return read(path)

    def crashed(self, path):
        connection = self.open(path + "-original")
        connection.execute("PRAGMA disable_checkpoint_on_shutdown")
        self.fill(connection)
        for ending in ["", ".wal"]:
            shutil.copy(path + "-original" + ending, path + ending)
            os.remove(path + "-original" + ending)
        connection.close()
        for ending in ["", ".wal"]:
            if os.path.exists(path + "-original" + ending):
                os.remove(path + "-original" + ending)

    def macros(self, path):
        """Macros with the names of DuckDB's own functions, which read a file and say what is not so."""
        connection = self.open(path)
        self.fill(connection)
        for name in ["duckdb_tables", "pragma_database_size"]:
            connection.execute(
                f"CREATE MACRO {name}() AS TABLE "
                "SELECT 7777 AS total_blocks, 1 AS block_size, content FROM read_text('/etc/hostname')"
            )
        for name in ["count", "count_star"]:
            connection.execute(f"CREATE MACRO {name}() AS 5555")
        connection.close()

    def damaged_log(self, path):
        self.crashed(path)
        write(path + ".wal", changed(read(path + ".wal"), 100, os.urandom(100)))

    def cut(self, path):
        write(path, self.good(path)[:-100000])

    def cut_in_header(self, path):
        write(path, self.good(path)[:5000])

    def header(self, path):
        write(path, changed(self.good(path), 100, b"damage"))

    def blocks(self, path):
        data = self.good(path)
        write(path, data[:12288] + os.urandom(len(data) - 12288))

    def version(self, path, storage, name):
        """DuckDB's checksum is 5381 and the product of every 8 bytes with a constant, all in exclusive or."""
        data = changed(self.good(path), 12, struct.pack("<Q", storage))
        data = changed(data, 52, name.encode().ljust(32, b"\0"))
        sum = 5381
        for (word,) in struct.iter_unpack("<Q", data[8:4096]):
            sum ^= word * 0xBF58476D1CE4E5B9 % 2**64
        write(path, struct.pack("<Q", sum) + data[8:])

    def newer(self, path):
        self.version(path, 100_000, "v9.1.0")

    def older(self, path):
        self.version(path, 20, "")

    def encrypted(self, path):
        connection = self.open(":memory:")
        # Without the extension that encrypts well, which is not in the wheel.
        connection.execute("SET force_mbedtls_unsafe = 'true'")
        connection.execute(f"ATTACH '{path}' AS e (ENCRYPTION_KEY 'secret')")
        connection.execute("CREATE TABLE e.item AS SELECT 1 AS id")
        connection.close()

    def random(self, path):
        write(path, os.urandom(16384))

    def another(self, path):
        SQLite().good(path)

    def stall(self, path):
        self.good(path)
        os.mkfifo(path + ".wal")

    def hold(self, path, how):
        connection = self.open(path)
        if how == "reading":
            connection.close()
            import duckdb

            return duckdb.connect(path, read_only=True)
        return connection


class Stage:
    engines = {"sqlite": SQLite(), "duckdb": DuckDB()}

    def __init__(self):
        self.held = {}
        self.keys = itertools.count(1)

    def make(self, wanted):
        """The path of a file in that state, in a folder of its own."""
        engine = self.engines[wanted["engine"]]
        folder = wanted["folder"]
        os.chmod(folder, 0o755)
        path = f"{folder}/shop.{engine.ending}"
        state = wanted["state"].replace("-", "_")
        if own := getattr(engine, state, None):
            own(path)
            return path
        return getattr(self, "any_" + state)(engine, folder, path)

    def any_missing(self, engine, folder, path):
        return path

    def any_folder(self, engine, folder, path):
        return folder

    def any_pipe(self, engine, folder, path):
        os.mkfifo(path)
        return path

    def any_socket(self, engine, folder, path):
        listener = socket.socket(socket.AF_UNIX)
        listener.bind(path)
        self.held[next(self.keys)] = listener
        return path

    def any_device(self, engine, folder, path):
        os.symlink("/dev/zero", path)
        return path

    def any_link(self, engine, folder, path):
        os.mkdir(folder + "/elsewhere")
        engine.good(folder + "/elsewhere/real")
        os.symlink("elsewhere/real", path)
        return path

    def any_dangling_link(self, engine, folder, path):
        os.symlink("nowhere", path)
        return path

    def any_link_loop(self, engine, folder, path):
        os.symlink(path, path)
        return path

    def any_below_a_file(self, engine, folder, path):
        engine.good(path)
        return path + "/shop.db"

    def any_long_name(self, engine, folder, path):
        return f"{folder}/{'x' * 300}"

    def any_long_path(self, engine, folder, path):
        deep = "/".join([folder] + [letter * 200 for letter in "abc"])
        os.makedirs(deep)
        engine.good(path)
        os.rename(path, deep + "/shop")
        return deep + "/shop"

    def any_odd_name(self, engine, folder, path):
        engine.good(path)
        os.rename(path, folder + "/a b?mode=rwc&x#%41 é.db")
        return folder + "/a b?mode=rwc&x#%41 é.db"

    def any_macros_and_question_mark(self, engine, folder, path):
        engine.macros(path)
        os.rename(path, folder + "/shop?x.db")
        return folder + "/shop?x.db"

    def any_empty(self, engine, folder, path):
        write(path, b"")
        return path

    def any_text(self, engine, folder, path):
        write(path, b"id,name\n1,chair\n" * 2000)
        return path

    def any_zeros(self, engine, folder, path):
        write(path, bytes(16384))
        return path

    def any_first_bytes(self, engine, folder, path):
        write(path, engine.good(path)[:50])
        return path

    def any_forbidden(self, engine, folder, path):
        engine.good(path)
        os.chmod(path, 0)
        return path

    def any_forbidden_folder(self, engine, folder, path):
        os.mkdir(folder + "/closed")
        engine.good(folder + "/closed/shop")
        os.chmod(folder + "/closed", 0o700)
        return folder + "/closed/shop"

    def any_unwritable(self, engine, folder, path):
        engine.good(path)
        os.chmod(path, 0o444)
        os.chmod(folder, 0o555)
        return path

    def hold(self, wanted):
        """Holds a file as another process, for some seconds or for good; the key lets go of it."""
        held = self.engines[wanted["engine"]].hold(wanted["path"], wanted["how"])
        key = next(self.keys)
        self.held[key] = held
        if wanted.get("seconds") is not None:
            threading.Timer(wanted["seconds"], self.release, [key]).start()
        return key

    def release(self, key):
        if held := self.held.pop(key, None):
            held.close()
        return key

    def contents(self, folder):
        """Everything in a folder: names, kinds, rights, sizes, times, and bytes."""
        lines = []
        for place, folders, files in os.walk(folder):
            for name in sorted(folders + files):
                path = os.path.join(place, name)
                status = os.lstat(path)
                sum = hashlib.sha256(read(path)).hexdigest() if stat.S_ISREG(status.st_mode) else ""
                lines.append(f"{path} {status.st_mode:o} {status.st_size} {status.st_mtime_ns} {sum}")
            lines.append(f"{place} {os.lstat(place).st_mtime_ns}")
        return lines


serving.serve(Stage())

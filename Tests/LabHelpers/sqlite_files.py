"""Files of SQLite in every state, and who holds them."""

import os
import shutil
import sqlite3
import struct

from file_bytes import changed, read, write


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

"""Files of DuckDB in every state, and who holds them."""

import os
import shutil
import struct

from file_bytes import changed, read, write


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

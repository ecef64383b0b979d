"""Files of SQLite and DuckDB in every state, who holds them, and what a folder holds: see Tests/Lab/FileLab.swift."""

import hashlib
import itertools
import os
import socket
import stat
import threading

import serving
from duckdb_files import DuckDB
from file_bytes import read, write
from sqlite_files import SQLite


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

    def any_another(self, engine, folder, path):
        next(other for other in self.engines.values() if other is not engine).good(path)
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

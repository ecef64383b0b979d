"""Fakes of MySQL 8, honest and rogue, and somebody in the middle; requests like those of lab.py.

A fake is described by FakeMySQL of Tests/Lab/MySQLServer.swift.
"""

import errno
import select
import socket
import threading
import time

import mysql_auth
from mysql_middle import Middle
from mysql_session import Session
from serving import serve


def listeners():
    """Sockets that listen on one port of both loopback addresses, or of the one that there is."""
    while True:
        first = socket.create_server(("127.0.0.1", 0), backlog=50)
        try:
            port = first.getsockname()[1]
            return [first, socket.create_server(("::1", port), family=socket.AF_INET6, backlog=50)]
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                return [first]
            first.close()


class Port:
    """A port, and whom it made of each connection: somebody who can `run` and be `described`."""

    def __init__(self, serve):
        self.serve = serve
        self.sessions = []
        self.threads = []
        self.lock = threading.Lock()
        self.listeners = listeners()
        self.port = self.listeners[0].getsockname()[1]
        for listener in self.listeners:
            listener.setblocking(False)
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            for listener in select.select(self.listeners, [], [])[0]:
                with self.lock:
                    try:
                        connection, _ = listener.accept()
                    except (BlockingIOError, ConnectionError):
                        continue
                    connection.setblocking(True)
                    session = self.serve(connection, len(self.sessions) + 8)
                    self.sessions.append(session)
                    thread = threading.Thread(target=session.run, daemon=True)
                    self.threads.append(thread)
                    thread.start()

    def settled(self):
        """The sessions, once everything has been read that clients said who have gone; soon in any case."""
        deadline = time.monotonic() + 2
        while True:
            with self.lock:
                unseen = select.select(self.listeners, [], [], 0)[0]
                busy = [thread for thread in self.threads if thread.is_alive()]
                if not unseen and not busy or time.monotonic() > deadline:
                    return list(self.sessions)
            time.sleep(0.005)


class Server:
    """What the connections of one fake have in common."""

    def __init__(self, wanted, pki):
        self.wanted = wanted
        self.pki = pki
        self.key = mysql_auth.Key()
        self.cached = set()
        self.passwords = [
            account["password"].encode() for account in wanted["accounts"].values() if account["password"]]

    def serve(self, connection, number):
        return Session(self, connection, number)


class Stage:
    """Everything that was started, by its number."""

    def __init__(self):
        self.ports = []
        self.lock = threading.Lock()

    def keep(self, port):
        with self.lock:
            self.ports.append(port)
            return {"key": len(self.ports) - 1, "port": port.port}

    def serve(self, wanted):
        return self.keep(Port(Server(wanted["server"], wanted["pki"]).serve))

    def middle(self, wanted):
        return self.keep(Port(lambda connection, _: Middle(connection, **wanted)))

    def received(self, key):
        """What each connection has sent so far."""
        return [session.described() for session in self.ports[key].settled()]


if __name__ == "__main__":
    serve(Stage())

"""Fakes of MySQL 8, honest and rogue, and somebody in the middle; requests like those of lab.py.

A fake is described by FakeMySQL of Tests/Lab/MySQLServer.swift.
"""

import errno
import socket
import threading

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
        self.lock = threading.Lock()
        self.listeners = listeners()
        self.port = self.listeners[0].getsockname()[1]
        for listener in self.listeners:
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            connection, _ = listener.accept()
            with self.lock:
                session = self.serve(connection, len(self.sessions) + 8)
                self.sessions.append(session)
            threading.Thread(target=session.run, daemon=True).start()


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
        return [session.described() for session in list(self.ports[key].sessions)]


if __name__ == "__main__":
    serve(Stage())

"""A line to a server that is slow enough for round trips to be told apart, and counts them."""

import queue
import socket
import threading
import time

DELAY = 0.03


class Connection:
    """One connection through the line.

    A round trip is something that the client says and something that the server then answers; connecting is one
    too, and so is the greeting of a server that speaks first: it says that only when the client has confirmed the
    connection. Bytes reach the other end a while later: what an end says without having waited for the other has left
    before anything can have come back, so it belongs to one flight. What a client says with its good-bye is not
    counted: it waits for no answer.
    """

    def __init__(self, client, server):
        self.trips = 1
        self.asked = False
        self.silent = True
        self.closing = False
        self.lock = threading.Lock()
        for near, far, answers in ((client, server, False), (server, client, True)):
            pending = queue.Queue()
            for work in (self.collect, self.deliver):
                threading.Thread(target=work, args=(near, far, pending, answers), daemon=True).start()

    def collect(self, near, far, pending, answers):
        data = b"-"
        while data:
            try:
                data = near.recv(65536)
            except OSError:
                data = b""
            with self.lock:
                if not answers:
                    self.asked = True
                    self.closing = self.closing or not data
                elif data and (self.asked or self.silent) and not self.closing:
                    self.asked = False
                    self.trips += 1
                self.silent = self.silent and not data
            pending.put((time.monotonic() + DELAY, data))

    def deliver(self, near, far, pending, answers):
        data = b"-"
        while data:
            due, data = pending.get()
            time.sleep(max(0, due - time.monotonic()))
            try:
                far.sendall(data) if data else far.shutdown(socket.SHUT_WR)
            except OSError:
                return


class Line:
    """A port of 127.0.0.1 that leads to another."""

    def __init__(self, to):
        self.to = to
        self.connections = []
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=50)
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        while True:
            client, _ = self.listener.accept()
            server = socket.create_connection(("127.0.0.1", self.to))
            for end in (client, server):
                end.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connections.append(Connection(client, server))

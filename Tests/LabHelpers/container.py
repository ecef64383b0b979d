"""A proxy like the one in front of a container: it accepts before there is a server behind it, and closes."""

import socket
import threading
import time


class Proxy:
    """For some seconds after the first connection it closes what it accepts, then it forwards to a port, as if from `source`."""

    def __init__(self, target, seconds, source=None):
        self.target = target
        self.seconds = seconds
        self.source = source and (source, 0)
        self.opens = None
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            client, _ = self.listener.accept()
            if self.opens is None:
                self.opens = time.monotonic() + self.seconds
            if time.monotonic() < self.opens:
                client.close()
                continue
            server = socket.create_connection(("127.0.0.1", self.target), source_address=self.source)
            for source, sink in ((client, server), (server, client)):
                threading.Thread(target=self.forward, args=(source, sink), daemon=True).start()

    @staticmethod
    def forward(source, sink):
        try:
            while data := source.recv(65536):
                sink.sendall(data)
            sink.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # the other direction has ended

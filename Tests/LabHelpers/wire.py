"""One connection of a misbehaving server: plain or TLS, whole or cut short, and what was heard on it."""

import base64
import hashlib
import hmac
import os
import socket
import ssl
import struct
import time


class Ended(Exception):
    """The client has gone."""


class Wire:
    """The server's end. `heard` is what came in clear, `inner` what came inside TLS."""

    def __init__(self, connection):
        self.socket = connection
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.heard = bytearray()
        self.inner = bytearray()
        self.waiting = bytearray()
        self.tls = None
        self.incoming, self.outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        self.held = b""

    # Bytes on the line

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except OSError:
            data = b""
        if not data:
            raise Ended
        if self.tls is None:
            self.heard += data
        return data

    def transmit(self, data, pause=0):
        try:
            if not pause:
                self.socket.sendall(data)
                return
            for byte in data:
                self.socket.sendall(bytes([byte]))
                time.sleep(pause)
        except OSError as error:
            raise Ended from error

    def first_byte(self):
        """The first byte that the client says, left where it is."""
        data = self.socket.recv(1, socket.MSG_PEEK)
        if not data:
            raise Ended
        return data[0]

    # Bytes of the protocol

    def send(self, data, pause=0):
        """Says something; with a pause, a byte at a time (inside TLS, a record each)."""
        if self.tls is None:
            self.transmit(data, pause)
            return
        for piece in ([bytes([byte]) for byte in data] if pause else [data]):
            self.tls.write(piece)
            self.transmit(self.outgoing.read())
            if pause:
                time.sleep(pause)

    def more(self):
        if self.tls is None:
            self.waiting += self.receive()
            return
        while True:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.incoming.write(self.receive())
                continue
            except ssl.SSLError as error:
                raise Ended from error
            if not data:
                raise Ended
            self.inner += data
            self.waiting += data
            return

    def take(self, count):
        while len(self.waiting) < count:
            self.more()
        data = bytes(self.waiting[:count])
        del self.waiting[:count]
        return data

    def packet(self):
        """A message without a type: SSLRequest, StartupMessage."""
        head = self.take(4)
        return self.take(struct.unpack("!I", head)[0] - 4)

    def message(self):
        """A message with a type: PasswordMessage, Query …"""
        head = self.take(5)
        return head[:1], self.take(struct.unpack("!I", head[1:])[0] - 4)

    def something(self):
        """Whatever comes, if nothing is waiting."""
        if not self.waiting:
            self.more()

    def cql(self):
        """A frame of CQL's protocol."""
        head = self.take(9)
        self.take(struct.unpack("!I", head[5:])[0])

    def http2(self):
        """A request of HTTP/2, of which the first comes behind the preface (RFC 9113)."""
        while True:
            head = self.take(9)
            if head.startswith(b"PRI * "):
                self.take(24 - 9)
                continue
            self.take(int.from_bytes(head[:3], "big"))
            kind, flags = head[3], head[4]
            if kind in (0, 1) and flags & 1:
                return

    def line(self):
        """Everything up to the end of a line."""
        while b"\n" not in self.waiting:
            self.more()

    def http(self):
        """A request of HTTP 1.1, with its body."""
        while b"\r\n\r\n" not in self.waiting:
            self.more()
        head = self.take(self.waiting.index(b"\r\n\r\n") + 4).lower()
        for line in head.split(b"\r\n"):
            if line.startswith(b"content-length:"):
                self.take(int(line.split(b":")[1]))

    def redis(self):
        """A command of Redis': an array of bulk strings."""
        return [self.bulk() for _ in range(self.count())]

    def bulk(self):
        data = self.take(self.count() + 2)
        return data[:-2]

    def count(self):
        """The number in a line like `*3` or `$4`."""
        self.line()
        end = self.waiting.index(b"\n") + 1
        try:
            return int(self.take(end)[1:])
        except ValueError as error:
            raise Ended from error

    # TLS

    def secure(self, context, limit=None, flights=None):
        """Shakes hands. Stops after `limit` bytes or `flights` turns of its own, and holds the rest back."""
        tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        sent = 0
        done = False
        while not done:
            try:
                tls.do_handshake()
                done = True
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                self.transmit(self.outgoing.read())
                raise Ended from error
            data = self.outgoing.read()
            if data and flights is not None:
                flights -= 1
                if flights < 0:
                    self.held = data
                    return
            if limit is not None and sent + len(data) > limit:
                self.transmit(data[: limit - sent])
                self.held = data[limit - sent :]
                return
            self.transmit(data)
            sent += len(data)
            if not done:
                if self.waiting:
                    self.incoming.write(bytes(self.waiting))
                    self.waiting.clear()
                else:
                    self.incoming.write(self.receive())
        self.tls = tls

    # Endings

    def listen(self):
        """Says nothing more, until the client goes."""
        while True:
            self.more() if self.tls else self.receive()

    def finish(self):
        """FIN; what still comes is read, or the system would send RST after all."""
        self.socket.shutdown(socket.SHUT_WR)
        self.socket.settimeout(5)
        self.listen()

    def reset(self):
        """RST."""
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.socket.close()
        raise Ended


class Scram:
    """The server's half of SCRAM-SHA-256 (RFC 5802, RFC 7677), without channel binding."""

    def __init__(self, wire, password):
        self.wire = wire
        self.password = password.encode()

    def say(self, code, data=b""):
        body = struct.pack("!I", code) + data
        self.wire.send(b"R" + struct.pack("!I", len(body) + 4) + body)

    def request(self):
        self.say(10, b"SCRAM-SHA-256\0\0")

    def challenge(self):
        _, body = self.wire.message()
        end = body.index(b"\0") + 5
        self.first = body[end:].split(b",", 2)[2]
        nonce = dict(part.split(b"=", 1) for part in self.first.split(b","))[b"r"]
        self.salt = os.urandom(16)
        self.challenged = b"r=%s%s,s=%s,i=4096" % (
            nonce, base64.b64encode(os.urandom(12)), base64.b64encode(self.salt))
        self.say(11, self.challenged)

    def verdict(self):
        _, final = self.wire.message()
        bare = final[: final.rindex(b",p=")]
        salted = hashlib.pbkdf2_hmac("sha256", self.password, self.salt, 4096)
        key = hmac.digest(salted, b"Server Key", "sha256")
        signature = hmac.digest(key, b",".join([self.first, self.challenged, bare]), "sha256")
        self.say(12, b"v=" + base64.b64encode(signature))

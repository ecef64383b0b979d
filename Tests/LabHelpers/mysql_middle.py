"""Somebody between a client and a MySQL server, who hands everything on and keeps what the client says."""

import select
import socket
import ssl

from mysql_protocol import SSL, Login, MySQLError, MySQLWire, packet
from mysql_scramble import proofs
from wire import Ended


class Middle:
    """One connection through it: with a certificate it ends the client's TLS session and begins one of its own with
    the server; without one it takes the offer of TLS out of the greeting."""

    def __init__(self, connection, to, passwords, certificate=None):
        self.wire = MySQLWire(connection)
        self.certificate = certificate
        self.passwords = [password.encode() for password in passwords]
        self.to = to
        self.server = None
        self.nonces = []
        self.login = None

    def run(self):
        try:
            self.server = socket.create_connection(("127.0.0.1", self.to))
            self.server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.greet()
            if self.certificate:
                self.secure()
            self.relay()
        except (Ended, OSError):
            pass
        finally:
            if self.server is not None:
                self.server.close()
            self.wire.socket.close()

    def greet(self):
        """Hands the greeting on, and learns the nonce; without a certificate, without the offer of TLS."""
        head = self.exactly(4)
        body = bytearray(self.exactly(int.from_bytes(head[:3], "little")))
        if body[0] == 10:
            # The version ends with a zero; the connection, half the nonce and another zero come before the flags.
            place = body.index(0, 1) + 1 + 4
            self.nonces.append(bytes(body[place : place + 8] + body[place + 27 : place + 39]))
            if not self.certificate:
                body[place + 10] &= ~(SSL >> 8)
        self.wire.send(packet(head[3], bytes(body)))

    def exactly(self, count):
        data = b""
        while len(data) < count:
            piece = self.server.recv(count - len(data))
            if not piece:
                raise Ended
            data += piece
        return data

    def secure(self):
        """TLS to both ends, if the client asks for it."""
        number, body = self.wire.numbered()
        self.server.sendall(packet(number, body))
        if len(body) != 32:
            self.note(body)
            return
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate + ".crt", self.certificate + ".key")
        self.wire.agree(context)
        trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        trusting.check_hostname = False
        trusting.verify_mode = ssl.CERT_NONE
        self.server = trusting.wrap_socket(self.server)

    def note(self, body):
        """What the first packet of the login says, if it is one."""
        try:
            self.login = Login(body)
        except MySQLError:
            pass

    def relay(self):
        """Hands on what comes, until one end has gone."""
        while True:
            self.forward()
            ready, _, _ = select.select([self.wire.socket, self.server], [], [])
            if self.server in ready:
                self.answer()
            if self.wire.socket in ready:
                self.wire.more()

    def answer(self):
        """Hands on what the server has said, which inside TLS may be nothing for the client, such as a ticket."""
        while True:
            self.server.setblocking(False)
            try:
                data = self.server.recv(65536)
            except (BlockingIOError, ssl.SSLWantReadError):
                return
            finally:
                self.server.setblocking(True)
            if not data:
                self.wire.finish()
                raise Ended
            self.learn(data)
            self.wire.send(data)

    def forward(self):
        """What the client has said. It is handed on record by record, so nothing stays behind in the TLS session."""
        while self.wire.tls is not None and self.wire.incoming.pending:
            self.wire.more()
        if self.wire.waiting:
            if self.login is None and len(self.wire.waiting) > 4:
                self.note(bytes(self.wire.waiting[4:]))
            self.server.sendall(bytes(self.wire.waiting))
            self.wire.waiting.clear()

    def learn(self, data):
        """The nonce of an AuthSwitchRequest."""
        if data[4:5] == b"\xfe" and (end := data.find(b"\0", 5)) > 5 and len(data) >= end + 21:
            self.nonces.append(data[end + 1 : end + 21])

    def described(self):
        plain, inner = bytes(self.wire.heard), bytes(self.wire.inner)
        clear = proofs(self.passwords, self.nonces, plain)
        inside = proofs(self.passwords, self.nonces, inner)
        return {
            "plain": plain.hex(), "decrypted": inner.hex(), "tls": self.wire.agreed,
            "login": self.login and self.login.described(), "proofs": sorted(clear | inside),
            "proofsInClear": sorted(clear), "answers": [], "queries": [], "quit": False}

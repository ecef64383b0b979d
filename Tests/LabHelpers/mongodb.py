"""A mongod that is none: it speaks MongoDB's protocol well enough for pymongo and libmongoc to log in to it.

With a certificate the port takes TLS and plain text, as `net.tls.mode: preferTLS` does; with `requireTLS` it
closes plain connections. Without a certificate it closes those that begin with a ClientHello. Both come after the
16 bytes of a header, as in mongod: the rest is not read, so that the system sends RST.
"""

import socket
import ssl
import struct
import threading
import time

import mongo_hostile
import mongo_session
import mongo_wire
import process
from wire import Ended, Wire


class Connection:
    def __init__(self, server, accepted):
        self.server = server
        self.wire = Wire(accepted)
        self.session = None
        # What the client has asked for, in its order.
        self.commands = []
        self.hostile = mongo_hostile.Hostile(server.wanted)

    def run(self):
        try:
            self.fault("connect")
            if self.wire.first_byte() == 0x16:
                self.secure()
            elif self.server.wanted["requireTLS"]:
                self.close_early()
            self.session = mongo_session.Session(self.server.wanted, self.server.port, self.client_name())
            while True:
                self.serve(mongo_wire.read(self.wire))
        except (Ended, OSError, ValueError, struct.error):
            pass
        finally:
            self.wire.socket.close()

    def close_early(self):
        self.wire.socket.recv(16)
        raise Ended

    def secure(self):
        if self.server.context is None:
            self.close_early()
        what = self.server.wanted["faults"].get("tls")
        if what == "half":
            self.wire.secure(self.server.context, limit=100)
            self.wire.listen()
        self.fault("tls")
        self.wire.secure(self.server.context)

    def client_name(self):
        """The subject of the client's certificate, as RFC 2253 has it."""
        if self.wire.tls is None:
            return None
        found = self.wire.tls.getpeercert() or {}
        parts = [pair for part in found.get("subject", ()) for pair in part]
        return ",".join(f"CN={value}" for name, value in reversed(parts) if name == "commonName") or None

    def serve(self, message):
        name = {"isMaster": "hello", "ismaster": "hello"}.get(message.name, message.name)
        self.commands.append(name)
        self.fault(name)
        answer = self.hostile.reply(message, name, self.session.answer(message.command))
        what = self.server.wanted["faults"].get(name)
        if what == "half":
            self.wire.send(answer[: len(answer) // 2])
            self.wire.listen()
        self.wire.send(answer, 0.02 if what == "dribble" else 0)

    def fault(self, place):
        """Ends or spoils the conversation at that place, if that is wanted."""
        what = self.server.wanted["faults"].get(place)
        if what == "stall":
            self.wire.listen()
        elif what == "close":
            self.wire.finish()
        elif what == "reset":
            self.wire.reset()
        elif what == "garbage":
            # A header that says 16 MB of nothing known.
            self.wire.send(b"\xff\xff\xff\x00" + b"\x07" * 60)
            self.wire.finish()
        elif what == "huge":
            self.wire.send(struct.pack("<iiii", 47_000_000, 1, 1, 2013))
            while True:
                self.wire.send(b"\0" * 65536)
        elif what == "web":
            self.wire.send(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
            self.wire.finish()
        elif what == "slow":
            time.sleep(0.3)


class Server:
    """One running fake, as `wanted` (the Swift type MongoServer) describes it."""

    def __init__(self, wanted, pki):
        self.wanted = wanted
        self.context = self.tls(wanted, pki) if wanted.get("certificate") else None
        self.connections = []
        self.listeners = []
        self.port = wanted.get("port") or process.free_port()
        for address in wanted["listen"]:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                self.listeners.append(socket.create_server((address, self.port), family=family, backlog=50))
            except OSError as error:
                if error.errno not in (97, 99):  # this machine has no IPv6
                    raise
        for listener in self.listeners:
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    @staticmethod
    def tls(wanted, pki):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        name = wanted["certificate"]
        context.load_cert_chain(pki / f"{name}.crt", pki / f"{name}.key")
        if wanted.get("clientCA"):
            context.load_verify_locations(pki / wanted["clientCA"])
            context.verify_mode = ssl.CERT_REQUIRED if wanted["demandsClient"] else ssl.CERT_OPTIONAL
        versions = {"1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}
        if only := wanted.get("tlsVersion"):
            if only == "1.1":
                context.set_ciphers("ALL:@SECLEVEL=0")
            context.minimum_version = context.maximum_version = versions[only]
        return context

    def accept(self, listener):
        while True:
            try:
                accepted, _ = listener.accept()
            except OSError:
                return
            connection = Connection(self, accepted)
            self.connections.append(connection)
            threading.Thread(target=connection.run, daemon=True).start()

    def heard(self):
        """What each connection has said so far, in clear and inside TLS, and the commands in it."""
        return [
            {"plain": bytes(each.wire.heard).hex(), "inner": bytes(each.wire.inner).hex(), "commands": each.commands}
            for each in list(self.connections)
        ]

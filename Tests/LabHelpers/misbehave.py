"""Servers that misbehave, and lines that count round trips; requests like those of lab.py.

A server is a list of scripts, the n-th for the n-th connection (the last one for all that follow); a script is a
list of steps, `{"do": "send", ...}`, the names of methods of `Performance`.
"""

import socket
import ssl
import threading
import time

import line
from mysql_commands import Commands, Context
from mysql_protocol import MySQLWire
from mysql_scramble import proofs
from serving import serve
from wire import Ended, Scram


class Performance:
    """One connection that is served by a script."""

    def __init__(self, connection):
        self.wire = MySQLWire(connection)
        self.scram_exchange = None

    def run(self, script):
        try:
            for step in script:
                step = dict(step)
                getattr(self, step.pop("do"))(**step)
            self.wire.finish()
        except (Ended, OSError):
            pass
        finally:
            self.wire.socket.close()

    def hear(self, what):
        getattr(self.wire, what)()

    def hear_redis(self, times):
        for _ in range(times):
            self.wire.redis()

    def send(self, bytes, pause=0, times=1):
        data = memoryview(bytearray.fromhex(bytes))
        for _ in range(times):
            self.wire.send(data, pause)

    def mysql(self, bodies, pause=0, limit=None):
        self.wire.say(*(bytes.fromhex(body) for body in bodies), pause=pause, limit=limit)

    def mysql_session(self):
        """Answers commands as a fake of MySQL's does."""
        Commands(self.wire, 0, Context({}, 8)).serve(self.wire.numbered)

    def pause(self, pause):
        time.sleep(pause)

    def secure(self, certificate, limit=None, flights=None, maximum=None):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate + ".crt", certificate + ".key")
        if maximum == "1.2":
            context.maximum_version = ssl.TLSVersion.TLSv1_2
        self.wire.secure(context, limit, flights)

    def rest(self, pause):
        """What was held back of the handshake, a byte at a time."""
        self.wire.transmit(self.wire.held, pause)

    def unless_tls(self, script):
        """Another script for those who do not begin with a TLS record."""
        if self.wire.first_byte() != 0x16:
            for step in script:
                step = dict(step)
                getattr(self, step.pop("do"))(**step)
            raise Ended

    def scram(self, part, password):
        if self.scram_exchange is None:
            self.scram_exchange = Scram(self.wire, password)
        getattr(self.scram_exchange, part)()

    def stall(self):
        self.wire.listen()

    def close(self):
        self.wire.finish()

    def goodbye(self):
        """close_notify, then FIN."""
        try:
            self.wire.tls.unwrap()
        except ssl.SSLWantReadError:
            pass
        self.wire.transmit(self.wire.outgoing.read())
        self.wire.finish()

    def reset(self):
        self.wire.reset()


class Server:
    """A port on which the scripts are performed."""

    def __init__(self, scripts, addresses, port, passwords, nonces):
        self.scripts = scripts
        self.passwords = [password.encode() for password in passwords]
        self.nonces = [bytes.fromhex(nonce) for nonce in nonces]
        self.performances = []
        self.listeners = []
        for address in addresses:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            listener = socket.create_server((address, port), family=family, backlog=200)
            port = listener.getsockname()[1]
            self.listeners.append(listener)
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()
        self.port = port

    def accept(self, listener):
        while True:
            connection, _ = listener.accept()
            performance = Performance(connection)
            script = self.scripts[min(len(self.performances), len(self.scripts) - 1)]
            self.performances.append(performance)
            threading.Thread(target=performance.run, args=(script,), daemon=True).start()


class Full:
    """A port whose queue of connections is full: whoever connects gets no answer."""

    def __init__(self, address, port):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        self.listener = socket.socket(family)
        self.listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.listener.bind((address, port))
        self.listener.listen(0)
        self.port = self.listener.getsockname()[1]
        self.fillers = []
        self.performances = []
        self.passwords = []
        self.nonces = []
        while True:
            filler = socket.socket(family)
            filler.settimeout(0.05)
            self.fillers.append(filler)
            try:
                filler.connect((address, self.port))
            except TimeoutError:
                return


class Stage:
    """Everything that was started, by its number."""

    def __init__(self):
        self.everything = []

    def keep(self, thing):
        self.everything.append(thing)
        return {"key": len(self.everything) - 1, "port": thing.port}

    def serve(self, wanted):
        return self.keep(Server(
            wanted["scripts"], wanted["addresses"], wanted.get("port") or 0, wanted["passwords"], wanted["nonces"]))

    def full(self, wanted):
        return self.keep(Full(wanted["address"], wanted.get("port") or 0))

    def line(self, wanted):
        return self.keep(line.Line(wanted["port"]))

    def heard(self, key):
        """What each connection has said so far, and what of it is made of a password as MySQL's plugins do it."""
        server = self.everything[key]
        said = [(bytes(each.wire.heard), bytes(each.wire.inner)) for each in list(server.performances)]
        return [
            {
                "plain": plain.hex(), "inner": inner.hex(),
                "scrambles": sorted(proofs(server.passwords, server.nonces, plain + inner) - {"password"}),
            }
            for plain, inner in said
        ]

    def trips(self, key):
        """The round trips of each connection so far."""
        return [each.trips for each in list(self.everything[key].connections)]


if __name__ == "__main__":
    serve(Stage())

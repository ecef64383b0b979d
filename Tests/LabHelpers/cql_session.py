"""One connection of the fake Cassandra: what it answers, and what is remembered of it."""

import re
import socket
import struct

import cql_values as values
import cql_wire as cql
from wire import Ended

TRANSITIONAL = "com.scylladb.auth.TransitionalAuthenticator"
DSE = "com.datastax.bdp.cassandra.auth.DseAuthenticator"
CERTIFICATES = "org.apache.cassandra.auth.MutualTlsAuthenticator"


class Refused(Exception):
    """An ERROR message: its code, its text, and what some codes have after it."""

    def __init__(self, code, text, rest=b""):
        super().__init__(text)
        self.body = struct.pack("!i", code) + values.string(text) + rest


class Session:
    """A client that is served as `server.wanted` says."""

    def __init__(self, server, connection):
        self.server = server
        self.wanted = server.wanted
        self.wire = cql.CQLWire(connection)
        self.server_name = None
        self.version = None
        self.logged_in = not self.wanted["authenticator"]
        self.startup = {}
        self.queries = []

    def run(self):
        try:
            if self.wanted["full"]:
                # Netty closes so what Cassandra has too many of.
                self.wire.reset()
            self.secure()
            self.converse()
            self.wire.finish()
        except (Ended, OSError):
            self.leave()
        finally:
            self.wire.socket.close()

    def leave(self):
        """FIN after the last words, so that no RST overtakes them; or RST, where that is wanted."""
        try:
            if self.wanted["breaksOff"]:
                self.wire.reset()
            self.wire.socket.shutdown(socket.SHUT_WR)
            self.wire.socket.settimeout(2)
            while self.wire.socket.recv(65536):
                pass
        except (Ended, OSError):
            pass

    def secure(self):
        if not self.wanted["certificate"]:
            return
        speaks_tls = self.wire.first_byte() == 0x16
        if self.wanted["alsoPlain"] and not speaks_tls:
            return
        if not speaks_tls and self.wanted["silent"]:
            self.wire.receive()
            raise Ended
        context = self.server.context()
        context.sni_callback = lambda _, name, __: setattr(self, "server_name", name)
        self.wire.secure(context)

    # The conversation

    def converse(self):
        supported = self.wanted["versions"]
        while True:
            first = self.wire.take(1)
            self.wire.waiting[:0] = first
            if not self.wire.segmented and first[0] not in supported:
                self.refuse_version(first[0])
            self.version, stream, opcode, body = self.wire.frame()
            try:
                self.reply(stream, opcode, body)
            except Refused as refusal:
                self.wire.answer(self.version, stream, cql.ERROR, refusal.body)
                if opcode in (cql.STARTUP, cql.AUTH_RESPONSE):
                    return

    def refuse_version(self, asked):
        """The words of Cassandra 4; whoever is on the way of a TLS handshake gets them too."""
        greatest = max(self.wanted["versions"])
        text = self.wanted["refusal"].replace("{asked}", str(asked & 0x7F))
        text = text.replace("{supported}", ", ".join(self.version_names()))
        self.wire.answer(greatest, 0, cql.ERROR, Refused(0x0A, text).body)
        raise Ended

    def version_names(self):
        return [f"{version}/v{version}" for version in self.wanted["versions"]] + self.wanted["otherVersions"]

    def say(self, stream, opcode, body=b""):
        warnings = self.wanted["warnings"] if opcode == cql.RESULT else []
        if warnings:
            self.wire.answer(self.version, stream, opcode, values.strings(warnings) + body, flags=8)
        else:
            self.wire.answer(self.version, stream, opcode, body)

    def fail_if_wanted(self, moment):
        error = self.wanted["errors"].get(moment)
        if error:
            raise Refused(error["code"], error["text"], bytes.fromhex(error["rest"]))

    def reply(self, stream, opcode, body):
        if opcode == cql.OPTIONS:
            self.fail_if_wanted("options")
            options = {"CQL_VERSION": ["3.4.6"], "COMPRESSION": ["snappy", "lz4"],
                       "PROTOCOL_VERSIONS": self.version_names()} | self.wanted["options"]
            self.say(stream, cql.SUPPORTED, values.multimap(options))
        elif opcode == cql.STARTUP:
            self.startup = values.read_map(body)
            self.fail_if_wanted("startup")
            if self.wanted["authenticator"] and not self.early():
                self.say(stream, cql.AUTHENTICATE, values.string(self.wanted["authenticator"]))
            else:
                self.logged_in = True
                self.say(stream, cql.READY)
            self.wire.segmented = self.version >= 5
        elif opcode == cql.AUTH_RESPONSE:
            self.authenticate(stream, values.read_value(body) or b"")
        elif not self.logged_in:
            raise Refused(0x0A, f"Unexpected message {opcode}, expecting AUTH_RESPONSE")
        elif opcode == cql.REGISTER:
            self.say(stream, cql.READY)
        elif opcode == cql.QUERY:
            self.query(stream, values.read_query(body))
        else:
            raise Refused(0x0A, f"Unexpected message {opcode}")

    # The login

    def certificate_name(self):
        certificate = self.wire.tls.getpeercert() if self.wire.tls else None
        return dict(pair[0] for pair in certificate["subject"])["commonName"] if certificate else None

    def early(self):
        """Who is known by a certificate needs no AUTHENTICATE."""
        return self.wanted["authenticator"] == CERTIFICATES and self.certificate_name() in self.wanted["accounts"]

    def authenticate(self, stream, token):
        self.fail_if_wanted("auth")
        authenticator = self.wanted["authenticator"]
        if authenticator == CERTIFICATES:
            name = self.certificate_name()
            raise Refused(0x100, f"Certificate identity '{name}' not authorized" if name else
                          "Invalid or not supported certificate")
        if authenticator == DSE and token == b"PLAIN":
            self.say(stream, cql.AUTH_CHALLENGE, values.value(b"PLAIN-START"))
            return
        if re.search("kerberos|scram", authenticator, re.IGNORECASE):
            raise Refused(0x100, "This mechanism is not PLAIN")
        parts = token.split(b"\0")
        if len(parts) != 3:
            raise Refused(0x0A, "Client credentials must be: \\0user\\0password")
        user, password = parts[1].decode(), parts[2].decode()
        # Whom ScyllaDB's does not know is nobody in particular to it.
        if self.wanted["accounts"].get(user) != password and authenticator != TRANSITIONAL:
            raise Refused(0x100, f"Provided username {user} and/or password are incorrect")
        self.logged_in = True
        self.say(stream, cql.AUTH_SUCCESS, values.value(None))

    # Queries

    def query(self, stream, text):
        self.queries.append(text)
        use = re.fullmatch(r'use\s+(?:"((?:[^"]|"")+)"|(\w+))\s*;?', text.strip(), re.IGNORECASE)
        if use:
            self.fail_if_wanted("use")
            keyspace = use[1].replace('""', '"') if use[1] else use[2].lower()
            if keyspace not in self.wanted["keyspaces"]:
                raise Refused(0x2200, f"Keyspace '{keyspace}' does not exist")
            self.say(stream, cql.RESULT, struct.pack("!i", 3) + values.string(keyspace))
            return
        self.fail_if_wanted("query")
        self.say(stream, cql.RESULT, self.server.tables.select(text))

    def described(self):
        """What the tests are told of it."""
        return {
            "plain": bytes(self.wire.heard).hex(), "inner": bytes(self.wire.inner).hex(),
            "tls": self.wire.tls.version() if self.wire.tls else None, "serverName": self.server_name,
            "clientCertificate": bool(self.wire.tls and self.wire.tls.getpeercert()),
            "version": self.version, "startup": self.startup, "queries": self.queries}

"""One connection to a fake of MySQL 8.

What it does is what the sources of MySQL 8.0 do (sql/auth/sql_authentication.cc, sha2_password.cc), in their order:
password, REQUIRE, lock, secure transport, expiry, database.
"""

import os
import ssl

from mysql_auth import CACHING, NATIVE, Exchange
from mysql_commands import Commands, Context
from mysql_protocol import (
    CAN_HANDLE_EXPIRED, OFFERED, OK, PLUGIN_AUTH, SSL, TLS_OFFERED, Login, MySQLError, MySQLWire, fresh_nonce,
    greeting, packet)
from mysql_rogue import Rogue, switch
from mysql_scramble import proofs
from wire import Ended

VERSIONS = {
    "TLSv1": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def tls_context(wanted, pki):
    """The server's end of TLS, with the certificate, versions and CA of clients that are wanted."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    name = f"{pki}/{wanted['certificate']}"
    context.load_cert_chain(name + ".crt", name + ".key")
    lowest = wanted.get("minTLS", "TLSv1.2")
    if lowest < "TLSv1.2":
        context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version = VERSIONS[lowest]
    if wanted.get("maxTLS"):
        context.maximum_version = VERSIONS[wanted["maxTLS"]]
    if wanted.get("clientCA"):
        context.load_verify_locations(f"{pki}/{wanted['clientCA']}")
        # Whether one has to be shown, the account says.
        context.verify_mode = ssl.CERT_OPTIONAL
    return context


class Session:
    """One connection to a fake."""

    def __init__(self, server, connection, number):
        self.server = server
        self.wanted = server.wanted
        self.wire = MySQLWire(connection)
        self.context = Context(self.wanted, number)
        self.commands = Commands(self.wire, 0, self.context)
        self.rogue = Rogue(self, **self.wanted.get("rogue") or {})
        self.haste = self.wanted.get("haste", "none")
        self.nonce = fresh_nonce()
        self.nonces = [self.nonce]
        self.login = None
        self.answers = []
        self.decrypted = set()

    def run(self):
        try:
            self.converse()
            self.wire.finish()
        except MySQLError as error:
            self.tell(error)
        except (Ended, OSError):
            pass
        finally:
            self.wire.socket.close()

    def tell(self, error):
        try:
            self.say(error.body())
            self.wire.finish()
        except (Ended, OSError):
            pass

    # Packets

    def say(self, *bodies):
        self.wire.say(*bodies)

    def hear(self):
        """The next packet of the login."""
        expected = self.wire.sequence
        number, body = self.numbered()
        if number != expected:
            raise MySQLError(1156, "08S01", "Got packets out of order")
        return body

    def numbered(self):
        number, body = self.wire.numbered()
        if len(body) == 256 and any(
            self.server.key.password(body, nonce) in self.server.passwords for nonce in self.nonces
        ):
            self.decrypted.add("plain" if self.wire.tls is None else "inner")
        return number, body

    # The conversation

    def converse(self):
        refusal = self.wanted.get("refusal")
        error = refusal and MySQLError(refusal["code"], refusal["state"], refusal["text"])
        moment = refusal and refusal["moment"]
        if moment == "greeting":
            self.say(error.body(early=True))
            return
        flags = self.greet()
        body = self.hear()
        # An SSLRequest is a login that ends where the user's name would begin.
        if len(body) == 32 and int.from_bytes(body[:4], "little") & SSL:
            if moment == "sslRequest":
                raise error
            self.secure()
            if self.haste == "afterHandshake":
                self.wire.send(self.rogue.at_once(first=3))
            body = self.hear()
        self.login = Login(body)
        self.context.user = self.login.user
        self.commands.flags = self.login.capabilities & flags
        if moment == "login":
            raise error
        if not self.rogue.demands_login:
            self.authenticate()
        elif self.haste == "none" or self.haste == "afterHandshake" and self.wire.tls is None:
            self.rogue.ask()
        if self.rogue.act == "local-infile":
            self.commands.instead = self.rogue.want_file
        if moment == "query":
            self.commands.instead = lambda: self.say(error.body())
        self.commands.serve(self.command)

    def greet(self):
        """Says the greeting; the flags that it offers."""
        flags = OFFERED
        if self.wanted.get("offersTLS", bool(self.wanted.get("certificate"))):
            flags |= TLS_OFFERED
        flags &= ~self.wanted.get("withoutCapabilities", 0)
        body = self.rogue.greeting or greeting(
            self.wanted["version"], self.context.connection_id, self.nonce, flags, self.wanted["greetingPlugin"])
        first = {"withGreeting": 2, "withGreetingForTLS": 3}.get(self.haste)
        if self.rogue.act == "huge-greeting":
            self.wire.send(b"\xff\xff\xff\0" + body)
            self.wire.listen()
        elif first is not None:
            # In one segment, before anything was heard.
            self.wire.send(packet(0, body) + self.rogue.at_once(first))
            self.wire.sequence = 1
        else:
            self.say(body)
        return flags

    def secure(self):
        if not self.wanted.get("certificate"):
            raise MySQLError(1043, "08S01", "Bad handshake")
        self.wire.agree(tls_context(self.wanted, self.server.pki))
        self.context.status.update(
            Ssl_version=self.wire.agreed["version"], Ssl_cipher=self.wire.agreed["cipher"])

    def authenticate(self):
        """Lets the client in, or says why not."""
        account = self.wanted["accounts"].get(self.login.user)
        plugin = (account or {}).get("plugin") or self.wanted["plugin"]
        if not self.login.capabilities & PLUGIN_AUTH and plugin != NATIVE:
            raise MySQLError(
                1251, "08004",
                "Client does not support authentication protocol requested by server; consider upgrading MySQL client")
        answer = self.login.answer
        if self.login.plugin != plugin and self.login.capabilities & PLUGIN_AUTH:
            self.nonce = fresh_nonce()
            self.nonces.append(self.nonce)
            self.say(switch(plugin, self.nonce + b"\0"))
            answer = self.hear()
        # Whom nobody knows is asked like everybody else.
        password = account["password"].encode() if account else os.urandom(16)
        cached = self.wanted["cache"] == "full" or self.login.user in self.server.cached
        exchange = Exchange(self, password, cached)
        if not exchange.accepts(plugin, answer, self.nonce) or account is None:
            raise self.denied(answer)
        if self.wanted["cache"] == "fills" and plugin == CACHING:
            self.server.cached.add(self.login.user)
        self.admit(account, answer)
        self.say(OK)

    def admit(self, account, answer):
        """What comes after the password."""
        needs = account["requires"]
        tls = self.wire.agreed or {}
        if needs == "tls" and not tls or needs == "clientCertificate" and not tls.get("clientCertificate"):
            raise self.denied(answer)
        if account["locked"]:
            raise MySQLError(
                3118, "HY000", f"Access denied for user '{self.login.user}'@'localhost'. Account is locked.")
        if self.wanted["requireSecureTransport"] and self.wire.tls is None:
            raise MySQLError(
                3159, "HY000",
                "Connections using insecure transport are prohibited while --require_secure_transport=ON.")
        if account["expired"] and not self.login.capabilities & CAN_HANDLE_EXPIRED:
            raise MySQLError(
                1862, "HY000",
                "Your password has expired. To log in you must change it using a client that supports expired "
                "passwords.")
        self.context.expired = account["expired"]
        if self.login.database:
            self.context.use(self.login.database)

    def denied(self, answer):
        used = "NO" if answer in (b"", b"\0") else "YES"
        return MySQLError(
            1045, "28000", f"Access denied for user '{self.login.user}'@'localhost' (using password: {used})")

    def command(self):
        """The next packet; one that is no command answers what a rogue had said at once."""
        number, body = self.numbered()
        if number != 0:
            self.answers.append(body)
        return number, body

    def described(self):
        plain, inner = bytes(self.wire.heard), bytes(self.wire.inner)
        passwords = self.server.passwords
        clear = proofs(passwords, self.nonces, plain)
        inside = proofs(passwords, self.nonces, inner)
        if "plain" in self.decrypted:
            clear.add("password, decrypted")
        if "inner" in self.decrypted:
            inside.add("password, decrypted")
        return {
            "plain": plain.hex(), "decrypted": inner.hex(), "tls": self.wire.agreed,
            "login": self.login and self.login.described(), "proofs": sorted(clear | inside),
            "proofsInClear": sorted(clear), "answers": [answer.hex() for answer in self.answers],
            "queries": self.commands.queries, "quit": self.commands.quit}

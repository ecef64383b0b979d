"""The conversation of a fake SQL Server with one client (MS-TDS 3.3.5)."""

import socket
import struct

import tds_messages as messages
import tds_sql
import tds_tokens as tokens
import tds_wire as wire
from tds_errors import TEXTS, ServerError
from tds_messages import Malformed
from wire import Ended


class Session:
    """One connection: `wanted` is what the server is like, `contexts` its TLS for TDS 7 and for TDS 8."""

    def __init__(self, connection, peer, wanted, contexts):
        self.wire = wire.TDSWire(connection, wanted)
        self.peer = peer
        self.wanted = wanted
        self.contexts = contexts
        self.strict = False
        self.options = None
        self.login = None
        self.login_encrypted = False
        self.accepted = False
        self.encrypted = None
        self.queries = []
        self.database = ""

    def run(self, ended):
        try:
            self.converse()
            self.wire.finish()
        except (Ended, OSError, Malformed):
            pass
        finally:
            self.wire.socket.close()
            ended.set()

    def converse(self):
        self.wire.say("accepted")
        self.strict = self.first_byte() == wire.HANDSHAKE_RECORD
        only = self.wanted["encryption"] == "strict"
        if (only and not self.strict) or (self.strict and not (only or self.wanted["takesStrict"])):
            return
        if self.strict:
            self.wire.secure(self.contexts["8.0"])
            if self.wire.tls.selected_alpn_protocol() != "tds/8.0":
                return
        kind, data = self.wire.message()
        if kind != wire.PRELOGIN:
            return
        self.options = messages.prelogin(data)
        if self.wanted["errors"] and self.wanted["refuses"] == "prelogin":
            self.refuse("prelogin")
            return
        agreed = self.answer_prelogin()
        first = self.wire.packet()
        if first[0] == wire.PRELOGIN and agreed != messages.NOT_SUP and not self.strict:
            self.wire.secure(self.contexts["7.4"], first[1])
            first = self.wire.packet()
        elif not self.strict and self.insists(agreed):
            return
        self.login_encrypted = self.wire.tls is not None
        if agreed == messages.OFF and not self.strict and self.wire.tls:
            # Only the first packet of the login is encrypted, as every client has it.
            self.wire.leave_tls()
        kind, data = self.wire.message(first)
        if kind != wire.LOGIN:
            return
        self.login = messages.Login(data)
        self.encrypted = self.wire.tls is not None
        if self.let_in():
            self.serve()

    def first_byte(self):
        try:
            data = self.wire.socket.recv(1, socket.MSG_PEEK)
        except OSError:
            data = b""
        if not data:
            self.wire.receive()
        return data[0]

    # Before the login

    def answer_prelogin(self):
        """Answers, and tells what will be encrypted."""
        asked = (self.options.get("ENCRYPTION") or b"\x02")[0]
        agreed = messages.negotiated(self.wanted["encryption"], asked)
        said = self.wanted.get("answers", messages.NOT_SUP if self.strict else agreed)
        version = [int(part) for part in self.wanted["properties"]["ProductVersion"].split(".")]
        instance = self.options.get("INSTOPT", b"\0").rstrip(b"\0").decode("latin-1").upper()
        known = {"", "MSSQLSERVER", (self.wanted.get("instance") or "").upper()}
        answer = {
            "VERSION": struct.pack("!BBHH", version[0], version[1], version[2], 0),
            "ENCRYPTION": bytes([said]),
            "INSTOPT": bytes([instance not in known]),
            "THREADID": b"",
            "MARS": b"\0",
            "TRACEID": b"",
        }
        if "FEDAUTHREQUIRED" in self.options:
            answer["FEDAUTHREQUIRED"] = b"\0"
        answer = {name: value for name, value in answer.items() if name in self.options or name == "ENCRYPTION"}
        self.wire.say("prelogin", self.wire.packets(wire.RESULT, messages.prelogin_answer(answer)))
        return said if said <= messages.REQ else agreed

    def insists(self, agreed):
        """Whether a login without TLS ends the connection."""
        return self.wanted["insists"] and (agreed != messages.NOT_SUP or self.wanted["encryption"] == "required")

    # The login

    def let_in(self):
        wanted = self.wanted
        if wanted["errors"] and wanted["refuses"] == "login":
            return self.refuse("login")
        try:
            self.check()
        except ServerError as error:
            errors = [{"number": error.number, "state": error.state, "near": error.near}]
            if error.number == 4060:
                errors.append({"number": 18456, "state": 1})
            return self.refuse("login", errors)
        self.wire.say("login", self.wire.packets(wire.RESULT, self.welcome()))
        self.accepted = True
        self.wire.size = max(512, min(self.login.packet_size or 4096, 32767))
        return True

    def check(self):
        """Raises what is wrong with the login."""
        login, wanted = self.login, self.wanted
        if login.version >> 24 not in (0x72, 0x73, 0x74, 0x08):
            raise Ended
        if login.integrated:
            raise ServerError(18452)
        if self.password != login.password and wanted.get("mistake") != "takesEveryPassword":
            raise ServerError(18456)
        if wanted.get("azureName") and "@" in login.user and self.server_part != wanted["azureName"]:
            raise ServerError(40532, self.server_part)
        self.database = login.database or wanted["databases"][0]
        known = [name.lower() for name in wanted["databases"]]
        if self.database.lower() not in known and wanted.get("mistake") != "takesEveryDatabase":
            raise ServerError(4060)

    @property
    def user(self):
        return self.login.user.partition("@")[0] if self.wanted.get("azureName") else self.login.user

    @property
    def server_part(self):
        return self.login.user.partition("@")[2]

    @property
    def password(self):
        """The one that belongs to the user; None if there is no such user."""
        return self.wanted["logins"].get(self.user)

    def welcome(self):
        login, server = self.login, self.name
        routing = self.wanted.get("routing")
        size = str(max(512, min(login.packet_size or 4096, 32767)))
        database = (
            tokens.change(tokens.DATABASE, self.database, "master")
            + tokens.info(5701, 2, f"Changed database context to '{self.database}'.", server)
        )
        acknowledged = tokens.login_ack(
            0x08000000 if login.version >> 24 == 8 else 0x74000004, self.wanted["properties"]["ProductVersion"])
        if self.wanted.get("mistake") == "noLoginAck":
            acknowledged = b""
        if self.wanted.get("mistake") == "wrongLength":
            acknowledged = acknowledged[:1] + struct.pack("<H", len(acknowledged) + 60) + acknowledged[3:]
        return (
            (b"" if routing else database)
            + tokens.change(tokens.SQL_COLLATION, tokens.COLLATION, b"")
            + tokens.change(tokens.LANGUAGE, "us_english")
            + tokens.info(5703, 1, "Changed language setting to us_english.", server)
            + acknowledged
            + tokens.change(tokens.PACKET_SIZE, size, "4096")
            + (tokens.routing(routing["host"], routing["port"]) if routing else b"")
            + tokens.done()
        )

    # Refusing

    @property
    def name(self):
        return self.wanted["properties"].get("ServerName", "")

    def error(self, wanted):
        severity, text = TEXTS.get(wanted["number"], (16, "Unknown error."))
        values = {
            "user": self.login.user if self.login else "", "database": self.login.database if self.login else "",
            "server": self.name, "address": self.peer[0], "near": wanted.get("near", "")}
        text = wanted.get("text") or text.format(**values)
        severity = wanted.get("severity", severity)
        return tokens.message(0xAA, wanted["number"], wanted["state"], severity, text, self.name)

    def refuse(self, stage, errors=None):
        data = b"".join(self.error(error) for error in errors or self.wanted["errors"])
        self.wire.say(stage, self.wire.packets(wire.RESULT, data + tokens.done(tokens.ERROR)))
        return False

    # Queries

    def serve(self):
        while True:
            kind, data = self.wire.message()
            if kind == wire.ATTENTION:
                answer = tokens.done(tokens.ATTENTION)
            elif kind in (wire.BATCH, wire.CALL, wire.TRANSACTION):
                answer = self.answer(kind, data)
            else:
                raise Ended
            self.wire.say("query", self.wire.packets(wire.RESULT, answer))
            if kind != wire.TRANSACTION and self.fatal():
                return

    def fatal(self):
        errors = self.wanted["errors"] if self.wanted["refuses"] == "query" else []
        return any(error.get("severity", TEXTS.get(error["number"], (0,))[0]) >= 20 for error in errors)

    def answer(self, kind, data):
        body = data[struct.unpack_from("<I", data)[0] :]
        if kind == wire.TRANSACTION:
            return tds_sql.transaction(body)
        if kind == wire.CALL:  # no client that logs in needs one
            return self.error({"number": 2812, "state": 62, "near": ""}) + tokens.done(tokens.ERROR)
        text = body.decode("utf-16-le")
        self.queries.append({"text": text, "encrypted": self.wire.tls is not None})
        if self.wanted["errors"] and self.wanted["refuses"] == "query":
            return b"".join(self.error(error) for error in self.wanted["errors"]) + tokens.done(tokens.ERROR)
        return tds_sql.Batch(self, text).answer()

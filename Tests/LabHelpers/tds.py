"""Fake SQL Servers and SQL Server Browsers; requests like those of lab.py.

What a server is like is a FakeTDS of Tests/Lab/TDSServer.swift, by the same names.
"""

import base64
import pathlib
import socket
import ssl
import threading
import time

import tds_browser
import tds_messages
from serving import serve
from tds_session import Session

VERSIONS = {
    "TLSv1.0": ssl.TLSVersion.TLSv1, "TLSv1.1": ssl.TLSVersion.TLSv1_1, "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3}


def context(pki, wanted, strict):
    """The TLS of a server, for TDS 8.0 or what was before it."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ciphers = wanted.get("ciphers")
    if wanted.get("minTLS") in ("TLSv1.0", "TLSv1.1"):
        ciphers = ciphers or "ALL:@SECLEVEL=0"
    if ciphers:
        made.set_ciphers(ciphers)
    made.minimum_version = VERSIONS[wanted.get("minTLS", "TLSv1.2")]
    made.maximum_version = VERSIONS[wanted.get("maxTLS", "TLSv1.3" if strict else "TLSv1.2")]
    # A ticket would come when the client no longer expects anything of the handshake.
    made.num_tickets = 0
    if strict:
        made.set_alpn_protocols(["tds/8.0"])
    name = pathlib.Path(pki) / wanted["certificate"]
    made.load_cert_chain(f"{name}.crt", f"{name}.key")
    return made


class Server:
    """A port with a server behind it."""

    def __init__(self, pki, wanted):
        self.kinds = [wanted] + wanted["later"]
        self.contexts = [
            {"7.4": context(pki, kind, False), "8.0": context(pki, kind, True)} for kind in self.kinds]
        self.sessions = []
        self.lock = threading.Lock()
        self.port = wanted.get("port") or 0
        for address in wanted["listen"]:
            family = socket.AF_INET6 if ":" in address else socket.AF_INET
            try:
                listener = socket.create_server((address, self.port), family=family, backlog=200)
            except OSError as error:
                if family == socket.AF_INET6 and error.errno in (97, 99):  # no IPv6 on this machine
                    continue
                raise
            self.port = listener.getsockname()[1]
            threading.Thread(target=self.accept, args=(listener,), daemon=True).start()

    def accept(self, listener):
        while True:
            connection, peer = listener.accept()
            with self.lock:
                number = min(len(self.sessions), len(self.kinds) - 1)
                session = Session(connection, peer, self.kinds[number], self.contexts[number])
                ended = threading.Event()
                self.sessions.append((session, ended))
            threading.Thread(target=session.run, args=(ended,), daemon=True).start()


def record(session):
    """What was seen of a connection: a TDSConnection of Tests/Lab/TDSConnection.swift."""
    wire, login = session.wire, session.login
    seen = {
        "peer": session.peer[0],
        "wire": base64.b64encode(bytes(wire.raw)).decode(),
        "inner": base64.b64encode(bytes(wire.inner)).decode(),
        "plainPackets": list(wire.plain_packets), "strict": session.strict, "tls": wire.negotiated,
        "tlsFailure": wire.tls_failure, "hello": tds_messages.client_hello(bytes(wire.hello)),
        "accepted": session.accepted, "sessionEncrypted": session.encrypted, "queries": list(session.queries),
        "end": wire.end}
    if session.options is not None:
        encryption = session.options.get("ENCRYPTION")
        seen["prelogin"] = {
            "encryption": encryption[0] if encryption else None, "options": list(session.options),
            "instance": session.options.get("INSTOPT", b"").rstrip(b"\0").decode("latin-1")}
    if login is not None:
        names = ("user", "database", "application", "client", "server", "library", "integrated")
        seen["login"] = {name: getattr(login, name) for name in names} | {
            "tdsVersion": login.version_text, "readOnlyIntent": login.read_only,
            "passwordGiven": bool(login.password), "passwordRight": login.password == session.password,
            "encrypted": session.login_encrypted}
    return seen


class Stage:
    """Everything that was started, by its number."""

    def __init__(self):
        self.everything = []
        self.lock = threading.Lock()

    def keep(self, thing):
        with self.lock:
            self.everything.append(thing)
            return len(self.everything) - 1

    def serve(self, wanted):
        return self.start(wanted["pki"], wanted["server"])

    def start(self, pki, kind):
        server = Server(pki, kind)
        return {"key": self.keep(server), "port": server.port}

    def browser(self, wanted):
        browser = tds_browser.Browser(wanted["manner"])
        instances = {
            name: self.start(wanted["pki"], kind | {"listen": [browser.address]})
            for name, kind in wanted["instances"].items()}
        browser.serve({name: place["port"] for name, place in instances.items()})
        return {"key": self.keep(browser), "address": browser.address, "instances": instances}

    def asked(self, key):
        return list(self.everything[key].asked)

    def received(self, wanted):
        """What each connection was, when all have ended or patience has."""
        until = time.monotonic() + wanted["patience"]
        sessions = list(self.everything[wanted["key"]].sessions)
        for _, ended in sessions:
            ended.wait(max(0, until - time.monotonic()))
        return [record(session) for session, _ in sessions]


if __name__ == "__main__":
    serve(Stage())

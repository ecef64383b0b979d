"""Logins by MySQL's authentication plugins, as the server sees them."""

import threading

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from mysql_protocol import MySQLError
from mysql_scramble import CACHING, NATIVE, caching, exclusive_or, native

SHA256 = "sha256_password"
CLEAR = "mysql_clear_password"

FAST, FULL, KEY_WANTED = b"\x01\x03", b"\x01\x04", b"\x02"


class Key:
    """The RSA key of one server. It is made when it is first needed."""

    def __init__(self):
        self.private = None
        self.lock = threading.Lock()

    def made(self):
        with self.lock:
            if self.private is None:
                self.private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
            return self.private

    def pem(self):
        return self.made().public_key().public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def password(self, data, nonce):
        """What was encrypted for us, or None."""
        try:
            plain = self.made().decrypt(
                data, padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None))
        except ValueError:
            return None
        times = len(plain) // len(nonce) + 1
        return exclusive_or(plain, nonce * times).rstrip(b"\0")


class Exchange:
    """The exchange of one plugin about one account. `session` is asked to `say` and to `hear`."""

    def __init__(self, session, password, cached):
        self.session = session
        self.password = password
        self.cached = cached

    def accepts(self, plugin, answer, nonce):
        """Whether `answer`, and what is asked for after it, is right."""
        if plugin in (CACHING, NATIVE) and answer in (b"", b"\0"):
            return self.password == b""
        if self.password == b"":
            return answer in (b"", b"\0")
        if plugin == NATIVE:
            if len(answer) != 20:
                raise MySQLError(1043, "08S01", "Bad handshake")
            return answer == native(self.password, nonce)
        if plugin == CACHING:
            return self.caching(answer, nonce)
        if plugin == SHA256:
            return self.told(answer, nonce, b"\x01")
        return answer.rstrip(b"\0") == self.password

    def caching(self, answer, nonce):
        if len(answer) != 32:
            return False
        if self.cached and answer == caching(self.password, nonce):
            self.session.say(FAST)
            return True
        self.session.say(FULL)
        return self.told(self.session.hear(), nonce, KEY_WANTED)

    def told(self, answer, nonce, key_wanted):
        """The password in full: as it is inside TLS, else encrypted with our key, which may be asked for."""
        if self.session.wire.tls is not None:
            return answer == self.password + b"\0"
        if answer == key_wanted:
            self.session.say(b"\x01" + self.session.server.key.pem())
            answer = self.session.hear()
        return self.session.server.key.password(answer, nonce) == self.password

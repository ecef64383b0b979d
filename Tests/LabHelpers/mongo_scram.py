"""The server's half of SCRAM as MongoDB speaks it: RFC 5802 and RFC 7677 inside saslStart and saslContinue.

SCRAM-SHA-1 proves the MD5 of "user:mongo:password" in place of the password (MongoDB's specification of
authentication, "SCRAM-SHA-1"); SCRAM-SHA-256 the password itself, prepared by SASLprep.
"""

import base64
import hashlib
import hmac
import os

ITERATIONS = 4096


class Refused(Exception):
    """The proof is wrong, or the conversation is no SCRAM."""


class Scram:
    def __init__(self, mechanism, user, password, fault=None):
        """`fault`: fewRounds asks for 1000 of them; unproven signs nothing, forged something else."""
        self.fault = fault
        self.rounds = 1000 if fault == "fewRounds" else ITERATIONS
        self.hash = {"SCRAM-SHA-1": "sha1", "SCRAM-SHA-256": "sha256"}[mechanism]
        secret = password.encode()
        if self.hash == "sha1":
            secret = hashlib.md5(f"{user}:mongo:{password}".encode()).hexdigest().encode()
        # As long as mongod's, which libmongoc checks: 16 bytes with SHA-1, 28 with SHA-256.
        self.salt = os.urandom(hashlib.new(self.hash).digest_size - 4)
        self.salted = hashlib.pbkdf2_hmac(self.hash, secret, self.salt, self.rounds)

    def digest(self, key, text):
        return hmac.digest(key, text, self.hash)

    def challenge(self, payload):
        """server-first-message for a client-first-message."""
        if not payload.startswith(b"n,,n="):
            raise Refused
        self.first = payload[3:]
        nonce = fields(self.first)[b"r"]
        self.nonce = nonce + base64.b64encode(os.urandom(18))
        self.challenged = b"r=%s,s=%s,i=%d" % (self.nonce, base64.b64encode(self.salt), self.rounds)
        return self.challenged

    def verdict(self, payload):
        """server-final-message, if the client's proof is right."""
        said = fields(payload)
        bare = payload[: payload.rindex(b",p=")]
        if said[b"r"] != self.nonce or said[b"c"] != b"biws":
            raise Refused
        signed = b",".join([self.first, self.challenged, bare])
        key = self.digest(self.salted, b"Client Key")
        stored = hashlib.new(self.hash, key).digest()
        proof = base64.b64decode(said[b"p"])
        found = bytes(a ^ b for a, b in zip(proof, self.digest(stored, signed)))
        if len(proof) != len(key) or hashlib.new(self.hash, found).digest() != stored:
            raise Refused
        server = self.digest(self.salted, b"Server Key")
        if self.fault == "unproven":
            return b""
        return b"v=" + base64.b64encode(self.digest(server, b"" if self.fault == "forged" else signed))


def fields(message):
    return dict(part.split(b"=", 1) for part in message.split(b",") if b"=" in part)


def user_of(payload):
    """The name in a client-first-message."""
    name = fields(payload[3:])[b"n"].decode()
    return name.replace("=2C", ",").replace("=3D", "=")

"""What MySQL's plugins make of a password and a server's nonce, and how to find it among bytes."""

import hashlib

CACHING = "caching_sha2_password"
NATIVE = "mysql_native_password"


def exclusive_or(left, right):
    return bytes(a ^ b for a, b in zip(left, right))


def native(password, nonce):
    """SHA1(password) XOR SHA1(nonce + SHA1(SHA1(password)))."""
    once = hashlib.sha1(password).digest()
    return exclusive_or(once, hashlib.sha1(nonce + hashlib.sha1(once).digest()).digest())


def caching(password, nonce):
    """SHA256(password) XOR SHA256(SHA256(SHA256(password)) + nonce)."""
    once = hashlib.sha256(password).digest()
    return exclusive_or(once, hashlib.sha256(hashlib.sha256(once).digest() + nonce).digest())


def proofs(passwords, nonces, data):
    """What in these bytes is made of one of the passwords: `password`, or a plugin's name for its scramble."""
    found = set()
    for password in passwords:
        if not password:
            continue
        if password in data:
            found.add("password")
        for nonce in nonces:
            if native(password, nonce) in data:
                found.add(NATIVE)
            if caching(password, nonce) in data:
                found.add(CACHING)
    return found

"""What MySQL's plugins make of a password and a server's nonce, and how to find it among bytes."""

import hashlib

CACHING = "caching_sha2_password"
NATIVE = "mysql_native_password"
OLD = "mysql_old_password"


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


def old_hash(text):
    """The hash of before MySQL 4.1: two numbers."""
    first, second, sum_ = 1345345333, 0x12345671, 7
    for byte in text:
        if byte in b" \t":
            continue
        first ^= (((first & 63) + sum_) * byte + (first << 8)) & 0xFFFFFFFF
        second = (second + ((second << 8) ^ first)) & 0xFFFFFFFF
        sum_ += byte
    return first & 0x7FFFFFFF, second & 0x7FFFFFFF


def old(password, nonce):
    """The scramble of before MySQL 4.1: eight letters that a generator of random numbers makes of the hashes."""
    largest = 0x3FFFFFFF
    seeds = [left ^ right for left, right in zip(old_hash(password), old_hash(nonce[:8]))]
    first, second = (seed % largest for seed in seeds)
    letters = []
    for _ in range(9):
        first = (first * 3 + second) % largest
        second = (first + second + 33) % largest
        letters.append(int(first / largest * 31))
    return bytes((64 + letter) ^ letters[8] for letter in letters[:8])


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
            if old(password, nonce) in data:
                found.add(OLD)
    return found

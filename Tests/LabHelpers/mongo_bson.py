"""As much of BSON (bsonspec.org, version 1.1) as a server of MongoDB's needs to log somebody in."""

import datetime
import struct


class Int64(int):
    """An integer that is written in 64 bits, however small it is."""


def encode(document):
    body = b"".join(element(name, value) for name, value in document.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def element(name, value):
    kind, data = encoded(value)
    return bytes([kind]) + name.encode() + b"\0" + data


def encoded(value):
    if isinstance(value, bool):
        return 0x08, bytes([value])
    if isinstance(value, float):
        return 0x01, struct.pack("<d", value)
    if isinstance(value, int):
        short = not isinstance(value, Int64) and -(2**31) <= value < 2**31
        return (0x10, struct.pack("<i", value)) if short else (0x12, struct.pack("<q", value))
    if isinstance(value, str):
        text = value.encode() + b"\0"
        return 0x02, struct.pack("<i", len(text)) + text
    if isinstance(value, bytes):
        return 0x05, struct.pack("<iB", len(value), 0) + value
    if isinstance(value, dict):
        return 0x03, encode(value)
    if isinstance(value, (list, tuple)):
        return 0x04, encode({str(index): item for index, item in enumerate(value)})
    if isinstance(value, datetime.datetime):
        return 0x09, struct.pack("<q", int(value.timestamp() * 1000))
    if value is None:
        return 0x0A, b""
    raise TypeError(f"no BSON for {type(value)}")


class Reader:
    """Bytes that are taken from the front."""

    def __init__(self, data):
        self.data = data
        self.place = 0

    def take(self, count):
        piece = self.data[self.place : self.place + count]
        if len(piece) < count:
            raise ValueError("BSON that ends too soon")
        self.place += count
        return piece

    def number(self, form):
        return struct.unpack(form, self.take(struct.calcsize(form)))[0]

    def cstring(self):
        end = self.data.index(b"\0", self.place)
        text = self.data[self.place : end].decode()
        self.place = end + 1
        return text

    def string(self):
        return self.take(self.number("<i"))[:-1].decode()

    def document(self):
        self.number("<i")
        found = {}
        while (kind := self.take(1)[0]) != 0:
            name = self.cstring()
            found[name] = self.value(kind)
        return found

    def value(self, kind):
        if kind == 0x01:
            return self.number("<d")
        if kind in (0x02, 0x0D, 0x0E):
            return self.string()
        if kind == 0x03:
            return self.document()
        if kind == 0x04:
            return list(self.document().values())
        if kind == 0x05:
            size = self.number("<i")
            self.take(1)
            return bytes(self.take(size))
        if kind == 0x07:
            return bytes(self.take(12))
        if kind == 0x08:
            return self.take(1) == b"\1"
        if kind in (0x09, 0x11, 0x12):
            return self.number("<q")
        if kind in (0x06, 0x0A):
            return None
        if kind == 0x10:
            return self.number("<i")
        raise ValueError(f"BSON of the unknown type {kind}")

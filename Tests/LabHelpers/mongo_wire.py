"""MongoDB's messages (its documentation, "MongoDB Wire Protocol"): OP_MSG, and OP_QUERY for the first hello."""

import struct

import mongo_bson as bson

OP_REPLY, OP_QUERY, OP_MSG = 1, 2004, 2013


class Message:
    """A command that a client has sent."""

    def __init__(self, number, code, body):
        self.number = number
        self.code = code
        reader = bson.Reader(body)
        reader.number("<I")
        if code == OP_QUERY:
            database = reader.cstring().removesuffix(".$cmd")
            reader.take(8)
            self.command = reader.document()
            self.command.setdefault("$db", database)
        elif code == OP_MSG:
            if reader.take(1) != b"\0":
                raise ValueError("a message whose first section is no body")
            self.command = reader.document()
        else:
            raise ValueError(f"a message with the code {code}")
        if "$query" in self.command:
            self.command = {**self.command["$query"], "$db": self.command["$db"]}

    @property
    def name(self):
        return next(iter(self.command))


def read(wire):
    """The next command."""
    size, number, _, code = struct.unpack("<iiii", wire.take(16))
    return Message(number, code, wire.take(size - 16))


def reply(to, document):
    """The answer to a command, in the form in which it was asked."""
    body = bson.encode(document)
    if to.code == OP_QUERY:
        code, body = OP_REPLY, struct.pack("<iqii", 8, 0, 0, 1) + body
    else:
        code, body = OP_MSG, struct.pack("<IB", 0, 0) + body
    return struct.pack("<iiii", len(body) + 16, 1000 + to.number % 1000, to.number, code) + body

"""Packets of MySQL's client/server protocol (its internals documentation, "Client/Server Protocol")."""

import os
import struct

from wire import Wire

CONNECT_WITH_DB = 1 << 3
PROTOCOL_41 = 1 << 9
SSL = 1 << 11
SECURE_CONNECTION = 1 << 15
PLUGIN_AUTH = 1 << 19
CONNECT_ATTRS = 1 << 20
LENENC_AUTH = 1 << 21
CAN_HANDLE_EXPIRED = 1 << 22
DEPRECATE_EOF = 1 << 24
QUERY_ATTRIBUTES = 1 << 27

# What 8.0 offers, but for TLS, compression, results without metadata and several factors; and what TLS adds.
OFFERED = 0x89FFF7DF
TLS_OFFERED = SSL | 1 << 30

AUTOCOMMIT = 2
OK = b"\0\0\0\2\0\0\0"


class MySQLError(Exception):
    """An error that the client is told: its number, SQLSTATE and text."""

    def __init__(self, code, state, text):
        super().__init__(text)
        self.code, self.state, self.text = code, state, text

    def body(self, early=False):
        """ERR_Packet; `early`: before a client is known, which has no SQLSTATE."""
        mark = b"" if early else b"#" + self.state.encode()
        return b"\xff" + struct.pack("<H", self.code) + mark + self.text.encode()


class MySQLWire(Wire):
    """One connection. Packets are numbered on from the last one that was heard or said."""

    def __init__(self, connection):
        super().__init__(connection)
        self.sequence = 0
        self.server_name = None
        # What was agreed on; it cannot be asked for once a session has broken off.
        self.agreed = None

    def agree(self, context):
        """Shakes hands, and keeps what the client asked for and has shown."""

        def named(tls, name, context):
            self.server_name = name

        context.sni_callback = named
        self.secure(context)
        self.agreed = {
            "version": self.tls.version(), "cipher": self.tls.cipher()[0], "serverName": self.server_name,
            "clientCertificate": self.tls.getpeercert(binary_form=True) is not None}

    def mysql(self):
        """A packet of less than 16 MiB, without its header."""
        return self.numbered()[1]

    def numbered(self):
        """The same with its number."""
        head = self.take(4)
        self.sequence = (head[3] + 1) & 255
        return head[3], self.take(int.from_bytes(head[:3], "little"))

    def say(self, *bodies, pause=0, limit=None):
        """Says packets; with a limit, no more than so many bytes."""
        data = bytearray()
        for body in bodies:
            data += packet(self.sequence, body)
            self.sequence = (self.sequence + 1) & 255
        self.send(memoryview(data)[:limit], pause)


def packet(number, body):
    return len(body).to_bytes(3, "little") + bytes([number & 255]) + body


def fresh_nonce():
    """20 bytes that neither end a string nor are the dollar sign, as MySQL makes them."""
    return bytes(1 + byte % 127 if 1 + byte % 127 != 0x24 else 0x25 for byte in os.urandom(20))


def greeting(version, connection_id, nonce, flags, plugin):
    """HandshakeV10."""
    return (
        b"\x0a" + version.encode() + b"\0" + struct.pack("<I", connection_id) + nonce[:8] + b"\0"
        + struct.pack("<HBHH", flags & 0xFFFF, 255, AUTOCOMMIT, flags >> 16) + b"\x15" + bytes(10)
        + nonce[8:] + b"\0" + plugin.encode() + b"\0")


def rows(flags, columns, values):
    """The packets of a text result set; `flags` are those that both ends have, `values` lists of texts and None."""
    bodies = [length(len(columns))]
    for name in columns:
        definition = b"".join(text(part) for part in (b"def", b"", b"", b"", name.encode(), b""))
        bodies.append(definition + b"\x0c" + struct.pack("<HIBHB", 255, 1024, 0xFD, 0, 31) + b"\0\0")
    end = b"\xfe" + struct.pack("<HH", 0, AUTOCOMMIT)
    if not flags & DEPRECATE_EOF:
        bodies.append(end)
    for row in values:
        bodies.append(b"".join(b"\xfb" if value is None else text(value.encode()) for value in row))
    # Without EOF packets, what ends the rows is an OK packet with EOF's first byte.
    bodies.append(b"\xfe" + OK[1:] if flags & DEPRECATE_EOF else end)
    return bodies


def length(number):
    """A length-encoded integer."""
    if number < 251:
        return bytes([number])
    if number < 1 << 16:
        return b"\xfc" + struct.pack("<H", number)
    return b"\xfd" + number.to_bytes(3, "little")


def text(data):
    """A length-encoded string."""
    return length(len(data)) + data


class Reader:
    """Reads the fields of a packet; what does not fit is error 1043."""

    def __init__(self, data):
        self.data, self.place = data, 0

    def bytes(self, count):
        piece = self.data[self.place : self.place + count]
        if len(piece) < count:
            raise MySQLError(1043, "08S01", "Bad handshake")
        self.place += count
        return piece

    def number(self, count):
        return int.from_bytes(self.bytes(count), "little")

    def length(self):
        first = self.number(1)
        return first if first < 251 else self.number({0xFC: 2, 0xFD: 3}.get(first, 1 << 24))

    def text(self):
        return self.bytes(self.length())

    def to_zero(self):
        end = self.data.find(b"\0", self.place)
        piece = self.bytes((len(self.data) if end < 0 else end) - self.place)
        self.place += 1
        return piece

    @property
    def rest(self):
        return self.data[self.place :]


class Login:
    """HandshakeResponse41."""

    def __init__(self, body):
        reader = Reader(body)
        self.capabilities = reader.number(4)
        if not self.capabilities & PROTOCOL_41:
            raise MySQLError(1043, "08S01", "Bad handshake")
        reader.bytes(4 + 1 + 23)  # the largest packet, the character set, nothing
        self.user = reader.to_zero().decode(errors="replace")
        if self.capabilities & LENENC_AUTH:
            self.answer = reader.text()
        elif self.capabilities & SECURE_CONNECTION:
            self.answer = reader.bytes(reader.number(1))
        else:
            self.answer = reader.to_zero()
        self.database, self.plugin, self.attributes = "", "", {}
        if self.capabilities & CONNECT_WITH_DB:
            self.database = reader.to_zero().decode(errors="replace")
        if self.capabilities & PLUGIN_AUTH:
            self.plugin = reader.to_zero().decode(errors="replace")
        if self.capabilities & CONNECT_ATTRS and reader.rest:
            inner = Reader(reader.text())
            while inner.rest:
                name = inner.text().decode(errors="replace")
                self.attributes[name] = inner.text().decode(errors="replace")

    def described(self):
        return {
            "user": self.user, "database": self.database, "plugin": self.plugin,
            "capabilities": self.capabilities, "attributes": self.attributes}

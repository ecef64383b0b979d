"""The tokens of a fake SQL Server's answers (MS-TDS 2.2.7), and its errors."""

import struct

COLLATION = bytes.fromhex("0904d00034")
DATABASE, LANGUAGE, PACKET_SIZE, SQL_COLLATION, BEGIN, COMMIT, ROLLBACK, ROUTING = 1, 2, 4, 7, 8, 9, 10, 20
MORE, ERROR, COUNT, ATTENTION = 0x01, 0x02, 0x10, 0x20


def short_text(text):
    return bytes([len(text)]) + text.encode("utf-16-le")


def long_text(text):
    return struct.pack("<H", len(text)) + text.encode("utf-16-le")


def token(kind, body):
    return bytes([kind]) + struct.pack("<H", len(body)) + body


def change(kind, new, old=""):
    """ENVCHANGE; values that are no texts come as bytes."""
    parts = (short_text(value) if isinstance(value, str) else bytes([len(value)]) + value for value in (new, old))
    return token(0xE3, bytes([kind]) + b"".join(parts))


def routing(host, port):
    value = struct.pack("<BH", 0, port) + long_text(host)
    return token(0xE3, bytes([ROUTING]) + struct.pack("<H", len(value)) + value + b"\0\0")


def message(kind, number, state, severity, text, server, line=1):
    head = struct.pack("<iBB", number, state, severity)
    return token(kind, head + long_text(text) + short_text(server) + short_text("") + struct.pack("<i", line))


def info(number, state, text, server):
    return message(0xAB, number, state, 0 if number == 5703 else 10, text, server)


def login_ack(version, product_version):
    major, minor, build = (int(part) for part in product_version.split(".")[:3])
    name = short_text("Microsoft SQL Server")
    return token(0xAD, b"\x01" + struct.pack("!I", version) + name + struct.pack("!BBH", major, minor, build))


def done(status=0, rows=0):
    return b"\xfd" + struct.pack("<HHQ", status, 0xC1 if status & COUNT else 0, rows)


class Column:
    """A column of a result: its name, and its type as TYPE_INFO has it."""

    def __init__(self, name, kind):
        self.name = name
        self.kind = kind

    def metadata(self):
        types = {
            "int": b"\x26\x04",
            "text": b"\xe7" + struct.pack("<H", 8000) + COLLATION,
            "variant": b"\x62" + struct.pack("<I", 8009),
        }
        return struct.pack("<IH", 0, 0x0009) + types[self.kind] + short_text(self.name)

    def value(self, value):
        if self.kind == "variant":
            return self.variant(value)
        if self.kind == "int":
            return b"\0" if value is None else b"\x04" + struct.pack("<i", int(value))
        if value is None:
            return b"\xff\xff"
        data = str(value).encode("utf-16-le")
        return struct.pack("<H", len(data)) + data

    @staticmethod
    def variant(value):
        """sql_variant: its length, base type, properties of that type, value (2.2.5.5.4)."""
        if value is None:
            return struct.pack("<I", 0)
        if isinstance(value, int):
            inner = b"\x38\x00" + struct.pack("<i", value)
        else:
            inner = b"\xe7\x07" + COLLATION + struct.pack("<H", 256) + value.encode("utf-16-le")
        return struct.pack("<I", len(inner)) + inner


def rows(columns, *values):
    """COLMETADATA and a ROW for each list of values."""
    result = b"\x81" + struct.pack("<H", len(columns)) + b"".join(column.metadata() for column in columns)
    for row in values:
        result += b"\xd1" + b"".join(column.value(value) for column, value in zip(columns, row))
    return result

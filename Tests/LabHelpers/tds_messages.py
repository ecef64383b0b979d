"""What clients say before they are logged in: PRELOGIN and LOGIN7 (MS-TDS 2.2.6.4, 2.2.6.5), ClientHello."""

import struct

OPTIONS = ["VERSION", "ENCRYPTION", "INSTOPT", "THREADID", "MARS", "TRACEID", "FEDAUTHREQUIRED", "NONCEOPT"]
OFF, ON, NOT_SUP, REQ = range(4)
VERSIONS = {0x0301: "TLSv1.0", 0x0302: "TLSv1.1", 0x0303: "TLSv1.2", 0x0304: "TLSv1.3"}


class Malformed(Exception):
    """It is not what it should be."""


def prelogin(data):
    """The options, by their names."""
    options = {}
    place = 0
    try:
        while data[place] != 0xFF:
            token, offset, length = struct.unpack_from("!BHH", data, place)
            name = OPTIONS[token] if token < len(OPTIONS) else str(token)
            if offset + length > len(data):
                raise Malformed
            options[name] = data[offset : offset + length]
            place += 5
    except (IndexError, struct.error) as error:
        raise Malformed from error
    if next(iter(options), None) != "VERSION":
        raise Malformed
    return options


def prelogin_answer(options):
    """The options, by their names, as a message."""
    place = 5 * len(options) + 1
    head = body = b""
    for name, value in options.items():
        head += struct.pack("!BHH", OPTIONS.index(name), place + len(body), len(value))
        body += value
    return head + b"\xff" + body


def negotiated(encryption, asked):
    """What a server answers to ENCRYPTION."""
    if encryption == "notSupported":
        return NOT_SUP
    if encryption == "required":
        return ON if asked in (ON, REQ) else REQ
    return {OFF: OFF, NOT_SUP: NOT_SUP}.get(asked, ON)


class Login:
    """LOGIN7."""

    def __init__(self, data):
        try:
            self.read(data)
        except (struct.error, UnicodeDecodeError, IndexError) as error:
            raise Malformed from error

    def read(self, data):
        length, self.version, self.packet_size = struct.unpack_from("<III", data, 0)
        if length != len(data):
            raise Malformed
        self.integrated = bool(data[25] & 0x80)
        self.read_only = bool(data[26] & 0x20)

        def text(place):
            return self.field(data, place).decode("utf-16-le")

        self.client, self.user = text(36), text(40)
        hidden = self.field(data, 44)
        self.password = bytes(
            ((byte ^ 0xA5) << 4 | (byte ^ 0xA5) >> 4) & 255 for byte in hidden).decode("utf-16-le")
        self.application, self.server = text(48), text(52)
        self.library, self.language, self.database = text(60), text(64), text(68)

    @staticmethod
    def field(data, place):
        start, characters = struct.unpack_from("<HH", data, place)
        if start + 2 * characters > len(data):
            raise Malformed
        return data[start : start + 2 * characters]

    @property
    def version_text(self):
        return "8.0" if self.version >> 24 == 8 else f"{self.version >> 28}.{self.version >> 24 & 15}"


def client_hello(data):
    """What a ClientHello says (RFC 8446 4.1.2), from the records that hold it; None if it is not whole."""
    message = b""
    while len(data) >= 5 and data[0] == 22:
        length = struct.unpack_from("!H", data, 3)[0]
        message += data[5 : 5 + length]
        data = data[5 + length :]
    try:
        if message[0] != 1 or len(message) < 4 + int.from_bytes(message[1:4]):
            return None
        return hello_fields(message)
    except (IndexError, struct.error, UnicodeDecodeError):
        return None


def hello_fields(message):
    newest = struct.unpack_from("!H", message, 4)[0]
    place = 38 + 1 + message[38]
    place += 2 + struct.unpack_from("!H", message, place)[0]
    place += 1 + message[place] + 2
    name, protocols = None, []
    while place + 4 <= len(message):
        kind, length = struct.unpack_from("!HH", message, place)
        body = message[place + 4 : place + 4 + length]
        place += 4 + length
        if kind == 0:
            name = body[5:].decode()
        elif kind == 16:
            rest = body[2:]
            while rest:
                protocols.append(rest[1 : 1 + rest[0]].decode())
                rest = rest[1 + rest[0] :]
        elif kind == 43:
            offered = struct.unpack(f"!{body[0] // 2}H", body[1 : 1 + body[0]])
            newest = max(version for version in offered if version in VERSIONS)
    return {"serverName": name, "alpn": protocols, "newest": VERSIONS.get(newest, hex(newest))}

"""CQL's native protocol as a server speaks it, versions 3 to 5: frames, and the segments that v5 puts them in."""

import struct
import zlib

from wire import Ended, Wire

ERROR, STARTUP, READY, AUTHENTICATE, OPTIONS, SUPPORTED, QUERY, RESULT = 0, 1, 2, 3, 5, 6, 7, 8
REGISTER, AUTH_CHALLENGE, AUTH_RESPONSE, AUTH_SUCCESS = 0x0B, 0x0E, 0x0F, 0x10
LONGEST_SEGMENT = 0x1FFFF


def crc24(data):
    """native_protocol_v5.spec, section 2.1: the checksum of a segment's header."""
    crc = 0x875060
    for byte in data:
        crc ^= byte << 16
        for _ in range(8):
            crc <<= 1
            if crc & 0x1000000:
                crc ^= 0x1974F0B
    return crc


def crc32(data):
    """The checksum of a segment's payload."""
    return zlib.crc32(data, zlib.crc32(b"\xfa\x2d\x55\xca"))


def segment(payload, whole=True):
    head = (len(payload) | (0x20000 if whole else 0)).to_bytes(3, "little")
    return head + crc24(head).to_bytes(3, "little") + payload + crc32(payload).to_bytes(4, "little")


def segments(frame):
    """A frame in one segment, or in as many as it takes."""
    pieces = [frame[start : start + LONGEST_SEGMENT] for start in range(0, len(frame), LONGEST_SEGMENT)]
    return b"".join(segment(piece, len(pieces) == 1) for piece in pieces)


class CQLWire(Wire):
    """One connection, as a server sees it."""

    def __init__(self, connection):
        super().__init__(connection)
        self.segmented = False
        self.payload = bytearray()

    def frame(self):
        """The next request: version, stream, opcode and body."""
        source = self.unpacked if self.segmented else self.take
        version, _, stream, opcode, length = struct.unpack("!BBhBI", source(9))
        return version, stream, opcode, source(length)

    def unpacked(self, count):
        """So many bytes out of segments."""
        while len(self.payload) < count:
            head = self.take(6)
            if crc24(head[:3]) != int.from_bytes(head[3:], "little"):
                raise Ended
            payload = self.take(int.from_bytes(head[:3], "little") & LONGEST_SEGMENT)
            if crc32(payload) != int.from_bytes(self.take(4), "little"):
                raise Ended
            self.payload += payload
        data = bytes(self.payload[:count])
        del self.payload[:count]
        return data

    def answer(self, version, stream, opcode, body=b"", flags=0):
        frame = struct.pack("!BBhBI", 0x80 | version, flags, stream, opcode, len(body)) + body
        self.send(segments(frame) if self.segmented else frame)

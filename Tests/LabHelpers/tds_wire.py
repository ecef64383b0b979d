"""One connection of a fake SQL Server: packets, TLS inside and around them, what was heard, and misbehaviour."""

import ssl
import struct
import time

from wire import Ended, Wire

# The types of packets (MS-TDS 2.2.3.1.1).
BATCH, CALL, RESULT, ATTENTION, TRANSACTION, LOGIN, PRELOGIN = 0x01, 0x03, 0x04, 0x06, 0x0E, 0x10, 0x12
END_OF_MESSAGE = 0x01
HANDSHAKE_RECORD = 0x16

# What half an answer is called.
MIDDLES = {"prelogin": "midPrelogin", "serverHello": "midHandshake", "login": "midLogin", "query": "midQuery"}


class TDSWire(Wire):
    """The server's end. `raw` is everything on the line, `inner` what came inside TLS."""

    def __init__(self, connection, wanted):
        super().__init__(connection)
        self.misbehaviour = wanted.get("misbehaviour")
        self.mistake = wanted.get("mistake")
        self.raw = bytearray()
        self.records = bytearray()
        self.hello = bytearray()
        self.plain_packets = []
        self.tls_failure = None
        self.negotiated = None
        self.size = 4096
        self.end = "open"

    # Bytes on the line

    def receive(self):
        try:
            data = self.socket.recv(65536)
        except TimeoutError:
            self.end = "ours"
            raise Ended from None
        except OSError:
            self.end = "broken"
            raise Ended from None
        if not data:
            self.end = "closed"
            raise Ended
        self.raw += data
        return data

    def more(self):
        if self.tls is None:
            self.waiting += self.receive()
            return
        while True:
            try:
                data = self.tls.read(65536)
            except ssl.SSLWantReadError:
                self.incoming.write(self.record())
                continue
            except ssl.SSLError as error:
                self.tls_failure = str(error)
                raise Ended from error
            if not data:
                self.end = "closed"
                raise Ended
            self.inner += data
            self.waiting += data
            return

    def record(self):
        """One record of TLS and no byte of what follows it, which may be plain."""
        while len(self.records) < 5 or len(self.records) < self.record_length():
            self.records += self.receive()
        length = self.record_length()
        data = bytes(self.records[:length])
        del self.records[:length]
        return data

    def record_length(self):
        return 5 + struct.unpack_from("!H", self.records, 3)[0] if 20 <= self.records[0] <= 24 else len(self.records)

    def leave_tls(self):
        """What follows is plain."""
        self.tls = None
        self.waiting += self.records
        self.records.clear()

    # Packets

    def packet(self):
        kind, status, length = struct.unpack("!BBH", self.take(8)[:4])
        if not 8 <= length <= 32767:
            raise Ended
        if self.tls is None:
            self.plain_packets.append(kind)
        return kind, self.take(length - 8), status & END_OF_MESSAGE

    def message(self, first=None):
        """A whole message, of which the first packet may have been read."""
        kind, data, last = first or self.packet()
        while not last:
            _, more, last = self.packet()
            data += more
        return kind, data

    def packets(self, kind, data):
        """A message cut into packets."""
        room = self.size - 8
        pieces = [data[start : start + room] for start in range(0, len(data), room)] or [b""]
        form = "<BBHHBB" if self.mistake == "wrongByteOrder" else "!BBHHBB"
        return b"".join(
            struct.pack(form, kind, number == len(pieces), len(piece) + 8, 0, number & 255, 0) + piece
            for number, piece in enumerate(pieces, 1))

    # What is said, and what is said instead

    def say(self, stage, data=b""):
        """Says what belongs to a stage, unless this is where it misbehaves."""
        where = self.misbehaviour and self.misbehaviour["at"]
        if where == stage:
            self.misbehave(data)
        elif where and where == MIDDLES.get(stage):
            self.send(data[: len(data) // 2])
            self.misbehave(data[len(data) // 2 :])
        elif data:
            self.send(data)

    def misbehave(self, data):
        wanted = self.misbehaviour
        act, pause, own = wanted["act"], wanted["pause"], bytes(wanted["bytes"])
        if own:
            self.send(own, pause)
        if act == "stall":
            self.listen()
        elif act == "close":
            self.finish()
        elif act == "reset":
            self.end = "ours"
            self.reset()
        elif act == "goodbye":
            self.goodbye()
        elif act == "dribble":
            self.send(data, pause)
        else:
            if not own:
                time.sleep(pause)
            if data:
                self.send(data)

    def goodbye(self):
        """close_notify, then FIN."""
        if self.tls is not None:
            try:
                self.tls.unwrap()
            except ssl.SSLError:
                pass
            self.transmit(self.outgoing.read())
        self.finish()

    # TLS

    def secure(self, context, first=None):
        """Shakes hands: bare, or inside PRELOGIN packets, of which the first has been read."""
        wrapped = first is not None
        tls = context.wrap_bio(self.incoming, self.outgoing, server_side=True)
        stages = ["serverHello", "finished"]
        data = first if wrapped else b""
        while True:
            if data:
                self.incoming.write(data)
                if len(stages) == 2:
                    self.hello += data
            failure = None
            try:
                tls.do_handshake()
                break
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLError as error:
                failure = error
            self.flight(stages, wrapped)
            if failure:
                self.tls_failure = str(failure)
                raise Ended from failure
            data = self.piece() if wrapped else self.record()
        self.flight(stages, wrapped)
        self.tls = tls
        self.negotiated = {
            "version": tls.version(), "cipher": tls.cipher()[0], "alpn": tls.selected_alpn_protocol()}
        self.records += self.waiting
        self.waiting.clear()
        self.say("secured")

    def flight(self, stages, wrapped):
        data = self.outgoing.read()
        if data:
            stage = stages.pop(0) if len(stages) > 1 else stages[0]
            self.say(stage, self.packets(PRELOGIN, data) if wrapped and self.mistake != "bareHandshake" else data)

    def piece(self):
        """The payload of another PRELOGIN packet; everything else ends the connection (3.3.5.2)."""
        kind, data, _ = self.packet()
        if kind != PRELOGIN:
            raise Ended
        return data

"""A DNS server (RFC 1035) that knows the records it is told, for tests of `mongodb+srv://`.

It listens on a loopback address that is its own, on port 53, since /etc/resolv.conf can name no port.
"""

import random
import socket
import struct
import threading
import urllib.parse

TYPES = {"A": 1, "TXT": 16, "AAAA": 28, "SRV": 33}


def labels(name):
    """A name's labels; `%XX` in one is a byte, such as a dot that is no separator."""
    parts = [urllib.parse.unquote_to_bytes(part) for part in name.rstrip(".").split(".") if part]
    return b"".join(bytes([len(part)]) + part for part in parts) + b"\0"


def data(kind, value):
    if kind == "A":
        return socket.inet_pton(socket.AF_INET, value)
    if kind == "AAAA":
        return socket.inet_pton(socket.AF_INET6, value)
    if kind == "TXT":
        # Parts are joined by whoever reads them (RFC 7208 section 3.3 does so, MongoDB too).
        return b"".join(bytes([len(part)]) + part.encode() for part in value.split("|"))
    port, target = value.split(" ")
    return struct.pack("!HHH", 0, 5, int(port)) + labels(target)


class Server:
    """`records` is a list of {"name", "kind", "value"}; an SRV's value is "port target", a TXT's parts are
    separated by bars. `behaviour`: answer, silence, refuse (REFUSED), fail (SERVFAIL), truncate (TC, then TCP) or
    garbage."""

    def __init__(self, wanted):
        self.records = wanted["records"]
        self.behaviour = wanted["behaviour"]
        self.questions = []
        while True:
            self.address = f"127.{random.randint(1, 254)}.{random.randint(0, 254)}.{random.randint(1, 254)}"
            self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            try:
                self.socket.bind((self.address, 53))
                self.listener = socket.create_server((self.address, 53))
                break
            except OSError as error:
                if error.errno != 98:  # the address is taken
                    raise
        self.port = 53
        threading.Thread(target=self.serve, daemon=True).start()
        threading.Thread(target=self.serve_streams, daemon=True).start()

    def heard(self):
        return self.questions

    def serve(self):
        while True:
            query, client = self.socket.recvfrom(4096)
            answer = self.answer(query, self.behaviour == "truncate")
            if answer is not None:
                self.socket.sendto(answer, client)

    def serve_streams(self):
        while True:
            client, _ = self.listener.accept()
            threading.Thread(target=self.serve_stream, args=(client,), daemon=True).start()

    def serve_stream(self, client):
        with client, client.makefile("rb") as stream:
            while head := stream.read(2):
                answer = self.answer(stream.read(struct.unpack("!H", head)[0]), False)
                if answer is not None:
                    client.sendall(struct.pack("!H", len(answer)) + answer)

    def answer(self, query, truncates):
        place, parts = 12, []
        while (size := query[place]) != 0:
            parts.append(query[place + 1 : place + 1 + size].decode())
            place += size + 1
        question = query[12 : place + 5]
        name, kind = ".".join(parts).lower(), struct.unpack("!H", query[place + 1 : place + 3])[0]
        self.questions.append(f"{name} {kind}")
        if self.behaviour == "silence":
            return None
        if self.behaviour == "garbage":
            return query[:2] + b"\x84\x00\x00\x01\x00\x09\x00\x00\x00\x00" + question + b"\xc0\x0c" * 20
        code = {"refuse": 5, "fail": 2}.get(self.behaviour)
        known = [record for record in self.records if record["name"].lower() == name]
        found = [record for record in known if TYPES[record["kind"]] == kind]
        if code is None:
            code = 0 if known else 3
        flags = 0x8480 | (0x0200 if truncates else 0) | code
        if truncates or code not in (0, 3):
            found = []
        answer = query[:2] + struct.pack("!HHHHH", flags, 1, len(found), 0, 0) + question
        for record in found:
            body = data(record["kind"], record["value"])
            answer += b"\xc0\x0c" + struct.pack("!HHIH", kind, 1, 60, len(body)) + body
        return answer

"""SQL Server Browser (MC-SQLR): tells on which port an instance listens."""

import secrets
import socket
import struct
import threading

PORT = 1434
ASK_ALL, ASK_ALL_HERE, ASK_ONE, ANSWER = 2, 3, 4, 5


def own_address():
    """A UDP socket on port 1434 of a loopback address that nobody else has it on."""
    for _ in range(100):
        address = "127.{}.{}.{}".format(*(1 + secrets.randbelow(253) for _ in range(3)))
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            sock.bind((address, PORT))
            return sock, address
        except OSError as error:
            sock.close()
            last = error
    raise RuntimeError(f"no loopback address with UDP port {PORT} free (macOS has 127.0.0.1 only): {last}")


class Browser:
    """Answers on an address of its own; `manner` is how. Its instances are told to it once they listen."""

    def __init__(self, manner):
        self.manner = manner
        self.instances = {}
        self.asked = []
        self.socket, self.address = own_address()

    def serve(self, instances):
        """Begins to answer, with the port of each instance."""
        self.instances = instances
        threading.Thread(target=self.listen, daemon=True).start()

    def listen(self):
        while True:
            data, peer = self.socket.recvfrom(2048)
            name = data[1:].partition(b"\0")[0].decode("latin-1")
            self.asked.append(name)
            answer = self.answer(data[0] if data else 0, name)
            if answer:
                self.socket.sendto(answer, peer)

    def answer(self, kind, name):
        if self.manner == "silent":
            return None
        if self.manner == "garbage":
            return b"HTTP/1.1 400 Bad Request\r\n\r\n"
        known = {key.upper(): (key, port) for key, port in self.instances.items()}
        if kind in (ASK_ALL, ASK_ALL_HERE):
            found = list(self.instances.items())
        elif kind == ASK_ONE and name.upper() in known:
            found = [known[name.upper()]]
        else:
            return None  # such an instance there is not, and so there is no answer (2.2.5)
        if self.manner == "another":
            found = [("SOMETHINGELSE", port) for _, port in found]
        if self.manner == "swapped":
            names = list(self.instances)
            found = [(name, self.instances[names[names.index(name) - 1]]) for name, _ in found]
        text = "".join(self.entry(*each) for each in found).encode()
        head = bytes([ANSWER]) + struct.pack("<H", len(text))
        return (head + text)[:-20] if self.manner == "truncated" else head + text

    def entry(self, name, port):
        way = f"np;\\\\LAB\\pipe\\MSSQL${name}\\sql\\query" if self.manner == "withoutTCP" else f"tcp;{port}"
        return f"ServerName;LAB;InstanceName;{name};IsClustered;No;Version;16.0.1000.6;{way};;"

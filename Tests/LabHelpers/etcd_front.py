"""What stands in front of etcd and ends its TLS, as balancers do: for versions of TLS that etcd itself has no setting
for."""

import socket
import ssl
import threading

import process
from serving import readable

VERSIONS = {"1.1": ssl.TLSVersion.TLSv1_1, "1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class Front:
    """Listens on a port of both loopback addresses and passes on to `to` what comes inside TLS."""

    def __init__(self, to, wanted, pki):
        self.to = to
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(pki / f"{wanted['certificate']}.crt", pki / f"{wanted['certificate']}.key")
        version = VERSIONS[wanted["front"]]
        if version == ssl.TLSVersion.TLSv1_1:
            self.context.set_ciphers("ALL:@SECLEVEL=0")
        self.context.minimum_version = self.context.maximum_version = version
        self.context.set_alpn_protocols(["h2"])
        if wanted.get("clientCA"):
            self.context.verify_mode = ssl.CERT_REQUIRED
            self.context.load_verify_locations(pki / wanted["clientCA"])
        self.port = process.free_port()
        for address, family in (("127.0.0.1", socket.AF_INET), ("::1", socket.AF_INET6)):
            try:
                listener = socket.create_server((address, self.port), family=family)
            except OSError:
                continue  # no IPv6 on this machine
            threading.Thread(target=self.listen, args=(listener,), daemon=True).start()

    def listen(self, listener):
        while True:
            client, _ = listener.accept()
            threading.Thread(target=self.answer, args=(client,), daemon=True).start()

    def answer(self, client):
        try:
            with client, socket.create_connection(("127.0.0.1", self.to)) as server:
                self.forward(self.context.wrap_socket(client, server_side=True), server)
        except OSError:
            pass  # the client has gone, or shows no good certificate

    @staticmethod
    def forward(client, server):
        """Both ways in one thread, since OpenSSL takes no two of them for a connection."""
        with client:
            while True:
                found = [client] if client.pending() else readable([client, server])
                for source in found:
                    data = source.recv(65536)
                    if not data:
                        return
                    (server if source is client else client).sendall(data)

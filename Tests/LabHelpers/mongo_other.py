"""BriskDB's listener for MongoDB's clients: a server that is not ours. It has TLS and no logins."""


class Server:
    """Lives in this process; `wanted` may name a certificate."""

    def __init__(self, folder, wanted, pki):
        import briskdb  # not on every platform

        tls = {}
        if name := wanted.get("certificate"):
            tls = {"mongo_tls_cert": str(pki / f"{name}.crt"), "mongo_tls_key": str(pki / f"{name}.key")}
        self.database = briskdb.open(str(folder), shards=2, documents=True)
        self.server = self.database.serve(mongo="127.0.0.1:0", **tls)
        self.port = int(self.server.mongo_address.rsplit(":", 1)[1])

    def heard(self):
        """It does not tell."""
        return []

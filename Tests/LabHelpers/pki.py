"""Mints every certificate, key and revocation list of the lab: `pki.py FOLDER`.

Names of files: NAME.crt (a server's or client's chain, its own certificate first), NAME.key, and NAME.pem for
what a client is told to trust or to look up.
"""

import datetime
import ipaddress
import os
import pathlib
import subprocess
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

NOW = datetime.datetime.now(datetime.timezone.utc).replace(microsecond=0)
DAY = datetime.timedelta(days=1)
VALID = (NOW - DAY, NOW + 365 * DAY)
EXPIRED = (NOW - 90 * DAY, NOW - DAY)
FUTURE = (NOW + DAY, NOW + 90 * DAY)
ENDING = (NOW - DAY, NOW + 10 * DAY)

LOCAL = ["localhost", "127.0.0.1", "::1"]
PASSPHRASE = b"key-Passphrase-77"


def distinguished(common_name):
    """A subject; without a common name one that names nobody."""
    if common_name is None:
        return x509.Name([x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab")])
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def alternative(name):
    if isinstance(name, x509.GeneralName):
        return name
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Identity:
    """A certificate, its key, and who signed it (None: itself)."""

    def __init__(self, common_name, issuer=None, names=(), ca=False, usage=None, period=VALID):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.issuer = issuer
        signer = issuer or self
        self.name = distinguished(common_name)
        public = self.key.public_key()
        builder = (
            x509.CertificateBuilder()
            .subject_name(self.name)
            .issuer_name(signer.name)
            .public_key(public)
            .serial_number(x509.random_serial_number())
            .not_valid_before(period[0])
            .not_valid_after(period[1])
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.key.public_key()), critical=False)
        )
        if ca:
            allowed = dict.fromkeys(
                ["digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
                 "key_agreement", "encipher_only", "decipher_only"], False)
            builder = builder.add_extension(
                x509.KeyUsage(key_cert_sign=True, crl_sign=True, **allowed), critical=True)
        if usage:
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
        if names:
            builder = builder.add_extension(
                x509.SubjectAlternativeName([alternative(name) for name in names]), critical=False)
        self.certificate = builder.sign(signer.key, hashes.SHA256())

    @property
    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def key_pem(self, passphrase=None):
        protection = (
            serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption())
        return self.key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, protection)


def revocations(issuer, *revoked, period=VALID):
    """A revocation list of `issuer`, as PEM."""
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.name)
        .last_update(period[0])
        .next_update(period[1])
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), critical=False)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    for identity in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder()
            .serial_number(identity.certificate.serial_number)
            .revocation_date(period[0])
            .build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


class Folder:
    """Where the files go. Keys are for their owner alone, and a server's belong to the server's user."""

    def __init__(self, path, server_user):
        self.path = pathlib.Path(path)
        self.path.mkdir(parents=True, exist_ok=True)
        self.server_user = server_user

    def write(self, name, *parts, mode=0o644):
        path = self.path / name
        path.write_bytes(b"".join(parts))
        path.chmod(mode)
        return path

    def server(self, name, identity, *chain):
        self.write(name + ".crt", identity.pem, *(link.pem for link in chain))
        key = self.write(name + ".key", identity.key_pem(), mode=0o600)
        if self.server_user:
            os.chown(key, *self.server_user)

    def client(self, name, identity):
        self.write(name + ".crt", identity.pem)
        self.write(name + ".key", identity.key_pem(), mode=0o600)


def mint(path, server_user=None):
    """Writes the whole PKI into a folder; `server_user` is the (uid, gid) that servers run as, if not ours."""
    folder = Folder(path, server_user)
    root = Identity("Lab Root CA", ca=True)
    other = Identity("Other Root CA", ca=True)
    between = Identity("Lab Intermediate CA", root, ca=True)
    withdrawn = Identity("Lab Withdrawn CA", root, ca=True)
    folder.write("ca.pem", root.pem)
    folder.write("other-ca.pem", other.pem)
    folder.write("intermediate.pem", between.pem)
    folder.write("two-cas.pem", other.pem, root.pem)
    folder.write("root-and-intermediate.pem", root.pem, between.pem)
    folder.write("garbage.pem", b"This is a text and no certificate.\n")
    folder.write("broken.pem", root.pem.replace(b"MII", b"XXX", 1))
    folder.write("empty.pem")
    # A folder as OpenSSL wants it for SSL_CERT_DIR: names are hashes of the subjects.
    trusted = Folder(folder.path / "trusted", None)
    trusted.write("ca.pem", root.pem)
    subprocess.run(["openssl", "rehash", trusted.path], check=True, stdout=subprocess.DEVNULL)

    def server(name, common_name, issuer, names=(), chain=(), period=VALID):
        identity = Identity(common_name, issuer, names, usage=ExtendedKeyUsageOID.SERVER_AUTH, period=period)
        folder.server(name, identity, *chain)
        return identity

    server("good", "localhost", root, LOCAL)
    chained = server("chained", "localhost", between, LOCAL, chain=[between])
    server("unchained", "localhost", between, LOCAL)
    server("withdrawn-ca", "localhost", withdrawn, LOCAL, chain=[withdrawn])
    server("self-signed", "localhost", None, LOCAL)
    server("unknown-ca", "localhost", other, LOCAL)
    server("expired", "localhost", root, LOCAL, period=EXPIRED)
    server("future", "localhost", root, LOCAL, period=FUTURE)
    server("ending", "localhost", root, LOCAL, period=ENDING)
    revoked = server("revoked", "localhost", root, LOCAL)
    server("wrong-name", "db.example.test", root, ["db.example.test"])
    server("address", "10.9.8.7", root, ["10.9.8.7"])
    server("wildcard", "wildcard", root, ["*.example.test"])
    server("partial-wildcard", "wildcard", root, ["db*.example.test"])
    server("name-only", "localhost", root, ["localhost"])
    server("cn-only", "localhost", root)
    server("cn-address", "127.0.0.1", root)
    server("cn-and-san", "localhost", root, ["other.example.test"])
    server("cn-and-address", "localhost", root, ["10.9.8.7"])
    server("nameless", None, root)
    server("many-kinds", "localhost", root, [
        x509.DirectoryName(distinguished("a directory")), x509.RegisteredID(x509.ObjectIdentifier("1.2.3.4")),
        x509.OtherName(x509.ObjectIdentifier("1.2.3.5"), b"\x0c\x01x"), x509.RFC822Name("dba@example.test"),
        x509.UniformResourceIdentifier("https://example.test/"), *LOCAL])
    # What is sent is not what is built: the certificate between has nothing to do with the two around it.
    old = Identity("Lab Expired CA", root, ca=True, period=EXPIRED)
    server("detour", "localhost", old, LOCAL, chain=[other, old])

    def crl(name, *parts):
        folder.write(f"crl-{name}.pem", *parts)

    of_root = revocations(root)
    of_between = revocations(between)
    crl("root", of_root)
    crl("root-revoked", revocations(root, revoked, withdrawn))
    crl("root-expired", revocations(root, period=EXPIRED))
    crl("other", revocations(other))
    crl("intermediate", of_between)
    crl("intermediate-revoked", revocations(between, chained))
    crl("both", of_root, of_between)
    crl("intermediate-and-root-expired", of_between, revocations(root, period=EXPIRED))
    crl("withdrawn", revocations(withdrawn), revocations(root, withdrawn))

    def client(name, issuer, period=VALID, common_name="tester"):
        identity = Identity(common_name, issuer, usage=ExtendedKeyUsageOID.CLIENT_AUTH, period=period)
        folder.client(name, identity)
        return identity

    trusted = client("client", root)
    client("client-unknown", other)
    client("client-expired", root, EXPIRED)
    client("client-another", root)
    client("client-somebody", root, common_name="somebody")
    client("client-poor", root, common_name="poor")
    client("client-nopass", root, common_name="nopass")
    client("client-nameless", root, common_name=None)
    folder.write("client-encrypted.key", trusted.key_pem(PASSPHRASE), mode=0o600)
    folder.write("client-open.key", trusted.key_pem(), mode=0o644)
    folder.write("client-both.pem", trusted.pem, trusted.key_pem(), mode=0o600)


if __name__ == "__main__":
    mint(sys.argv[1])

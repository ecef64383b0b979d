"""ClickHouse servers of the lab."""

import hashlib
import pathlib
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request

import process

PASSWORD = "s3cret-Pa55"
KEEPER = "Zq7/xK!w9 %vLm"
# Nobody on this computer connects from there.
ELSEWHERE = "192.0.2.1"
PROTOCOLS = ["TLSv1", "TLSv1.1", "TLSv1.2", "TLSv1.3"]


def program():
    """The server's program. Debian's package starts a service, so setup takes the program out of it."""
    own = pathlib.Path(__file__).resolve().parents[2] / ".lab" / "clickhouse-server"
    if own.exists():
        return own
    for folder in ("/usr/sbin", "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        if found := shutil.which("clickhouse-server", path=folder):
            return pathlib.Path(found)
    raise FileNotFoundError("ClickHouse is not installed: run `make setup`")


class Installation(process.Installation):
    """ClickHouse's program."""

    def __init__(self, folder, user):
        super().__init__(folder / "clickhouse", user)
        self.server = self.folder / "clickhouse-server"
        shutil.copy(program(), self.server)
        self.template = self.folder / "template"
        self.run("mkdir", self.template)


class Server(process.Server):
    """One running server. `wanted` has all that the Swift type `ClickHouseServer` has."""

    end_signal = signal.SIGKILL

    def __init__(self, installation, wanted, pki):
        super().__init__(installation, wanted, pki)
        self.native_port = 0
        self.native_tls_port = 0
        self.tls_port = 0

    @property
    def door(self):
        """The port that tests go to."""
        return self.tls_port or self.port

    def configure(self):
        self.native_port = process.free_port()
        for name in ("tmp", "files", "formats"):
            self.installation.run("mkdir", "-p", self.data / name)
        ports = f"<http_port>{self.port}</http_port><tcp_port>{self.native_port}</tcp_port>"
        if self.wanted.get("certificate"):
            self.tls_port, self.native_tls_port = process.free_port(), process.free_port()
            ports += f"<https_port>{self.tls_port}</https_port>"
            ports += f"<tcp_port_secure>{self.native_tls_port}</tcp_port_secure>"
            ports += self.tls()
        settings = self.wanted["settings"]
        if self.wanted["isBusy"]:
            settings = settings | {"max_concurrent_queries": "1"}
        settings = "".join(f"<{key}>{value}</{key}>" for key, value in settings.items())
        (self.data / "config.xml").write_text(f"""<?xml version="1.0"?>
<yandex>
  <logger><level>information</level><console>1</console></logger>
  {ports}
  <listen_host>::1</listen_host><listen_host>127.0.0.1</listen_host>
  <path>{self.data}/</path><tmp_path>{self.data}/tmp/</tmp_path>
  <user_files_path>{self.data}/files/</user_files_path>
  <format_schema_path>{self.data}/formats/</format_schema_path>
  <mark_cache_size>67108864</mark_cache_size><uncompressed_cache_size>67108864</uncompressed_cache_size>
  <users_config>users.xml</users_config><default_profile>default</default_profile>
  <default_database>default</default_database>
  {settings}
</yandex>
""")
        (self.data / "users.xml").write_text(self.users())
        return [self.installation.server, f"--config-file={self.data}/config.xml"]

    def tls(self):
        wanted = self.wanted
        certificate = self.pki / wanted["certificate"]
        mode = "none"
        ca = ""
        if wanted.get("clientCA"):
            mode = "relaxed" if wanted["clientMayBeNobody"] else "strict"
            ca = f"<caConfig>{self.pki / wanted['clientCA']}</caConfig>"
        off = [name for name in PROTOCOLS if wanted.get("protocol") and name != wanted["protocol"]]
        disabled = ",".join(["sslv2", "sslv3", *(name.lower().replace(".", "_") for name in off)])
        ciphers = f"<cipherList>{wanted['ciphers']}</cipherList>" if wanted.get("ciphers") else ""
        return f"""<openSSL><server>
    <certificateFile>{certificate}.crt</certificateFile><privateKeyFile>{certificate}.key</privateKeyFile>
    <verificationMode>{mode}</verificationMode><loadDefaultCAFile>false</loadDefaultCAFile>{ca}{ciphers}
    <cacheSessions>false</cacheSessions><disableProtocols>{disabled}</disableProtocols>
    <invalidCertificateHandler><name>RejectCertificateHandler</name></invalidCertificateHandler>
  </server></openSSL>"""

    def users(self):
        def user(name, password, more="", network="::/0", profile="default", quota="default"):
            digest = hashlib.sha256(password.encode()).hexdigest()
            secret = f"<password_sha256_hex>{digest}</password_sha256_hex>" if password else "<password></password>"
            return f"""<{name}>{secret}<networks><ip>{network}</ip></networks><profile>{profile}</profile>
      <quota>{quota}</quota>{more}</{name}>"""

        only = "<allow_databases><database>other</database></allow_databases>"
        users = [
            user("default", "" if self.wanted["isOpen"] else PASSWORD),
            user("tester", PASSWORD), user("keeper", KEEPER), user("nopass", ""),
            user("elsewhere", PASSWORD, network=ELSEWHERE), user("poor", PASSWORD, only),
            user("reader", PASSWORD, profile="reader"), user("starved", PASSWORD, profile="starved"),
            user("counted", PASSWORD, quota="nothing"),
        ]
        return f"""<?xml version="1.0"?>
<yandex>
  <profiles><default><queue_max_wait_ms>100</queue_max_wait_ms></default><reader><readonly>1</readonly></reader>
    <starved><max_memory_usage>1</max_memory_usage></starved></profiles>
  <users>{''.join(users)}</users>
  <quotas>
    <default><interval><duration>3600</duration><queries>0</queries></interval></default>
    <nothing><interval><duration>3600</duration><queries>1</queries></interval></nothing>
  </quotas>
</yandex>
"""

    def is_ready(self):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/ping", timeout=5) as answer:
                return answer.read() == b"Ok.\n"
        except OSError:
            return False

    def start(self):
        super().start()
        # Two databases besides the ones that every server has.
        for name in ("other", "shop"):
            self.ask(f"CREATE DATABASE {name}")
        if self.wanted["isBusy"]:
            self.occupy()

    def occupy(self):
        """Keeps the server at a query that has no end, and sleeps nearly all of the time."""
        query = "SELECT count() FROM (SELECT sleep(1) FROM system.numbers)"
        threading.Thread(
            target=self.ask, args=(query, 86_400, "?max_block_size=1&max_threads=1"), daemon=True).start()
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                self.ask("SELECT 1")
            except urllib.error.HTTPError as error:
                if b"Code: 202" in error.read():
                    return
            time.sleep(0.05)
        raise RuntimeError("the server is not busy")

    def ask(self, query, timeout=20, settings=""):
        """The server's answer to a query of the tester's."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/{settings}", data=query.encode(),
            headers={"X-ClickHouse-User": "tester", "X-ClickHouse-Key": PASSWORD})
        try:
            with urllib.request.urlopen(request, timeout=timeout) as answer:
                return answer.read().decode()
        except ConnectionError:
            # The server was ended.
            return ""

"""etcd's servers of the lab: single members, members of a cluster of which others are stopped, learners."""

import http.client
import json
import os
import pathlib
import platform
import shutil
import signal
import subprocess
import time

import etcd_front
import process

PASSWORD = "s3cret-Pa55"
ROOT = "root:r00t-Pa55"
# Each command is etcdctl's. The last one turns authentication on.
SETUP = [
    ["user", "add", ROOT],
    ["user", "grant-role", "root", "root"],
    ["role", "add", "reader"],
    ["role", "grant-permission", "reader", "read", "", "--prefix"],
    ["user", "add", f"tester:{PASSWORD}"],
    ["user", "grant-role", "tester", "reader"],
    ["user", "add", "keeper:Zq7/xK!w9 %vLm"],
    ["user", "grant-role", "keeper", "reader"],
    ["user", "add", f"poor:{PASSWORD}"],
    ["user", "add", "nopass", "--no-password"],
    ["user", "grant-role", "nopass", "reader"],
    ["auth", "enable"],
]
LAB = pathlib.Path(__file__).resolve().parent.parent.parent / ".lab"


def program(name):
    """The path of `etcd` or `etcdctl`. Debian's package of the server starts a service, so that scripts/setup.sh takes
    the program out of it."""
    for folder in (LAB, "/usr/bin", "/usr/local/bin", "/opt/homebrew/bin"):
        if found := shutil.which(name, path=folder):
            return pathlib.Path(found).resolve()
    raise FileNotFoundError(f"{name} is not installed: run `make setup`")


class Installation(process.Installation):
    """etcd's programs, and two data folders that the data of single members begins as a copy of: one without
    authentication, and one with all users."""

    def __init__(self, folder, user):
        super().__init__(folder / "etcd", user)
        # The server's user need not be able to look into the folder of the project.
        for name in ("etcd", "etcdctl"):
            shutil.copy(program(name), self.folder / name)
            (self.folder / name).chmod(0o755)
        self.empty = self.folder / "empty"
        self.template = self.folder / "template"
        member = Member(self, {}, None, name="template")
        member.fresh = True
        member.start()
        member.end_process()
        self.run("cp", "-a", member.data, self.empty)
        member.launch()
        for command in SETUP:
            member.control(*command)
        member.end_process()
        self.run("cp", "-a", member.data, self.template)

    @staticmethod
    def environment():
        more = {"ETCD_UNSUPPORTED_ARCH": "arm64"} if platform.machine() in ("aarch64", "arm64") else {}
        return process.Installation.environment() | {"ETCDCTL_API": "3"} | more


class Member(process.Server):
    """One process."""

    # Nothing that it could still write is wanted; the template's is, and etcd writes it when it ends well.
    end_signal = signal.SIGTERM

    def __init__(self, installation, wanted, pki, name="default"):
        super().__init__(installation, wanted, pki)
        self.name = name
        self.peer_port = process.free_port()
        self.metrics_port = process.free_port()
        # Whether it has no data to begin with.
        self.fresh = False
        self.state = "new"
        # What --initial-cluster says: of each member its name and its peers' port.
        self.cluster = {name: self.peer_port}
        # Whether it is not waited for, since it waits for others.
        self.waits = False

    @property
    def scheme(self):
        return "https" if self.wanted.get("certificate") else "http"

    @property
    def url(self):
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def start(self):
        self.installation.run("mkdir", self.folder)
        if not self.fresh:
            template = self.installation.template if self.wanted.get("wantsLogin") else self.installation.empty
            self.installation.run("cp", "-a", template, self.data)
        for _ in range(5):
            self.port = process.free_port()
            if self.launch():
                return
        raise RuntimeError("the server did not start: " + self.log.read_text()[-2000:])

    def configure(self):
        peers = f"http://127.0.0.1:{self.peer_port}"
        command = [
            self.installation.folder / "etcd", "--name", self.name, "--data-dir", self.data,
            "--listen-client-urls", f"{self.url},{self.scheme}://[::1]:{self.port}",
            "--advertise-client-urls", self.url,
            "--listen-peer-urls", peers, "--initial-advertise-peer-urls", peers,
            "--initial-cluster", ",".join(f"{name}=http://127.0.0.1:{port}" for name, port in self.cluster.items()),
            "--initial-cluster-state", self.state,
            "--listen-metrics-urls", f"http://127.0.0.1:{self.metrics_port}",
            "--heartbeat-interval", "50", "--election-timeout", "500", "--bcrypt-cost", "4", "--unsafe-no-fsync"]
        if certificate := self.wanted.get("certificate"):
            command += ["--cert-file", self.pki / f"{certificate}.crt", "--key-file", self.pki / f"{certificate}.key"]
        if authority := self.wanted.get("clientCA"):
            command += ["--client-cert-auth", "--trusted-ca-file", self.pki / authority]
        return command + (self.wanted.get("arguments") or [])

    def is_ready(self):
        return self.waits or self.health() == "true"

    def health(self):
        connection = http.client.HTTPConnection("127.0.0.1", self.metrics_port, timeout=2)
        try:
            connection.request("GET", "/health")
            return json.loads(connection.getresponse().read()).get("health")
        except (OSError, ValueError, http.client.HTTPException):
            return None
        finally:
            connection.close()

    def control(self, *arguments):
        """etcdctl, at this member."""
        self.installation.run(*self.client(), *arguments)

    def client(self):
        return [
            self.installation.folder / "etcdctl", "--endpoints", self.url,
            *(["--cacert", self.pki / "ca.pem"] if self.scheme == "https" else [])]


class Server:
    """What `wanted` (the Swift type `EtcdServer`) describes: one member, and those that belong to it."""

    def __init__(self, installation, wanted, pki):
        self.installation = installation
        self.wanted = wanted
        self.pki = pki
        names = ["default"] if wanted["members"] == 1 else ["a", "b", "c"][: wanted["members"]]
        plain = {key: value for key, value in wanted.items() if key not in ("certificate", "clientCA")}
        self.members = [Member(installation, plain if wanted.get("front") else wanted, pki, name) for name in names]
        self.front = None

    @property
    def first(self):
        return self.members[0]

    @property
    def door(self):
        """The port that tests go to."""
        if self.wanted["isPeer"]:
            return self.first.peer_port
        return self.front.port if self.front else self.first.port

    @property
    def ports(self):
        return [member.port for member in self.members if member.port]

    def start(self):
        if self.wanted["isLearner"]:
            self.start_learner()
        elif len(self.members) == 1:
            # Copied data would name another port for its peers.
            self.first.fresh = self.wanted["isPeer"]
            self.first.start()
        else:
            self.start_cluster()
        if self.wanted["isFull"]:
            self.fill()
        if self.wanted.get("front"):
            self.front = etcd_front.Front(self.first.port, self.wanted, self.pki)

    def start_cluster(self):
        for member in self.members:
            member.fresh = member.waits = True
            member.cluster = {other.name: other.peer_port for other in self.members}
        if self.wanted["isAlone"]:
            self.first.start()
            return
        for member in self.members:
            member.start()
        for member in self.members:
            self.await_health(member, "true")
        for member in self.members[len(self.members) - self.wanted["stopped"]:]:
            member.end_process()
        if self.wanted["stopped"] * 2 >= len(self.members):
            self.await_health(self.first, "false")

    def start_learner(self):
        """The first member is the learner, the second the one that it learns from."""
        learner, voter = self.members
        for member in self.members:
            member.fresh = True
        voter.cluster = {voter.name: voter.peer_port}
        voter.start()
        voter.control("member", "add", learner.name, "--learner", "--peer-urls", f"http://127.0.0.1:{learner.peer_port}")
        learner.cluster = {other.name: other.peer_port for other in self.members}
        learner.state = "existing"
        learner.start()

    def fill(self):
        """More than its quota (an argument of the server's), so that it raises the alarm NOSPACE."""
        value = "x" * 100_000
        for number in range(400):
            done = subprocess.run(
                [*self.first.client(), "put", f"key{number}", value],
                env=self.installation.environment(), text=True, check=False,
                stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
            if "space exceeded" in done.stdout:
                return
            if done.returncode:
                raise RuntimeError(f"etcdctl put failed: {done.stdout}")
        raise RuntimeError("the server has room for everything")

    def restart_member(self):
        """The second member, which has been stopped."""
        if not self.members[1].launch():
            raise RuntimeError("the member did not start again: " + self.members[1].log.read_text()[-2000:])

    @staticmethod
    def await_health(member, wanted):
        deadline = time.monotonic() + 30
        while member.health() != wanted:
            if time.monotonic() > deadline:
                raise RuntimeError(f"the member's health is not {wanted}: {member.log.read_text()[-2000:]}")
            time.sleep(0.02)

    def signal(self):
        for member in self.members:
            if member.process and member.process.poll() is None:
                os.kill(member.process.pid, signal.SIGKILL)

    def stop(self):
        self.signal()
        for member in self.members:
            member.stop()

"""What the lab's servers have in common: a folder, a user who is not root, a port, and an end by process id."""

import errno
import os
import signal
import socket
import subprocess
import threading
import time


class Installation:
    """A server's programs, and a folder for the data folders of its servers."""

    def __init__(self, folder, user):
        self.folder = folder
        self.folder.mkdir()
        self.user = {"user": user[0], "group": user[1], "extra_groups": []} if user else {}
        if user:
            os.chown(self.folder, *user)
        self.count = 0
        self.lock = threading.Lock()

    def run(self, *command, input=None):
        done = subprocess.run(
            [str(part) for part in command], input=input, cwd=self.folder, text=True, check=False,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, env=self.environment(), **self.user)
        if done.returncode != 0 or "ERROR:" in done.stdout:
            raise RuntimeError(f"{command[0]} failed; if something is missing, run `make setup`: {done.stdout}")

    @staticmethod
    def environment():
        return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C", "HOME": "/nonexistent"}

    def new_folder(self):
        with self.lock:
            self.count += 1
            return self.folder / f"s{self.count}"


class Server:
    """One running server, as `wanted` describes it: at least `listen`, `port` and `settings`."""

    # Ends the server at once; nobody wants its data any more.
    end_signal = signal.SIGQUIT

    def __init__(self, installation, wanted, pki):
        self.installation = installation
        self.folder = installation.new_folder()
        self.data = self.folder / "data"
        self.log = self.folder / "log"
        self.wanted = wanted
        self.pki = pki
        self.port = None
        self.process = None
        self.stopped = False
        self.lock = threading.Lock()

    def configure(self):
        """Writes the files that need the port, and returns the command that starts the server."""
        raise NotImplementedError

    def environment(self):
        return self.installation.environment()

    def is_ready(self):
        raise NotImplementedError

    def start(self):
        self.installation.run("mkdir", self.folder)
        self.installation.run("cp", "-a", self.installation.template, self.data)
        # Another process may take the port between its choice and the start.
        for _ in range(5):
            self.port = self.wanted.get("port") or free_port()
            if self.launch():
                return
        raise RuntimeError("the server did not start: " + self.log.read_text()[-2000:])

    def launch(self):
        command = self.configure()
        with self.lock:
            if self.stopped:
                raise RuntimeError("the lab has ended")
            with open(self.log, "ab") as log:
                self.process = subprocess.Popen(
                    command, cwd=self.folder, stdout=log, stderr=log, stdin=subprocess.DEVNULL,
                    start_new_session=True, env=self.environment(), **self.installation.user)
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline and self.process.poll() is None:
            if self.is_ready():
                return True
            time.sleep(0.01)
        self.end_process()
        return False

    def signal(self):
        process = self.process
        if process and process.poll() is None:
            process.send_signal(self.end_signal)

    def end_process(self):
        if self.process is None:
            return
        self.signal()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(5)

    def stop(self):
        with self.lock:
            self.stopped = True
        self.end_process()


HELD = []


def free_port():
    """A port that nobody has on either loopback address. Sockets that do not listen keep it, so that connections are
    refused and the kernel gives it to nobody else; a server that sets SO_REUSEADDR can have it all the same."""
    while True:
        sockets = []
        try:
            sockets.append(bound(socket.AF_INET, ("127.0.0.1", 0)))
            port = sockets[0].getsockname()[1]
            sockets.append(bound(socket.AF_INET6, ("::1", port)))
        except OSError as error:
            no_ipv6 = sockets and error.errno in (errno.EAFNOSUPPORT, errno.EADDRNOTAVAIL)
            if not no_ipv6:
                continue
        HELD.extend(sockets)
        return port


def bound(family, address):
    """A socket that is bound to the address."""
    keeper = socket.socket(family)
    keeper.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        keeper.bind(address)
    except OSError:
        keeper.close()
        raise
    return keeper

"""What a server says that wants what no honest server asks for."""

from mysql_auth import CACHING, FAST, FULL, SHA256
from mysql_protocol import OK, packet

GREETINGS = {
    "ok-greeting": OK,
    # Protocol 9: version, connection, nonce.
    "protocol9": b"\x093.20.32\0" + b"\x08\0\0\0" + b"abcdefgh\0",
}


class Rogue:
    """The demands of one connection. `act` and `text` are those of MySQLRogue.swift."""

    def __init__(self, session, act="", text=""):
        self.session = session
        self.act, self.text = act, text

    @property
    def greeting(self):
        """What comes instead of a greeting, or None."""
        return GREETINGS.get(self.act)

    @property
    def demands_login(self):
        """Whether it is with the login that it is no honest server."""
        return self.act in (
            "switch", "old-byte", "sha256-key", "caching-key", "switch-caching-key", "welcome", "welcome-fast")

    def demands(self):
        """The packets that each want an answer, in their order."""
        salt = self.session.nonce + b"\0"
        key = b"\x01" + self.session.server.key.pem() if "key" in self.act else b""
        # `dialog` is told the kind of its question, here one that is the last and shows no echo, and its text.
        data = b"\x04Password: " if self.text == "dialog" else salt
        return {
            "switch": [switch(self.text, data)],
            "old-byte": [b"\xfe"],
            "sha256-key": [switch(SHA256, salt), key],
            "caching-key": [FULL, key],
            "switch-caching-key": [switch(CACHING, salt), FULL, key],
            "welcome-fast": [FAST],
        }.get(self.act, [])

    def ask(self):
        """Demands one thing after the other, keeps the answers, and lets in whoever answered."""
        answer = b""
        for demand in self.demands():
            # Whoever asked for no key has told the password already.
            if demand.startswith(b"\x01-----") and len(answer) != 1:
                break
            self.session.say(demand)
            # This says that nothing is wanted.
            if demand == FAST:
                break
            answer = self.session.hear()
            self.session.answers.append(answer)
        self.session.say(OK)

    def at_once(self, first):
        """All of it for those who do not wait, with the numbers that it would have; `first` is the first one's."""
        return b"".join(packet(first + 2 * index, body) for index, body in enumerate([*self.demands(), OK]))

    def want_file(self):
        """LOCAL INFILE: a file's name, then packets until an empty one, unless the client goes on without.

        A SET is let pass: clients that set something before their first query do not look at what answers it.
        """
        commands = self.session.commands
        if commands.queries[-1].lower().startswith("set"):
            self.session.say(OK)
            return
        commands.instead = None
        self.session.say(b"\xfb" + self.text.encode())
        while True:
            number, body = self.session.numbered()
            if number == 0:
                commands.answer(body[0], body[1:])
                return
            self.session.answers.append(body)
            if not body:
                self.session.say(OK)
                return


def switch(plugin, data):
    """AuthSwitchRequest."""
    return b"\xfe" + plugin.encode() + b"\0" + data

"""What a mongod says to one connection: hello, logins, and the commands that a test sends afterwards."""

import base64

import mongo_scram

PASSWORD = "s3cret-Pa55"
# (database, name): the password, and the mechanisms that the user may log in by.
BOTH = ["SCRAM-SHA-1", "SCRAM-SHA-256"]
USERS = {
    ("admin", "tester"): (PASSWORD, BOTH),
    ("admin", "keeper"): ("Zq7/xK!w9 %vLm", BOTH),
    ("admin", "a:b/c@d%e?"): ("p:w/o@r%d?&=#[]\u00fc\u20ac'\"\\", ["SCRAM-SHA-256"]),
    ("admin", "old"): (PASSWORD, ["SCRAM-SHA-1"]),
    ("admin", "poor"): (PASSWORD, BOTH),
    # Users of two databases may have the same name.
    ("appdb", "tester"): (PASSWORD, BOTH),
    ("appdb", "local"): (PASSWORD, BOTH),
    ("$external", "directory"): (PASSWORD, ["PLAIN"]),
    ("$external", "CN=tester"): (None, ["MONGODB-X509"]),
}
DATABASES = ["admin", "appdb"]
# What a server answers without a login; everything else it refuses.
OPEN = {
    "hello", "isMaster", "ismaster", "ping", "buildInfo", "buildinfo", "connectionStatus", "saslStart",
    "saslContinue", "authenticate", "endSessions", "logout",
}


def failure(code, name, text):
    return {"ok": 0.0, "errmsg": text, "code": code, "codeName": name}


REFUSED = failure(18, "AuthenticationFailed", "Authentication failed.")


class Session:
    def __init__(self, wanted, port, certificate):
        self.wanted = wanted
        self.port = port
        # The subject of the client's certificate.
        self.certificate = certificate
        self.user = None
        self.exchange = None

    def answer(self, command):
        name = next(iter(command))
        failing = self.wanted["failing"].get({"isMaster": "hello", "ismaster": "hello"}.get(name, name))
        if failing and failing.get("option") in (None, *command):
            return failure(failing["code"], failing["name"], failing["text"])
        if self.wanted["authorization"] and name not in OPEN and self.user is None:
            return failure(13, "Unauthorized", f"Command {name} requires authentication")
        perform = getattr(self, {"isMaster": "hello", "ismaster": "hello"}.get(name, name), None)
        if perform is None or name.startswith("_"):
            return failure(59, "CommandNotFound", f"no such command: '{name}'")
        return perform(command)

    # Who it is

    def hello(self, command):
        wanted = self.wanted
        role = wanted["role"]
        reply = {
            "helloOk": True, "isWritablePrimary": role in ("standalone", "primary", "mongos"),
            "ismaster": role in ("standalone", "primary", "mongos"), "maxBsonObjectSize": 16777216,
            "maxMessageSizeBytes": 48000000, "maxWriteBatchSize": 100000, "localTime": None,
            "logicalSessionTimeoutMinutes": 30, "connectionId": 1, "minWireVersion": wanted["minimumWire"],
            "maxWireVersion": wanted["maximumWire"], "readOnly": False,
        }
        del reply["localTime"]
        if role == "mongos":
            reply["msg"] = "isdbgrid"
        elif role == "uninitialised":
            reply["isreplicaset"] = True
        elif role != "standalone":
            me = f"{wanted['name']}:{self.port}"
            reply |= {
                "setName": wanted["setName"], "setVersion": 1, "secondary": role == "secondary", "me": me,
                "hosts": wanted["members"] or [me],
            }
            if role == "primary":
                reply |= {"primary": me}
            elif wanted.get("primary"):
                reply |= {"primary": wanted["primary"]}
            if role == "arbiter":
                reply |= {"arbiterOnly": True, "arbiters": [me]}
        if asked := command.get("saslSupportedMechs"):
            database, _, name = asked.partition(".")
            known = USERS.get((database, name))
            if known:
                reply["saslSupportedMechs"] = [each for each in known[1] if each in wanted["mechanisms"]]
        if speculative := command.get("speculativeAuthenticate"):
            # One that fails is left out, and the client begins again.
            first = getattr(self, next(iter(speculative)))({**speculative, "$db": speculative.get("db", "$external")})
            if first["ok"]:
                reply["speculativeAuthenticate"] = first
        return reply | {"ok": 1.0}

    def buildInfo(self, command):
        return {
            "version": self.wanted["version"], "gitVersion": "0" * 40, "modules": [], "bits": 64,
            "maxBsonObjectSize": 16777216, "ok": 1.0} | self.wanted["buildInfo"]

    buildinfo = buildInfo

    # Logins

    def saslStart(self, command):
        mechanism, database = command["mechanism"], command["$db"]
        if mechanism not in self.wanted["mechanisms"]:
            return failure(
                334, "MechanismUnavailable", f"Received authentication for mechanism {mechanism} which is not enabled")
        payload = command["payload"]
        # A text is Base64, as MongoDB's oldest drivers send it, and libmongoc for PLAIN.
        payload = base64.b64decode(payload) if isinstance(payload, str) else payload
        if mechanism == "PLAIN":
            _, name, password = payload.decode().split("\0")
            if USERS.get((database, name)) != (password, ["PLAIN"]):
                return REFUSED
            self.user = (database, name)
            return {"conversationId": 1, "done": True, "payload": b"", "ok": 1.0}
        name = mongo_scram.user_of(payload)
        password, mechanisms = USERS.get((database, name), (None, []))
        if mechanism not in mechanisms or password is None:
            return REFUSED
        scram = mongo_scram.Scram(mechanism, name, password, self.wanted.get("scram"))
        self.exchange = (scram, (database, name), command.get("options", {}))
        challenge = self.exchange[0].challenge(payload)
        return {"conversationId": 1, "done": False, "payload": challenge, "ok": 1.0}

    def saslContinue(self, command):
        if self.exchange is None:
            return failure(17, "ProtocolError", "No SASL session state found")
        scram, who, options = self.exchange
        if self.user == who:
            return {"conversationId": 1, "done": True, "payload": b"", "ok": 1.0}
        try:
            verdict = scram.verdict(bytes(command["payload"]))
        except (mongo_scram.Refused, KeyError, ValueError):
            self.exchange = None
            return REFUSED
        self.user = who
        done = bool(options.get("skipEmptyExchange"))
        return {"conversationId": 1, "done": done, "payload": verdict, "ok": 1.0}

    def authenticate(self, command):
        if "MONGODB-X509" not in self.wanted["mechanisms"]:
            return failure(
                334, "MechanismUnavailable", "Received authentication for mechanism MONGODB-X509 which is not enabled")
        if self.certificate is None:
            return failure(18, "AuthenticationFailed", "No verified subject name available from client")
        if command.get("user", self.certificate) != self.certificate:
            return failure(
                18, "AuthenticationFailed", "There is no x.509 client certificate matching the user.")
        if ("$external", self.certificate) not in USERS:
            return failure(11, "UserNotFound", f"Could not find user \"{self.certificate}\" for db \"$external\"")
        self.user = ("$external", self.certificate)
        return {"dbname": "$external", "user": self.certificate, "ok": 1.0}

    def logout(self, command):
        self.user = None
        return {"ok": 1.0}

    # What a test asks

    def connectionStatus(self, command):
        users = [{"user": self.user[1], "db": self.user[0]}] if self.user else []
        return {"authInfo": {"authenticatedUsers": users, "authenticatedUserRoles": []}, "ok": 1.0}

    def listDatabases(self, command):
        names = [] if self.user and self.user[1] == "poor" else DATABASES
        return {"databases": [{"name": name} for name in names], "ok": 1.0}

    def ping(self, command):
        return {"ok": 1.0}

    endSessions = ping

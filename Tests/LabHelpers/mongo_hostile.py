"""What a server may say that no server of MongoDB's does: fields that are of another kind than they should be, and
messages that are no answers."""

import json
import random
import struct

import mongo_bson as bson
import mongo_wire

# Every field that a client may look for in some answer.
FIELDS = [
    "hosts", "passives", "arbiters", "primary", "me", "setName", "setVersion", "electionId", "tags", "lastWrite",
    "topologyVersion", "compression", "saslSupportedMechs", "speculativeAuthenticate", "serviceId",
    "maxMessageSizeBytes", "maxBsonObjectSize", "maxWriteBatchSize", "minWireVersion", "maxWireVersion",
    "logicalSessionTimeoutMinutes", "msg", "ok", "code", "errmsg", "codeName", "errorLabels", "$clusterTime",
    "operationTime", "conversationId", "payload", "done", "authInfo", "databases", "version", "helloOk", "hidden",
    "writeErrors", "writeConcernError", "connectionId", "$err", "isreplicaset", "cursor", "secondary",
]
TEXTS = [
    "", "a", ":", ":1", "[::1", "a:99999", "a" * 300 + ":1", "\0x", "\u00e9" * 10, "x" * 5000, "localhost:1", "a:b:c",
    "[::1]:5", "/x.sock", "/tmp/x.sock:27017", "SCRAM-SHA-1",
]


def oddity(chance, depth=0):
    """A value of any kind."""
    kinds = [
        lambda: None, lambda: chance.choice([0, 1, -1, 2**31 - 1, -(2**31), bson.Int64(2**63 - 1), bson.Int64(7)]),
        lambda: chance.choice([0.0, 1.0, float("nan"), float("inf"), -1e308]), lambda: chance.choice(TEXTS),
        lambda: chance.randbytes(chance.choice([0, 1, 16, 28, 3000, 5000])), lambda: chance.random() < 0.5,
        lambda: {"conversationId": 1, "payload": b"r=x,s=eA==,i=4096", "done": False}, lambda: {}, lambda: [],
    ]
    if depth < 3:
        inner = ["ok", "a", "", "conversationId", "payload", "done", "version", "counter", "processId"]
        kinds += [
            lambda: [oddity(chance, depth + 1) for _ in range(chance.randrange(4))],
            lambda: {chance.choice(inner): oddity(chance, depth + 1) for _ in range(chance.randrange(4))},
        ]
    return chance.choice(kinds)()


class Hostile:
    """What goes wrong on one connection, as `wanted` has it: `overrides`, fields by command, as JSON; `framing`, the
    form of the message by command; `seed`, from which all of it is drawn by lot."""

    def __init__(self, wanted):
        self.overrides = {name: json.loads(text) for name, text in (wanted.get("overrides") or {}).items()}
        self.framing = wanted.get("framing") or {}
        seed = wanted.get("seed")
        self.chance = None if seed is None else random.Random(seed)

    def reply(self, question, name, document):
        document = {**document, **self.overrides.get(name, {})}
        if self.chance is not None:
            for _ in range(self.chance.randrange(self.chance.choice([1, 2, 3, 5]))):
                document[self.chance.choice(FIELDS)] = oddity(self.chance)
        form = self.framing.get(name)
        if form == "long":
            document["padding"] = "x" * (2 << 20)
        elif form == "many":
            document["databases"] = [{"name": "d"}] * 300_000
        answer = mongo_wire.reply(question, document)
        if form in ("twice", "thrice"):
            return answer * {"twice": 2, "thrice": 3}[form]
        if form == "anotherNumber":
            return answer[:8] + struct.pack("<i", question.number + 1) + answer[12:]
        if form == "anotherForm":
            other = mongo_wire.OP_MSG if question.code == mongo_wire.OP_QUERY else mongo_wire.OP_QUERY
            question.code = other
            return mongo_wire.reply(question, document)
        return self.spoilt(answer, question) if self.chance is not None else answer

    def spoilt(self, answer, question):
        """The message with some bytes changed behind its header."""
        if self.chance.random() > 0.3:
            return answer
        answer = bytearray(answer)
        start = 36 if question.code == mongo_wire.OP_QUERY else 21
        for _ in range(self.chance.randrange(1, 4)):
            values = [0, 1, 2, 3, 5, 7, 16, 18, 128, 255, self.chance.randrange(256)]
            answer[self.chance.randrange(start, len(answer))] = self.chance.choice(values)
        return bytes(answer)

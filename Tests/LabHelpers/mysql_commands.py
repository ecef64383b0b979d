"""The commands that come after a login."""

import re

from mysql_protocol import DEPRECATE_EOF, OK, QUERY_ATTRIBUTES, MySQLError, Reader, rows
from mysql_queries import VARIABLES, Queries

QUIT, INIT_DB, QUERY, STATISTICS, PING, PREPARE, RESET = 1, 2, 3, 9, 14, 22, 31


class Context:
    """Whose session it is, and what its queries look at. `wanted` is the server's description."""

    def __init__(self, wanted, connection_id):
        self.wanted = wanted
        self.connection_id = connection_id
        self.user = ""
        self.database = ""
        self.expired = False
        self.user_table = wanted.get("userTable")
        self.variables = VARIABLES | {
            "version": wanted.get("version", "8.0.36"),
            "have_ssl": "YES" if wanted.get("certificate") else "DISABLED",
            "require_secure_transport": "ON" if wanted.get("requireSecureTransport") else "OFF",
        } | wanted.get("variables", {})
        self.status = {"Ssl_version": "", "Ssl_cipher": "", "Threads_connected": "1", "Uptime": "60"}

    def use(self, database):
        """Changes the database, or refuses to."""
        if database in self.wanted.get("closedDatabases", []):
            raise MySQLError(
                1044, "42000", f"Access denied for user '{self.user}'@'localhost' to database '{database}'")
        if database not in self.wanted.get("databases", [database]):
            raise MySQLError(1049, "42000", f"Unknown database '{database}'")
        self.database = database


class Commands:
    """Answers commands until the client goes. `flags` are those that both ends have."""

    def __init__(self, wire, flags, context):
        self.wire = wire
        self.flags = flags
        self.context = context
        self.queries = []
        self.quit = False
        # What answers every query instead, if anything.
        self.instead = None

    def serve(self, hear):
        """`hear` gives the number and the body of the next packet; what begins no command, it keeps."""
        while not self.quit:
            number, body = hear()
            if number != 0:
                continue
            try:
                self.answer(body[0] if body else 0, body[1:])
            except MySQLError as error:
                self.wire.say(error.body())

    def answer(self, command, body):
        if command == QUIT:
            self.quit = True
        elif command in (PING, RESET):
            self.wire.say(OK)
        elif command == INIT_DB:
            self.context.use(body.decode(errors="replace"))
            self.wire.say(OK)
        elif command == STATISTICS:
            self.wire.say(b"Uptime: 60  Threads: 1")
        elif command == QUERY:
            self.query(body)
        elif command == PREPARE:
            raise MySQLError(
                1295, "HY000", "This command is not supported in the prepared statement protocol yet")
        else:
            raise MySQLError(1047, "08S01", "Unknown command")

    def query(self, body):
        if self.flags & QUERY_ATTRIBUTES:
            reader = Reader(body)
            if reader.length() != 0:
                raise MySQLError(1835, "HY000", "Malformed communication packet.")
            reader.length()
            body = reader.rest
        query = body.decode(errors="replace")
        self.queries.append(query)
        if self.instead is not None:
            self.instead()
            return
        if self.context.expired and not re.match(r"\s*(alter\s+user|set\s+password)\b", query, re.I):
            raise MySQLError(
                1820, "HY000",
                "You must reset your password using ALTER USER statement before executing this statement.")
        result = Queries(self.context).answer(query)
        self.wire.say(*([OK] if result is None else rows(self.flags & DEPRECATE_EOF, *result)))

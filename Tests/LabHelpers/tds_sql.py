"""As much of Transact-SQL as clients and testers of connections say."""

import re
import struct

import tds_tokens as tokens
from tds_errors import ServerError
from tds_messages import Malformed

NUMBERS = {"EngineEdition", "IsClustered", "IsIntegratedSecurityOnly", "IsHadrEnabled"}
DESCRIPTOR = struct.pack("<Q", 0x11)


def transaction(body):
    """The answer to a transaction manager's request (MS-TDS 2.2.6.9)."""
    kind = struct.unpack_from("<H", body)[0]
    changes = {
        5: (tokens.BEGIN, DESCRIPTOR, b""), 7: (tokens.COMMIT, b"", DESCRIPTOR), 8: (tokens.ROLLBACK, b"", DESCRIPTOR)}
    if kind not in changes:
        raise Malformed
    return tokens.change(*changes[kind]) + tokens.done()


def split(text, separator):
    """The parts between separators that stand in no string, comment or parenthesis."""
    parts, depth, quote, start = [], 0, None, 0
    for place, letter in enumerate(text):
        if quote:
            quote = None if letter == quote else quote
        elif letter in "'\"":
            quote = letter
        elif letter == "[":
            quote = "]"
        elif letter in "()":
            depth += 1 if letter == "(" else -1
        elif letter == separator and depth == 0:
            parts.append(text[start:place])
            start = place + 1
    parts.append(text[start:])
    return [part.strip() for part in parts]


def statements(text):
    """The statements of a batch: one ends where the next one's first word begins a line, or with a semicolon."""
    text = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.S)
    text = re.sub(r"\n\s*(?=(?:SELECT|SET|USE|BEGIN|COMMIT|ROLLBACK|IF|EXEC)\b)", ";", text, flags=re.I)
    text = re.sub(r"(?<=\w)\s+(?=SET\s+[A-Z_]+\s)", ";", text, flags=re.I)
    return [part for part in split(text, ";") if part]


class Batch:
    """A batch of statements of one session."""

    def __init__(self, session, text):
        self.session = session
        self.text = text

    def answer(self):
        parts = []
        for statement in statements(self.text):
            try:
                parts.append(self.perform(statement))
            except ServerError as error:
                numbers = [300, 297] if error.number == 300 else [error.number]
                parts.append((b"".join(
                    self.session.error({"number": number, "state": error.state, "near": error.near})
                    for number in numbers), tokens.ERROR, 0))
                break
        parts = parts or [(b"", 0, 0)]
        result = b""
        for number, (data, status, count) in enumerate(parts, 1):
            more = tokens.MORE if number < len(parts) else 0
            result += data + tokens.done(status | more, count)
        return result

    def perform(self, statement):
        """The answer to a statement: tokens, the status of its DONE, and the number of rows."""
        word = statement.split(None, 1)[0].upper()
        if word == "SELECT":
            columns, row = self.select(statement)
            if row is None:
                return tokens.rows(columns), tokens.COUNT, 0
            return tokens.rows(columns, row), tokens.COUNT, 1
        if word == "USE":
            return self.use(statement[3:].strip().strip("[]")), 0, 0
        if word in ("SET", "BEGIN", "COMMIT", "ROLLBACK", "IF", "SAVE", "WAITFOR", "PRINT"):
            return b"", 0, 0
        if word in ("EXEC", "EXECUTE"):
            raise ServerError(2812, statement.split()[1])
        raise ServerError(102, word)

    def use(self, name):
        session = self.session
        if name.lower() not in (known.lower() for known in session.wanted["databases"]):
            raise ServerError(911, name)
        before, session.database = session.database, name
        return tokens.change(tokens.DATABASE, name, before) + tokens.info(
            5701, 1, f"Changed database context to '{name}'.", session.name)

    # SELECT

    def select(self, statement):
        """The columns and the one row of a SELECT."""
        found = re.fullmatch(
            r"SELECT\s+(?:TOP\s*\(?\d+\)?\s+)?(.*?)(?:\s+FROM\s+(\S+?)(?:\s+(?:AS\s+)?(?!WHERE\b)(\w+))?"
            r"(?:\s+WHERE\s+(.*))?)?\s*", self.outer(statement), re.S | re.I)
        if not found:
            raise ServerError(102, statement.split()[-1])
        wanted, source, _, condition = found.groups()
        source = source and source.lower()
        table = self.table(source)
        columns, row = [], []
        for item in split(self.inner(wanted), ","):
            expression, name = self.named(item)
            value, kind = self.value(expression, table)
            columns.append(tokens.Column(name, kind))
            row.append(value)
        if condition and not re.fullmatch(
            r"(\w+\.)?session_id\s*=\s*@@SPID|1\s*=\s*1", self.inner(condition).strip(), re.I):
            raise ServerError(102, condition.split()[0])
        return columns, row

    def outer(self, statement):
        """The statement with what stands in parentheses put away, so that a FROM in them is not the outer one."""
        self.kept = []

        def keep(text):
            result, depth, start = "", 0, 0
            for place, letter in enumerate(text):
                if letter == "(":
                    depth += 1
                    if depth == 1:
                        start = place
                elif letter == ")":
                    depth -= 1
                    if depth == 0:
                        self.kept.append(text[start : place + 1])
                        result += f"\x00{len(self.kept) - 1}\x01"
                        continue
                if depth == 0:
                    result += letter
            return result

        return keep(statement)

    def inner(self, text):
        kept = self.kept
        return re.sub("\x00(\\d+)\x01", lambda found: kept[int(found[1])], text)

    @staticmethod
    def named(item):
        """An expression and the name of its column."""
        found = re.fullmatch(r"(.*\S)\s+AS\s+[\[\"']?(\w+)[\]\"']?", item, re.S | re.I)
        if found:
            return found[1], found[2]
        found = re.fullmatch(r"(\w+)\s*=\s*(.*)", item, re.S)
        if found:
            return found[2], found[1]
        found = re.fullmatch(r"(?:\w+\.)?([A-Za-z]\w*)", item)
        return item, found[1] if found else ""

    def table(self, source):
        """The one row of a view, by its columns."""
        session = self.session
        if source is None:
            return {}
        if source in ("sys.dm_exec_connections", "master.sys.dm_exec_connections"):
            if not session.wanted["showsConnections"]:
                raise ServerError(300)
            truth = "TRUE" if session.encrypted else "FALSE"
            return {
                "session_id": 51, "encrypt_option": session.wanted.get("encryptOption") or truth,
                "net_transport": "TCP", "protocol_type": "TSQL", "auth_scheme": "SQL",
                "client_net_address": session.peer[0], "net_packet_size": session.wire.size}
        if source in ("sys.databases", "master.sys.databases"):
            return {"name": session.wanted["databases"][0], "database_id": 1}
        raise ServerError(208, source)

    def value(self, expression, table):
        """The value of an expression, and its kind of column."""
        session, upper = self.session, expression.upper()
        properties = session.wanted["properties"]
        if upper in ("NULL", "''"):
            return (None, "int") if upper == "NULL" else ("", "text")
        if re.fullmatch(r"-?\d+", expression):
            return int(expression), "int"
        if found := re.fullmatch(r"N?'((?:[^']|'')*)'", expression, re.I):
            return found[1].replace("''", "'"), "text"
        variables = {
            "@@VERSION": properties["@@VERSION"], "@@SPID": 51, "@@SERVERNAME": session.name, "@@TRANCOUNT": 0,
            "@@LANGUAGE": "us_english", "@@MICROSOFTVERSION": 0x10000000, "DB_NAME()": session.database,
            "SUSER_SNAME()": session.user, "SYSTEM_USER": session.user, "ORIGINAL_LOGIN()": session.user,
            "SUSER_NAME()": session.user}
        if upper in variables:
            value = variables[upper]
            return value, "int" if isinstance(value, int) else "text"
        if found := re.fullmatch(r"SERVERPROPERTY\s*\(\s*N?'(\w+)'\s*\)", expression, re.I):
            value = {key.lower(): value for key, value in properties.items()}.get(found[1].lower())
            return (int(value) if value and found[1] in NUMBERS else value), "variant"
        if found := re.fullmatch(r"CONNECTIONPROPERTY\s*\(\s*N?'(\w+)'\s*\)", expression, re.I):
            shown = {"net_transport": "TCP", "protocol_type": "TSQL", "auth_scheme": "SQL"}
            return shown.get(found[1].lower()), "variant"
        if re.fullmatch(r"HAS_PERMS_BY_NAME\s*\(.*VIEW SERVER.*\)", expression, re.I | re.S):
            return int(session.wanted["showsConnections"]), "int"
        return self.composed(expression, table)

    def composed(self, expression, table):
        """An expression that is made of others, or a column."""
        if re.fullmatch(r"\(\s*SELECT\b.*\)", expression, re.I | re.S):
            columns, row = Batch(self.session, "").select(expression[1:-1].strip())
            return row[0], columns[0].kind
        if found := re.fullmatch(r"(CAST|CONVERT|ISNULL|COALESCE)\s*\((.*)\)", expression, re.I | re.S):
            name, inner = found[1].upper(), found[2]
            if name == "CAST":
                inner, _, kind = re.fullmatch(r"(.*\S)(\s+AS\s+)(.*)", inner, re.I | re.S).groups()
            elif name == "CONVERT":
                kind, inner = split(inner, ",")[:2]
            else:
                values = [self.value(part, table) for part in split(inner, ",")]
                return next((value for value in values if value[0] is not None), values[0])
            value = self.value(inner.strip(), table)[0]
            if re.match(r"(int|bigint|smallint|tinyint|bit)\b", kind.strip(), re.I):
                return value, "int"
            return value, "text"
        column = re.sub(r"^\w+\.", "", expression).strip("[]").lower()
        if column in table:
            return table[column], "int" if isinstance(table[column], int) else "text"
        raise ServerError(207, expression)

"""The queries that the fake understands.

    SELECT item [AS name], …              item: VERSION() DATABASE() SCHEMA() USER() CURRENT_USER() CONNECTION_ID()
                                          @@[GLOBAL.|SESSION.]variable, a number, a 'text'
    SHOW [GLOBAL|SESSION] VARIABLES|STATUS [LIKE 'pattern' | WHERE Variable_name LIKE|=|IN …]
    SELECT column, … FROM mysql.user [WHERE column = 'text' AND …]
    SET …, USE …, BEGIN, START TRANSACTION, COMMIT, ROLLBACK      OK, nothing is done but USE

A comment in front and a semicolon behind do not count. Everything else is error 1064.
"""

import re

from mysql_protocol import MySQLError

VARIABLES = {
    "version_comment": "MySQL Community Server - GPL",
    "version_compile_os": "Linux",
    "version_compile_machine": "x86_64",
    "protocol_version": "10",
    "license": "GPL",
    "read_only": "OFF",
    "super_read_only": "OFF",
    "innodb_read_only": "OFF",
    "tls_version": "TLSv1.2,TLSv1.3",
    "default_authentication_plugin": "caching_sha2_password",
    "character_set_server": "utf8mb4",
    "character_set_client": "utf8mb4",
    "collation_server": "utf8mb4_0900_ai_ci",
    "collation_connection": "utf8mb4_0900_ai_ci",
    "lower_case_table_names": "0",
    "max_allowed_packet": "67108864",
    "max_connections": "151",
    "max_execution_time": "0",
    "wait_timeout": "28800",
    "interactive_timeout": "28800",
    "autocommit": "ON",
    "transaction_isolation": "REPEATABLE-READ",
    "time_zone": "SYSTEM",
    "system_time_zone": "UTC",
    "sql_mode": "ONLY_FULL_GROUP_BY,STRICT_TRANS_TABLES,NO_ZERO_IN_DATE,NO_ZERO_DATE,"
                "ERROR_FOR_DIVISION_BY_ZERO,NO_ENGINE_SUBSTITUTION",
}

TEXT = r"'([^']*)'|\"([^\"]*)\""


class Queries:
    """Answers one connection's queries. `context` has `user`, `database`, `connection_id`, `variables`, `status`,
    `user_table`, and `use`, which changes the database."""

    def __init__(self, context):
        self.context = context

    def answer(self, query):
        """Columns and rows, or None for OK."""
        bare = re.sub(r"^\s*(/\*.*?\*/\s*)+", "", query, flags=re.S).strip().rstrip(";").strip()
        for pattern, method in (
            (r"select\s+(.+?)\s+from\s+`?mysql`?\.`?user`?(?:\s+where\s+(.+))?", self.users),
            (r"select\s+(.+?)(?:\s+limit\s+1)?", self.select),
            (r"show\s+(?:global\s+|session\s+|local\s+)?(variables|status)(?:\s+(like|where)\s+(.+))?", self.show),
            (r"use\s+`?([^`]+?)`?", self.use),
            (r"(?:set\s.+|begin|start\s+transaction|commit|rollback)", lambda: None),
        ):
            if match := re.fullmatch(pattern, bare, re.I | re.S):
                return method(*match.groups())
        raise self.unknown(bare)

    @staticmethod
    def unknown(near):
        return MySQLError(
            1064, "42000",
            "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version "
            f"for the right syntax to use near '{near}' at line 1")

    def use(self, database):
        self.context.use(database)

    def select(self, items):
        names, values = [], []
        for item in split(items):
            expression, name = re.fullmatch(r"(.+?)(?:\s+as\s+[`'\"]?(\w+)[`'\"]?)?", item, re.I | re.S).groups()
            names.append(name or expression)
            values.append(self.value(expression.strip()))
        return names, [values]

    def value(self, expression):
        functions = {
            "version()": self.context.variables["version"],
            "database()": self.context.database or None,
            "schema()": self.context.database or None,
            "user()": f"{self.context.user}@localhost",
            "current_user()": f"{self.context.user}@%",
            "current_user": f"{self.context.user}@%",
            "connection_id()": str(self.context.connection_id),
        }
        if expression.lower() in functions:
            return functions[expression.lower()]
        if match := re.fullmatch(r"@@(?:(?:global|session|local)\.)?(\w+)", expression, re.I):
            value = self.context.variables.get(match[1].lower())
            if value is None:
                raise MySQLError(1193, "HY000", f"Unknown system variable '{match[1]}'")
            # As an expression, a switch is a number.
            return {"ON": "1", "OFF": "0"}.get(value, value)
        if re.fullmatch(r"\d+", expression):
            return expression
        if match := re.fullmatch(TEXT, expression):
            return match[1] if match[1] is not None else match[2]
        raise self.unknown(expression)

    def show(self, what, kind, condition):
        table = self.context.variables if what.lower() == "variables" else self.context.status
        wanted = self.condition(kind, condition)
        return ["Variable_name", "Value"], [[name, table[name]] for name in sorted(table) if wanted(name)]

    def condition(self, kind, condition):
        """Whether a name is wanted, as a function."""
        if kind is None:
            return lambda name: True
        if kind.lower() == "like":
            return self.comparison("like", condition)
        parts = []
        for part in re.split(r"\s+or\s+", condition, flags=re.I):
            match = re.fullmatch(r"`?variable_name`?\s*(like|=|in)\s*(.+)", part.strip(), re.I | re.S)
            if not match:
                raise self.unknown(part)
            parts.append(self.comparison(match[1].lower(), match[2].strip()))
        return lambda name: any(part(name) for part in parts)

    def comparison(self, operator, operand):
        texts = [a or b for a, b in re.findall(TEXT, operand)]
        form = rf"\(\s*(?:{TEXT})\s*(?:,\s*(?:{TEXT})\s*)*\)" if operator == "in" else f"(?:{TEXT})"
        if not re.fullmatch(form, operand):
            raise self.unknown(operand)
        if operator == "like":
            pattern = re.escape(texts[0]).replace("%", ".*").replace(r"\\_", "\0").replace("_", ".")
            return re.compile(pattern.replace("\0", "_"), re.I).fullmatch
        names = {name.lower() for name in texts}
        return lambda name: name.lower() in names

    def users(self, columns, condition):
        if self.context.user_table is None:
            raise MySQLError(
                1142, "42000", f"SELECT command denied to user '{self.context.user}'@'localhost' for table 'user'")
        names = [name.strip("`") for name in split(columns)]
        wanted = []
        for part in re.split(r"\s+and\s+", condition or "", flags=re.I):
            match = re.fullmatch(rf"`?(\w+)`?\s*=\s*(?:{TEXT})", part.strip())
            if condition and not match:
                raise self.unknown(part)
            if match:
                wanted.append((match[1], match[2] if match[2] is not None else match[3]))
        chosen = []
        for row in self.context.user_table:
            row = {name.lower(): value for name, value in row.items()}
            for name in names + [name for name, _ in wanted]:
                if name.lower() not in row:
                    raise MySQLError(1054, "42S22", f"Unknown column '{name}' in 'field list'")
            if all(row[name.lower()] == value for name, value in wanted):
                chosen.append([row[name.lower()] for name in names])
        return names, chosen


def split(items):
    """The items of a list, whose texts may hold commas."""
    return [item.strip() for item in re.findall(r"(?:'[^']*'|\"[^\"]*\"|[^,'\"])+", items)]

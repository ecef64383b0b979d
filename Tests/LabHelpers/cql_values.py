"""The notations of section 3 of CQL's native protocol, and results made of them."""

import struct


def string(text):
    data = text.encode()
    return struct.pack("!H", len(data)) + data


def strings(texts):
    return struct.pack("!H", len(texts)) + b"".join(string(text) for text in texts)


def multimap(options):
    return struct.pack("!H", len(options)) + b"".join(
        string(key) + strings(values) for key, values in options.items())


def value(data):
    return struct.pack("!i", -1) if data is None else struct.pack("!i", len(data)) + data


def read_string(body, at=0):
    """A string, and where it ends."""
    (count,) = struct.unpack_from("!H", body, at)
    return body[at + 2 : at + 2 + count].decode(), at + 2 + count


def read_map(body):
    """A string map."""
    (count,) = struct.unpack_from("!H", body)
    at, pairs = 2, {}
    for _ in range(count):
        key, at = read_string(body, at)
        pairs[key], at = read_string(body, at)
    return pairs


def read_value(body):
    (count,) = struct.unpack_from("!i", body)
    return body[4 : 4 + count] if count >= 0 else None


def read_query(body):
    (count,) = struct.unpack_from("!i", body)
    return body[4 : 4 + count].decode()


# Types of columns (section 4.2.5.2), and how their values are written (section 6). A set's is a set of texts.
TYPES = {"text": struct.pack("!H", 0x0D), "uuid": struct.pack("!H", 0x0C), "inet": struct.pack("!H", 0x10),
         "set": struct.pack("!HH", 0x22, 0x0D)}


def encoded(kind, content):
    if content is None or isinstance(content, bytes):
        return content
    if kind == "set":
        return struct.pack("!i", len(content)) + b"".join(value(text.encode()) for text in content)
    return content.encode()


def rows(keyspace, table, columns, records):
    """A result of kind Rows: `columns` are names and kinds of types, `records` dictionaries."""
    body = struct.pack("!iii", 2, 1, len(columns)) + string(keyspace) + string(table)
    body += b"".join(string(name) + TYPES[kind] for name, kind in columns)
    body += struct.pack("!i", len(records))
    for record in records:
        body += b"".join(value(encoded(kind, record.get(name))) for name, kind in columns)
    return body

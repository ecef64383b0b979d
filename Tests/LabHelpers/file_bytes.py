"""A file's bytes."""


def write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def read(path):
    with open(path, "rb") as file:
        return file.read()


def changed(data, offset, new):
    return data[:offset] + new + data[offset + len(new) :]

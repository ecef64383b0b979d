"""Logs in to a server as pymongo does, `mongo_login.py PORT OPTIONS` with pymongo's options as JSON, and prints as
JSON who it is there and what it sees, or the error."""

import json
import sys

import pymongo


def login(port, options):
    client = pymongo.MongoClient("localhost", port, serverSelectionTimeoutMS=5000, **options)
    try:
        users = client.admin.command("connectionStatus")["authInfo"]["authenticatedUsers"]
        return {
            "user": users[0]["user"] if users else None,
            "databases": sorted(client.list_database_names()),
            "version": client.server_info()["version"],
        }
    except pymongo.errors.PyMongoError as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        client.close()


if __name__ == "__main__":
    print(json.dumps(login(int(sys.argv[1]), json.loads(sys.argv[2]))))

"""The official Cassandra driver logs in to a server: `cassandra_client.py JSON`; prints what came of it as JSON.

The keys: port, version, user, password, keyspace, tls (ca, name, certificate, key, passphrase, maximum).
"""

import json
import ssl
import sys

from cassandra.auth import PlainTextAuthProvider
from cassandra.cluster import Cluster, ExecutionProfile, EXEC_PROFILE_DEFAULT
from cassandra.policies import WhiteListRoundRobinPolicy


def context(wanted):
    tls = wanted.get("tls")
    if tls is None:
        return None
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.load_verify_locations(tls["ca"])
    if tls.get("maximum") == "1.2":
        made.maximum_version = ssl.TLSVersion.TLSv1_2
    if tls.get("certificate"):
        made.load_cert_chain(tls["certificate"], tls["key"], tls.get("passphrase"))
    return made


def connect(wanted):
    login = PlainTextAuthProvider(wanted["user"], wanted["password"]) if wanted.get("user") else None
    cluster = Cluster(
        ["127.0.0.1"], port=wanted["port"], auth_provider=login, ssl_context=context(wanted),
        ssl_options={"server_hostname": "localhost"} if wanted.get("tls") else None,
        connect_timeout=5, control_connection_timeout=5, schema_metadata_enabled=False,
        token_metadata_enabled=False, monitor_reporting_enabled=False, executor_threads=1,
        execution_profiles={
            EXEC_PROFILE_DEFAULT: ExecutionProfile(load_balancing_policy=WhiteListRoundRobinPolicy(["127.0.0.1"]))},
        **({"protocol_version": wanted["version"]} if wanted.get("version") else {}))
    try:
        session = cluster.connect(wanted.get("keyspace"))
        row = session.execute("SELECT release_version, cluster_name, data_center FROM system.local").one()
        return {"version": cluster.protocol_version, "release": row.release_version,
                "cluster": row.cluster_name, "dataCenter": row.data_center}
    except Exception as error:
        return {"error": f"{type(error).__name__}: {error}"}
    finally:
        cluster.shutdown()


if __name__ == "__main__":
    print(json.dumps(connect(json.loads(sys.argv[1]))))

"""Keys and words of trust as NATS has them, made with openssl. For tests.

    _nats_keys.py nkey              prints "PUBLIC SEED" of a user
    _nats_keys.py creds FOLDER      writes site.creds, stranger.creds and trust.conf, which trusts the first

An nkey is an ed25519 key in base 32, with a sign before it and a check sum behind.
"""

import base64
import json
import os
import subprocess
import sys
import tempfile
import time

OPERATOR, ACCOUNT, USER, SEED = 14 << 3, 0 << 3, 20 << 3, 18 << 3


def openssl(*words, data=b""):
    return subprocess.run(("openssl",) + words, input=data, check=True, capture_output=True).stdout


def crc16(data):
    crc = 0
    for byte in data:
        crc ^= byte << 8
        for _ in range(8):
            crc = (crc << 1 ^ 0x1021 if crc & 0x8000 else crc << 1) & 0xFFFF
    return crc.to_bytes(2, "little")


def words(raw):
    return base64.b32encode(raw + crc16(raw)).decode().rstrip("=")


def packed(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=")


class Key:
    def __init__(self, kind):
        self.der = openssl("genpkey", "-algorithm", "ed25519", "-outform", "DER")
        public = openssl("pkey", "-inform", "DER", "-pubout", "-outform", "DER", data=self.der)[-32:]
        self.public = words(bytes([kind]) + public)
        self.seed = words(bytes([SEED | kind >> 5, (kind & 31) << 3]) + self.der[-32:])

    def sign(self, data):
        with tempfile.TemporaryDirectory() as folder:
            key, text = os.path.join(folder, "key"), os.path.join(folder, "text")
            for path, content in ((key, self.der), (text, data)):
                with open(path, "wb") as file:
                    file.write(content)
            return openssl("pkeyutl", "-sign", "-rawin", "-keyform", "DER", "-inkey", key, "-in", text)

    def says(self, subject, name, claims):
        """A JWT by this key about another."""
        body = {"jti": name, "iat": int(time.time()), "iss": self.public, "name": name, "sub": subject.public,
                "nats": claims | {"version": 2}}
        text = b".".join(packed(json.dumps(part).encode()) for part in ({"typ": "JWT", "alg": "ed25519-nkey"}, body))
        return (text + b"." + packed(self.sign(text))).decode()


def creds(path, jwt, seed):
    with open(os.open(path, os.O_CREAT | os.O_WRONLY, 0o600), "w") as file:
        file.write(f"-----BEGIN NATS USER JWT-----\n{jwt}\n------END NATS USER JWT------\n\n"
                   f"-----BEGIN USER NKEY SEED-----\n{seed}\n------END USER NKEY SEED------\n")


def make_trust(folder):
    operator, account, user, other, system = (Key(kind) for kind in (OPERATOR, ACCOUNT, USER, ACCOUNT, ACCOUNT))
    free = {"subs": -1, "data": -1, "payload": -1}
    stores = {"imports": -1, "exports": -1, "wildcards": True, "conn": -1, "leaf": -1,
              "mem_storage": -1, "disk_storage": -1, "streams": -1, "consumer": -1}
    about = operator.says(account, "fleet", {"type": "account", "limits": free | stores})
    itself = operator.says(system, "system", {"type": "account", "limits": free | stores | {"streams": 0, "disk_storage": 0, "mem_storage": 0}})
    creds(f"{folder}/site.creds", account.says(user, "site7", free | {"type": "user", "pub": {}, "sub": {}}), user.seed)
    creds(f"{folder}/stranger.creds", other.says(user, "x", free | {"type": "user", "pub": {}, "sub": {}}), user.seed)
    with open(f"{folder}/trust.conf", "w") as file:
        file.write(f"operator: {operator.says(operator, 'operator', {'type': 'operator'})}\nresolver: MEMORY\n"
                   f"system_account: {system.public}\n"
                   f"resolver_preload: {{ {account.public}: {about}, {system.public}: {itself} }}\n")


if sys.argv[1] == "nkey":
    user = Key(USER)
    print(user.public, user.seed)
else:
    make_trust(sys.argv[2])

# Makes keys and JSON Web Tokens with PyJWT, a line of JSON in, one out:
#   {"make": "HS256" or "EdDSA", "kid": KID or null}
#       -> {"jwk": public or secret part, "key": private part}
#   {"sign": key, "claims": {...}, "header": {...}} -> {"token": TOKEN}

import base64
import json
import os
import sys

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey


def b64(octets):
    return base64.urlsafe_b64encode(octets).rstrip(b"=").decode()


def make(alg, kid):
    if alg == "HS256":
        secret = b64(os.urandom(32))
        jwk = {"kty": "oct", "k": secret}
        private = secret
    else:
        key = Ed25519PrivateKey.generate()
        jwk = {"kty": "OKP", "crv": "Ed25519", "x": b64(
            key.public_key().public_bytes(serialization.Encoding.Raw,
                                          serialization.PublicFormat.Raw))}
        private = key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption()).decode()
    if kid is not None:
        jwk["kid"] = kid
    return {"jwk": jwk, "key": {"alg": alg, "kid": kid, "private": private}}


def sign(key, claims, header):
    private = key["private"]
    if key["alg"] == "HS256":
        private = base64.urlsafe_b64decode(private + "=")
    headers = dict(header)
    if key["kid"] is not None:
        headers.setdefault("kid", key["kid"])
    return {"token": jwt.encode(claims, private, algorithm=key["alg"],
                                headers=headers)}


for line in sys.stdin:
    ask = json.loads(line)
    if "make" in ask:
        answer = make(ask["make"], ask.get("kid"))
    else:
        answer = sign(ask["sign"], ask["claims"], ask.get("header", {}))
    print(json.dumps(answer), flush=True)

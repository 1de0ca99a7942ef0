"""An envelope signed by securesystemslib, the DSSE library of TUF and in-toto, and one of an in-toto statement as protobuf has it.

ed25519 signatures are deterministic (RFC 8032), so the same key must sign the same bytes alike here and there.
"""

import base64
import hashlib
import json
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from google.protobuf.json_format import MessageToDict
from in_toto_attestation.v1.resource_descriptor import ResourceDescriptor
from in_toto_attestation.v1.statement import Statement
from securesystemslib.dsse import Envelope
from securesystemslib.signer import CryptoSigner, SSlibKey

TYPE = "application/vnd.in-toto+json"

# The secret key of test 1 in RFC 8032, 7.1: known to everybody, and so no secret.
SEED = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
private = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(SEED))
spki = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
public = SSlibKey.from_crypto(private.public_key(), keyid=hashlib.sha256(spki).hexdigest())
signer = CryptoSigner(private, public)

statement = Statement(
    subjects=[ResourceDescriptor(name="electricity/v3", digest={"sha256": "ab" * 32}).pb],
    predicate_type="https://slsa.dev/provenance/v1",
    predicate={"buildDefinition": {"buildType": "urn:pawl:release:v1"}},
)
statement.validate()
payload = json.dumps(MessageToDict(statement.pb), sort_keys=True, ensure_ascii=False).encode()


def sealed(body: bytes, kind: str) -> dict:
    envelope = Envelope(payload=body, payload_type=kind, signatures={})
    envelope.sign(signer)
    envelope.verify([public], 1)
    return {"pae": base64.b64encode(envelope.pae()).decode(), "envelope": envelope.to_dict()}


Path(__file__).with_name("attestation.json").write_text(
    json.dumps(
        {
            "seed": SEED,
            "publicKey": private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode(),
            "statement": sealed(payload, TYPE),
            "umlauts": sealed('{"größer": "größer als 1 €"}'.encode(), TYPE),
            "empty": sealed(b"", TYPE),
            "specification": sealed(b"hello world", "http://example.com/HelloWorld"),
        },
        indent=1,
        ensure_ascii=False,
    )
    + "\n"
)

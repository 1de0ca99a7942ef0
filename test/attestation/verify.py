"""verify.py KEYS.pem ENVELOPE.json [ARTIFACT]: verifies an envelope as in-toto's own libraries do, and says what it binds.

Nothing of pawl is used. Exit code 1 where the signature does not hold, the statement is none, or the artifact is another one.
"""

import hashlib
import json
import sys
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from google.protobuf.json_format import Parse, ParseDict
from in_toto_attestation.predicates.provenance.v1.provenance_pb2 import Provenance
from in_toto_attestation.v1.statement import Statement
from in_toto_attestation.v1.statement_pb2 import Statement as StatementMessage
from securesystemslib.dsse import Envelope
from securesystemslib.signer import SSlibKey

keys_file, envelope_file, *artifact = map(Path, sys.argv[1:])

# Of the keys in the file the first, named as pawl names keys.
public = load_pem_public_key(keys_file.read_bytes())
spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
key = SSlibKey.from_crypto(public, keyid=hashlib.sha256(spki).hexdigest())

envelope = Envelope.from_dict(json.loads(envelope_file.read_bytes()))
verified = envelope.verify([key], 1)
assert envelope.payload_type == "application/vnd.in-toto+json", envelope.payload_type

statement = Statement.copy_from_pb(Parse(envelope.payload, StatementMessage()))
statement.validate()
assert statement.pb.predicate_type == "https://slsa.dev/provenance/v1", statement.pb.predicate_type
content = json.loads(envelope.payload)
# Fields named <vendor>_<field> are extensions; all others have to be the specification's.
known = {name: value for name, value in content["predicate"].items() if not name.startswith("pawl_")}
provenance = ParseDict(known, Provenance())

(subject,) = content["subject"]
if artifact:
    digest = hashlib.sha256(artifact[0].read_bytes()).hexdigest()
    assert digest == subject["digest"]["sha256"], f"the artifact has the digest {digest}"

print(
    json.dumps(
        {
            "keyids": sorted(verified),
            "subject": subject,
            "dependencies": [dependency.name for dependency in provenance.build_definition.resolved_dependencies],
            "builder": provenance.run_details.builder.id,
            "admission": content["predicate"]["pawl_admission"],
        }
    )
)

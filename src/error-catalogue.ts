/** Every error that pawl raises on purpose has a code; `docs/errors.md` is generated from this catalogue. */
export const catalogue = {
  PAWL_SPEC_INVALID: { status: 422, what: 'pawl.yaml has mistakes.', todo: 'Correct every line named; nothing was applied.' },
  PAWL_SOURCE_NOT_FOUND: {
    status: 404,
    what: 'The source has no file.',
    todo: 'Correct `source.files`: a path or glob relative to the folder of pawl.yaml.',
  },
  PAWL_SOURCE_UNREADABLE: {
    status: 422,
    what: 'A source file cannot be read.',
    todo: 'Correct or remove the files named; nothing was ingested.',
  },
  PAWL_CONTRACT_VIOLATED: {
    status: 422,
    what: 'The rows break the contract.',
    todo: 'Correct the rows, or the contract where it is wrong; `contract.quarantine` sets a small share of rows aside.',
  },
  PAWL_TIME_INVALID: {
    status: 422,
    what: 'A time cannot be read.',
    todo: 'Write it as ISO 8601, such as 2026-01-31T00:00:00Z.',
  },
  PAWL_HOLDOUT_EMPTY: {
    status: 422,
    what: 'The hold-out leaves no rows to learn from or none to evaluate on.',
    todo: 'Change `evaluation.holdout` or `training.window`, or wait for more rows.',
  },
  PAWL_SPEC_NOT_FOUND: {
    status: 404,
    what: 'There is no pawl.yaml at that path.',
    todo: 'Name the file, or write one with `pawl init DATA.csv`.',
  },
  PAWL_SETTINGS_INVALID: {
    status: 500,
    what: 'An environment variable is missing or malformed.',
    todo: 'Set the variables named, or start `pawl dev` in this folder or one above it; `pawl doctor` checks them.',
  },
  PAWL_PROGRAM_MISSING: {
    status: 500,
    what: 'A program that pawl needs is not on this machine and could not be downloaded or built.',
    todo: 'Install it, or set the variable named to its path; each way that was tried is listed with what stopped it.',
  },
  PAWL_ARTIFACT_REFUSED: {
    status: 422,
    what: 'Serving does not say what the evaluation said.',
    todo: 'Nothing was registered. Report it with the release: an exported graph disagrees with itself.',
  },
  PAWL_NO_WAY_BACK: {
    status: 409,
    what: 'There is no champion to go back to that could be loaded.',
    todo: 'See `pawl versions`; restore the artifact in the object store, or release again.',
  },
  PAWL_MONITOR_NOT_RUNNING: { status: 409, what: 'The model has no monitor.', todo: 'Start it with `pawl apply`.' },
  PAWL_REQUEST_REFUSED: {
    status: 409,
    what: 'The monitor refused a request.',
    todo: 'Read the reasons; `pawl status` says what runs.',
  },
  PAWL_OVERLOADED: {
    status: 503,
    what: 'The gateway, or a version, has more to answer than it can.',
    todo: 'Send the request again after `retry-after` seconds; add gateways or `--processes` where it lasts.',
  },
  PAWL_DEADLINE_EXCEEDED: {
    status: 504,
    what: 'No version answered in time.',
    todo: 'Send it again; a larger `serving.deadline` or a smaller model helps where it lasts, a `serving.default` answers in its place.',
  },
  PAWL_VERSION_NOT_ALLOWED: {
    status: 403,
    what: 'The caller may not ask for a version.',
    todo: 'Leave `x-pawl-version` out, or add the key to `serving.choose_version` in pawl.yaml.',
  },
  PAWL_VERSION_NOT_SERVED: {
    status: 404,
    what: 'The version asked for is not loaded at the gateway.',
    todo: 'Ask for one of those named: the champion, the challenger and the champions before.',
  },
  PAWL_WORKER_UNAVAILABLE: {
    status: 503,
    what: 'No pipeline worker takes requests up.',
    todo: 'Start one with the same PAWL_TASK_QUEUE (`pawl dev` does); `pawl doctor` looks for them. See `pawl timeline MODEL` before asking again.',
  },
  PAWL_USAGE_INVALID: {
    status: 400,
    what: 'A command was called with what it does not take, or without what it needs.',
    todo: 'See `pawl --help` for the commands and `pawl COMMAND --help` for what one takes.',
  },
  PAWL_TEMPORAL_UNAVAILABLE: {
    status: 503,
    what: 'Temporal cannot be reached.',
    todo: 'Start it, or set PAWL_TEMPORAL_ADDRESS. A rollback needs no Temporal: `pawl rollback MODEL --break-glass --reason ...`.',
  },
  PAWL_GATEWAY_UNAVAILABLE: {
    status: 503,
    what: 'The gateway cannot be reached.',
    todo: 'Start it, or name it with --gateway or PAWL_GATEWAY_PORT.',
  },
  PAWL_FILE_EXISTS: {
    status: 409,
    what: 'A file would be overwritten.',
    todo: 'Name another with --out, or replace it with --force.',
  },
  PAWL_FILE_UNWRITABLE: {
    status: 500,
    what: 'A file cannot be written.',
    todo: 'Name another with --out, in a folder that is there and yours to write.',
  },
  PAWL_REQUEST_MALFORMED: { status: 400, what: 'The body is no JSON.', todo: 'Send a JSON object; the message names the place.' },
  PAWL_REQUEST_INVALID: {
    status: 422,
    what: 'The body does not have the shape that this route takes.',
    todo: 'Correct every problem named.',
  },
  PAWL_REQUEST_TOO_LARGE: { status: 413, what: 'The body is larger than the gateway takes.', todo: 'Send fewer rows at a time.' },
  PAWL_ROW_INVALID: {
    status: 422,
    what: 'A row does not fit the model.',
    todo: 'Correct every column named; nothing was predicted.',
  },
  PAWL_ROUTE_NOT_FOUND: {
    status: 404,
    what: 'The gateway has no such route.',
    todo: 'See the routes in `docs/gateway.md`.',
  },
  PAWL_METHOD_NOT_ALLOWED: {
    status: 405,
    what: 'The route takes another method.',
    todo: 'Use a method named in the header `allow`.',
  },
  PAWL_MODEL_NOT_READY: {
    status: 503,
    what: 'The model has no champion yet, or it is still being loaded.',
    todo: 'Try again after the time in `retry-after`; `pawl status MODEL` says what runs.',
  },
  PAWL_PREDICTION_FAILED: {
    status: 500,
    what: 'No version could score the request.',
    todo: 'Look for the cause in the log of the gateway.',
  },
  PAWL_INCUMBENT_UNAVAILABLE: {
    status: 503,
    what: 'The endpoint that pawl forwards to cannot be reached, is late, or says that it cannot answer now.',
    todo: 'Look at the endpoint that `champion.http` names; `champion.timeout` says how long it may take.',
  },
  PAWL_INCUMBENT_ANSWER_INVALID: {
    status: 502,
    what: 'The endpoint that pawl forwards to refuses the rows, or its answer cannot be read.',
    todo: 'Compare `champion.format` and the features of the contract with what the endpoint takes; see `docs/migration.md`.',
  },
  PAWL_INTERNAL: { status: 500, what: 'A fault of pawl itself.', todo: 'Look for the cause in the log, and report it.' },
  PAWL_ARTIFACT_DAMAGED: {
    status: 500,
    what: 'An artifact is not what was registered.',
    todo: 'Restore the object; until then the version is not loaded.',
  },
  PAWL_ATTESTATION_MISSING: {
    status: 422,
    what: 'A version has no attestation, and one is required.',
    todo: 'See `pawl verify MODEL`. One of before there were attestations gets one with `pawl attest MODEL vN --reason ...`.',
  },
  PAWL_ATTESTATION_INVALID: {
    status: 422,
    what: 'The attestation of a version does not hold.',
    todo: 'The version is not loaded. See `pawl verify MODEL`: restore what was changed, add the key to PAWL_TRUSTED_KEYS where it is yours, or release again.',
  },
  PAWL_ATTESTATION_IMPOSSIBLE: {
    status: 422,
    what: 'A version cannot be attested.',
    todo: 'Only versions that a release of pawl made have an artifact to sign for; see `pawl versions MODEL`.',
  },
  PAWL_SPOOL_IN_USE: {
    status: 409,
    what: 'Another gateway uses the same spool folder.',
    todo: 'Give each gateway a folder of its own with PAWL_SPOOL_DIR.',
  },
  PAWL_SPOOL_UNAVAILABLE: {
    status: 503,
    what: 'The local disk refuses to keep labels.',
    todo: 'Send the labels again later; make room on the disk of the gateway.',
  },
  PAWL_MODEL_NOT_FOUND: {
    status: 404,
    what: 'There is no model of that name.',
    todo: 'See `pawl status` for the models; `pawl apply` adds one.',
  },
  PAWL_PORT_TAKEN: {
    status: 500,
    what: 'A port that the dev stack needs is taken by another program.',
    todo: 'Stop that program, or give the part named another port by the variable or option named.',
  },
  PAWL_DEV_RUNNING: {
    status: 500,
    what: 'The dev stack runs in this folder already.',
    todo: 'Use the one that runs, stop it with Ctrl-C, or start this one in another folder.',
  },
  PAWL_DEV_PART_FAILED: {
    status: 500,
    what: 'A part of the dev stack did not start.',
    todo: 'Read the end of its log, shown with the error; the whole log is in .pawl/logs/.',
  },
  PAWL_OBJECT_NOT_FOUND: {
    status: 404,
    what: 'An object is not in the store.',
    todo: 'Check PAWL_STORE_URL; restore the object where it was deleted.',
  },
  PAWL_OBJECT_KEY_INVALID: {
    status: 400,
    what: 'A key or URI is none of this object store.',
    todo: 'Use relative keys separated by slashes, or URIs under the root of the store.',
  },
  PAWL_STORE_UNAVAILABLE: {
    status: 503,
    what: 'The object store cannot be reached, or refuses.',
    todo: 'Check PAWL_STORE_URL, PAWL_S3_ENDPOINT, the credentials and the disk; `pawl doctor` tries it.',
  },
  PAWL_REGISTRY_UNAVAILABLE: {
    status: 503,
    what: 'The registry cannot be reached.',
    todo: 'Start Postgres, or set PAWL_REGISTRY_URL; `pawl doctor` tries it.',
  },
  PAWL_REGISTRY_NOT_MIGRATED: {
    status: 503,
    what: 'The registry lacks a table or column that this pawl needs.',
    todo: 'Let this version of pawl migrate it.',
  },
  PAWL_REGISTRY_REFUSED: {
    status: 422,
    what: 'The registry refuses a value.',
    todo: 'Correct what the message names; sending it again cannot help.',
  },
  PAWL_MIGRATION_CHANGED: {
    status: 500,
    what: 'A migration that was applied is not the one that this pawl brings.',
    todo: 'Restore the file: what was applied is never edited, a new number follows it.',
  },
  PAWL_REGISTRY_NEWER: {
    status: 500,
    what: 'The registry was migrated by a newer pawl.',
    todo: 'Use that version, or a newer one.',
  },
  PAWL_RELEASE_NOT_FOUND: { status: 404, what: 'There is no release of that id.', todo: 'See `pawl timeline MODEL`.' },
  PAWL_STEP_NOT_FOUND: {
    status: 404,
    what: 'A release was to begin with a later step, and what the steps before it left is not there.',
    todo: 'Release without `--from`: what is unchanged is taken all the same.',
  },
  PAWL_VERSION_NOT_FOUND: { status: 404, what: 'There is no version of that number.', todo: 'See `pawl versions MODEL`.' },
  PAWL_PREDICTION_NOT_FOUND: {
    status: 404,
    what: 'No prediction of that id is in the prediction log.',
    todo: 'Check the id and the model. A fresh one may not be there yet: gateways ship their log every 10 s (PAWL_SEGMENT_MS), and later where the object store was away. Try again then.',
  },
  PAWL_BUNDLE_IMPOSSIBLE: {
    status: 422,
    what: 'The model cannot be put into a bundle.',
    todo: 'A bundle serves with no other service in reach, so it needs a champion that has an artifact: see `pawl status MODEL`.',
  },
  PAWL_BUNDLE_DAMAGED: {
    status: 500,
    what: 'A folder is no bundle, or not what `pawl bundle` made.',
    todo: 'Copy the bundle again, or make another with `pawl bundle MODEL --out DIR`. What waits to be sent in the folder of a bundle that has served is in `predictions`, `windows` and `labels`: keep these.',
  },
  PAWL_DATASET_NOT_FOUND: {
    status: 404,
    what: 'There is no dataset of that digest.',
    todo: 'Check the digest; datasets are recorded when they meet the contract.',
  },
  PAWL_EPOCH_SUPERSEDED: {
    status: 409,
    what: 'Somebody else has the right to write the traffic of the model now.',
    todo: 'Nothing was written. See `pawl timeline MODEL` for who took it over.',
  },
  PAWL_TRAFFIC_INVALID: {
    status: 422,
    what: 'A traffic revision contradicts itself.',
    todo: 'Correct every problem named; nothing was written.',
  },
  PAWL_TRAINING_PARAMS_INVALID: {
    status: 422,
    what: 'The parameters of the trainer have mistakes.',
    todo: 'Correct every one named under training.params.',
  },
  PAWL_TRAINING_IMPOSSIBLE: {
    status: 422,
    what: 'These rows cannot be learned from.',
    todo: 'Correct what it names: the contract, the window, the hold-out or the weights. `docs/trainers.md` lists what cannot be learned from.',
  },
  PAWL_TRAINER_NOT_FOUND: {
    status: 422,
    what: 'The command of the trainer is not on the training worker.',
    todo: 'Correct `training.command`; its paths start at the folder of pawl.yaml, which has to be on every training worker.',
  },
  PAWL_TRAINER_REFUSED: {
    status: 422,
    what: 'The trainer said that trying again cannot help (exit code 64).',
    todo: 'Read what it printed; see `docs/trainers.md`.',
  },
  PAWL_TRAINER_FAILED: {
    status: 500,
    what: 'The trainer ended without a model.',
    todo: 'Read what it printed. It is tried again; exit code 64 says that this cannot help.',
  },
  PAWL_TRAINER_LIMIT: {
    status: 422,
    what: 'The trainer used more time or disk than it may.',
    todo: 'Find out what it did, or raise `training.time_budget` or `training.disk`.',
  },
  PAWL_TRAINER_OUTPUT_INVALID: {
    status: 422,
    what: 'What the trainer left is not what a trainer has to leave.',
    todo: 'Correct every problem named; `docs/trainers.md` says what the three files hold.',
  },
  PAWL_RAY_UNAVAILABLE: {
    status: 503,
    what: 'The Ray cluster does not answer, or says that it cannot just now.',
    todo: 'Check `training.ray.address` or PAWL_RAY_ADDRESS, and that the head node runs with its dashboard. It is tried again.',
  },
  PAWL_RAY_REFUSED: {
    status: 422,
    what: 'The Ray cluster will not take the training, or none is named.',
    todo: 'Read what it says; a cluster that asks for a token gets that of PAWL_RAY_TOKEN. See `docs/trainers.md`.',
  },
  PAWL_IMPORT_NOT_FOUND: {
    status: 404,
    what: 'A model to import is not there.',
    todo: 'Correct `training.import`, or what was named to `pawl import`; see `docs/mlflow.md`.',
  },
  PAWL_IMPORT_REFUSED: {
    status: 422,
    what: 'A model to import is none that pawl can serve, or not the one that its golden rows are of.',
    todo: 'Correct every problem named; `docs/trainers.md` says what an ONNX file has to take and give.',
  },
  PAWL_IMPORT_UNCHANGED: {
    status: 409,
    what: 'What would be imported is the champion already.',
    todo: 'Nothing: a release begins again when there is another model under that name.',
  },
  PAWL_MLFLOW_UNAVAILABLE: {
    status: 503,
    what: 'The MLflow server cannot be reached, or is not well.',
    todo: 'Look at the server that PAWL_MLFLOW_URL names; `pawl doctor` tries it.',
  },
  PAWL_LINEAGE_UNAVAILABLE: {
    status: 503,
    what: 'The receiver of OpenLineage events does not take them.',
    todo: 'Look at PAWL_OPENLINEAGE_URL or PAWL_OPENLINEAGE_FILE. Nothing is lost: events wait in the registry and are sent again.',
  },
  PAWL_MLFLOW_REFUSED: {
    status: 422,
    what: 'The MLflow server refuses a request.',
    todo: 'Read what it says; PAWL_MLFLOW_TOKEN, or name and password in PAWL_MLFLOW_URL, is who it takes pawl for.',
  },
  PAWL_SEARCH_IMPOSSIBLE: {
    status: 422,
    what: 'A search for parameters has nothing to compare its trials by.',
    todo: 'Correct `training.search`: the metric needs a value on the newest rows before the hold-out, both classes among them.',
  },
  PAWL_SEARCH_FAILED: {
    status: 422,
    what: 'No trial of a search for parameters came to a score.',
    todo: 'Read why the first ones failed, with `pawl trials MODEL`; correct `training.params` or `training.search`.',
  },
  PAWL_METRIC_UNDEFINED: {
    status: 422,
    what: 'A metric that the model is judged by has no value on these rows.',
    todo: 'Correct the labels, or the trainer: of counts every label is at least 0 and every prediction above 0. Or judge by another metric.',
  },
  PAWL_CHECKPOINT_REFUSED: {
    status: 422,
    what: 'A training cannot go on from a checkpoint.',
    todo: 'Nothing: a release begins the training anew. Where it is told often, see that nothing else writes to the object store.',
  },
  PAWL_FRAME_UNFIT: {
    status: 422,
    what: 'Rows do not have the columns or classes that a version was trained on.',
    todo: 'Keep the features, their types and the classes of the champion in the contract, or give the model another name.',
  },
  PAWL_ARTIFACT_UNREADABLE: {
    status: 422,
    what: 'An artifact is no ONNX model of pawl.',
    todo: 'Release again; check that nothing else writes to the object store.',
  },
} as const satisfies Record<string, { status: number; what: string; todo: string }>;

import type { ColumnType, Generated, GeneratedAlways } from 'kysely';
import type { Code } from '../attestation/describe-version.ts';
import type { DatasetRef } from '../data/dataset.ts';
import type { GateResult } from '../evaluation/gate-result.ts';
import type { ReleaseOutcome, StartStep } from '../messages/release.ts';
import type { DriftReport } from '../monitoring/drift-report.ts';
import type { AlarmKind, TriggerKind } from '../monitoring/state.ts';
import type { DrillEnd, Recovery, WayBack } from '../rollout/drill.ts';
import type { DrawnParams } from '../search/space.ts';
import type { ModelSpec } from '../spec/schema.ts';
import type { ReferenceBins } from '../stats/reference-bins.ts';
import type { StepInputs, StepName, StepObject } from '../steps/step.ts';
import type { ImportSource } from './imports.ts';
import type { Receiver } from './outbox.ts';

/** Written as JSON, read as the value. */
type Json<T> = ColumnType<T, T, T>;

/** The registry's tables as the migrations make them. */
export interface Tables {
  models: { name: string; spec_digest: string; base_directory: string; applied_at: Generated<Date>; applied_by: string };
  specs: {
    model: string;
    digest: string;
    spec: Json<ModelSpec>;
    source: string;
    applied_at: Generated<Date>;
    applied_by: string;
  };
  datasets: { digest: string; model: string; dataset: Json<DatasetRef>; spec_digest: string; recorded_at: Generated<Date> };
  triggers: {
    id: string;
    model: string;
    kind: TriggerKind;
    because: string;
    by: string;
    evidence: Json<unknown>;
    release: string | null;
    at: Generated<Date>;
  };
  releases: {
    id: string;
    model: string;
    number: number;
    run_id: string;
    spec_digest: string;
    trigger_id: string;
    override_gates: boolean;
    shuffle_labels: boolean;
    as_of: Date | null;
    stage: string | null;
    dataset_digest: string | null;
    version: number | null;
    outcome: ReleaseOutcome | null;
    because: string | null;
    metrics: Json<Readonly<Record<string, number>> | null>;
    abandoned: Generated<boolean>;
    drill: Generated<boolean>;
    from_step: Generated<StartStep | null>;
    fresh: Generated<boolean>;
    started_at: Generated<Date>;
    ended_at: Date | null;
  };
  steps: {
    seq: GeneratedAlways<number>;
    release: string;
    model: string;
    step: StepName;
    part: string;
    attempt: number;
    state: Generated<'running' | 'done' | 'taken' | 'failed'>;
    inputs: Json<StepInputs>;
    inputs_digest: string | null;
    output: ColumnType<unknown, unknown, unknown>;
    objects: ColumnType<readonly StepObject[], readonly StepObject[] | undefined, readonly StepObject[]>;
    taken_from: string | null;
    because: string | null;
    rows: number | null;
    cpu_ms: Generated<number>;
    wall_ms: Generated<number>;
    bytes_read: Generated<number>;
    bytes_written: Generated<number>;
    project: string | null;
    owner: string;
    tags: Json<Readonly<Record<string, string>>>;
    started_at: Generated<Date>;
    noted_at: Generated<Date>;
    ended_at: Date | null;
  };
  versions: {
    model: string;
    version: number;
    release: string | null;
    uri: string;
    digest: string;
    dataset_digest: string | null;
    trainer: string;
    params: Json<Readonly<Record<string, unknown>>>;
    seed: number;
    metrics: Json<Readonly<Record<string, number>>>;
    gates: Json<readonly GateResult[]>;
    importances: Json<Readonly<Record<string, number>>>;
    holdout_from: Date | null;
    overridden: boolean;
    reference: Json<ReferenceBins | null>;
    /** Of a drill's version: the one whose artifact it is. */
    copy_of: Generated<number | null>;
    code: ColumnType<Code | null, Code | null | undefined, never>;
    created_at: Generated<Date>;
  };
  imports: { trigger_id: string; model: string; source: Json<ImportSource>; by: string; at: Generated<Date> };
  outbox: {
    seq: GeneratedAlways<number>;
    receiver: Receiver;
    key: string;
    model: string;
    release: string | null;
    message: Json<unknown>;
    noted_at: Generated<Date>;
    tries: Generated<number>;
    because: string | null;
    sent_at: Date | null;
    refused_at: Date | null;
  };
  trials: {
    release: string;
    trial: number;
    rung: number;
    params: Json<DrawnParams>;
    share: number;
    resource: string | null;
    state: 'running' | 'done' | 'failed' | 'stopped';
    score: number | null;
    seconds: number | null;
    because: string | null;
    began_at: Generated<Date>;
    ended_at: Date | null;
  };
  drills: {
    release: string;
    model: string;
    champion: number;
    ended: DrillEnd | null;
    rule: string | null;
    recovery: Json<Recovery | null>;
    ways_back: ColumnType<readonly WayBack[], readonly WayBack[] | undefined, readonly WayBack[]>;
    began_at: Generated<Date>;
  };
  attestations: {
    seq: GeneratedAlways<number>;
    model: string;
    version: number;
    stage: 'registered' | 'released';
    keyid: string;
    envelope: string;
    signed_at: Generated<Date>;
  };
  champions: {
    seq: GeneratedAlways<number>;
    model: string;
    version: number;
    release: string | null;
    by: string;
    because: string;
    operation_id: string;
    since: Generated<Date>;
  };
  traffic_epochs: {
    model: string;
    epoch: number;
    holder: string;
    kind: 'rollout' | 'drill' | 'person' | 'break-glass';
    opened_at: Generated<Date>;
  };
  traffic_revisions: {
    model: string;
    revision: number;
    epoch: number;
    operation_id: string;
    champion: number | null;
    challenger: number | null;
    share: number;
    shadow_share: number;
    salt: string;
    lease_ms: number | null;
    /** Only callers of these take part; null: everybody. */
    segments: string[] | null;
    because: string;
    written_at: Generated<Date>;
  };
  traffic_leases: { model: string; revision: number; expires_at: Date };
  windows: {
    process: string;
    model: string;
    version: number;
    revision: number;
    role: 'champion' | 'challenger' | 'shadow' | 'outside';
    started_at: Date;
    ended_at: Date;
    requests: number;
    caller_faults: number;
    errors: number;
    fallbacks: number;
    rows: number;
    error_keys: number[];
    error_counts: number[];
    error_others: number;
    latency_zeros: number;
    latency_buckets: number[];
    latency_counts: number[];
    score_bins: number[];
    feature_bins: number[];
    cpu_micros: number;
    scored_rows: number;
    memory_bytes: number;
    /** -infinity in windows of before there was this column. */
    written_at: Generated<Date | number>;
  };
  labels: {
    model: string;
    prediction_id: string;
    label: string;
    observed_at: Date | null;
    received_at: Generated<Date>;
    seq: number;
  };
  label_counts: { model: string; count: number; conflicting: Generated<number>; unknown: Generated<number> };
  alarms: {
    model: string;
    kind: AlarmKind;
    raised_at: Date;
    because: string;
    over_at: Date | null;
    over_because: string | null;
  };
  drift_reports: { model: string; newest: string; at: Date; version: number; report: Json<DriftReport> };
  judged_labels: {
    model: string;
    version: number;
    after_seq: number;
    at: Generated<Date>;
    labels: number;
    bad: number;
  };
  unmatched_labels: { model: string; prediction_id: string; received_at: Generated<Date>; unknown: Generated<boolean> };
  conflicting_labels: { model: string; prediction_id: string; label: string; received_at: Generated<Date> };
  label_searches: {
    model: string;
    read_until: number;
    judges_before: Date | null;
    place: string | null;
    thorough: boolean;
    thorough_at: Date;
  };
  gateways: {
    process: string;
    model: string;
    address: string;
    revision: number | null;
    versions: number[];
    reported_at: Generated<Date>;
  };
  decisions: {
    seq: GeneratedAlways<number>;
    key: string;
    model: string;
    release: string | null;
    workflow: string;
    stage: string;
    action: string;
    because: string;
    evidence: Json<unknown>;
    at: Generated<Date>;
  };
  operations: {
    request_id: string;
    model: string;
    action: string;
    by: string;
    reason: string;
    asked_at: Generated<Date>;
    finished_at: Date | null;
    because: string | null;
    revision: number | null;
    release: string | null;
  };
}

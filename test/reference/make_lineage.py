"""OpenLineage's events and the facets that pawl writes, as JSON Schema, from the classes that OpenLineage generates of its published
specification for its own Python client. Stricter than the specification in one thing: a facet has no fields that it does not name, so
that a misspelt one is found.

    pip install openlineage-python==1.54.0
    python test/reference/make_lineage.py > test/schemas/openlineage.json
"""

import enum
import json
import types
import typing
from importlib.metadata import version

import attr
from openlineage.client.generated import (
    base,
    data_quality_assertions_dataset,
    data_quality_metrics_input_dataset,
    dataset_type_dataset,
    dataset_version_dataset,
    documentation_dataset,
    documentation_job,
    error_message_run,
    execution_parameters_run,
    job_type_job,
    nominal_time_run,
    output_statistics_output_dataset,
    ownership_dataset,
    ownership_job,
    parent_run,
    processing_engine_run,
    schema_dataset,
    symlinks_dataset,
    tags_job,
)

# By the names under which the specification puts them.
FACETS = {
    "run": {
        "parent": parent_run.ParentRunFacet,
        "nominalTime": nominal_time_run.NominalTimeRunFacet,
        "errorMessage": error_message_run.ErrorMessageRunFacet,
        "processing_engine": processing_engine_run.ProcessingEngineRunFacet,
        "executionParameters": execution_parameters_run.ExecutionParametersRunFacet,
    },
    "job": {
        "jobType": job_type_job.JobTypeJobFacet,
        "documentation": documentation_job.DocumentationJobFacet,
        "ownership": ownership_job.OwnershipJobFacet,
        "tags": tags_job.TagsJobFacet,
    },
    "dataset": {
        "schema": schema_dataset.SchemaDatasetFacet,
        "version": dataset_version_dataset.DatasetVersionDatasetFacet,
        "datasetType": dataset_type_dataset.DatasetTypeDatasetFacet,
        "documentation": documentation_dataset.DocumentationDatasetFacet,
        "ownership": ownership_dataset.OwnershipDatasetFacet,
        "symlinks": symlinks_dataset.SymlinksDatasetFacet,
    },
    "inputDataset": {
        "dataQualityMetrics": data_quality_metrics_input_dataset.DataQualityMetricsInputDatasetFacet,
        "dataQualityAssertions": data_quality_assertions_dataset.DataQualityAssertionsDatasetFacet,
    },
    "outputDataset": {"outputStatistics": output_statistics_output_dataset.OutputStatisticsOutputDatasetFacet},
}

# The facet that a collection of the events' own classes holds.
COLLECTIONS = {
    ("Run", "facets"): "run",
    ("Job", "facets"): "job",
    ("InputDataset", "facets"): "dataset",
    ("OutputDataset", "facets"): "dataset",
    ("InputDataset", "inputFacets"): "inputDataset",
    ("OutputDataset", "outputFacets"): "outputDataset",
}

FORMATS = {"eventTime": "date-time", "runId": "uuid", "producer": "uri", "_producer": "uri", "_schemaURL": "uri"}
FORMATS |= {"nominalStartTime": "date-time", "nominalEndTime": "date-time", "lastUpdated": "date-time"}

definitions = {}


def name_of(cls):
    return f"{cls.__module__.rsplit('.', 1)[-1]}.{cls.__name__}" if cls.__module__ != base.__name__ else cls.__name__


def schema_of(kind):
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if origin in (typing.Union, types.UnionType):
        wanted = [schema_of(each) for each in arguments if each is not type(None)]
        return wanted[0] if len(wanted) == 1 else {"anyOf": wanted}
    if origin is list:
        return {"type": "array", "items": schema_of(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": schema_of(arguments[1])}
    if kind is typing.Any:
        return {}
    if isinstance(kind, type) and issubclass(kind, enum.Enum):
        return {"enum": [each.value for each in kind]}
    if attr.has(kind):
        return reference(kind)
    return {"type": {str: "string", int: "integer", float: "number", bool: "boolean"}[kind]}


def reference(cls):
    name = name_of(cls)
    if name not in definitions:
        definitions[name] = {}
        definitions[name] = definition(cls)
    return {"$ref": f"#/$defs/{name}"}


def definition(cls):
    hints = typing.get_type_hints(cls)
    properties, required = {}, []
    for field in attr.fields(cls):
        # attrs takes the underscore off in the constructor, and JSON keeps it.
        collection = COLLECTIONS.get((cls.__name__, field.name))
        known = collection and {"properties": {key: reference(facet) for key, facet in FACETS[collection].items()}}
        if collection:
            # Facets of others have a name with a prefix, and say where their own schema is.
            properties[field.name] = {"type": "object", **known, "additionalProperties": reference(base.BaseFacet)}
        else:
            properties[field.name] = schema_of(hints[field.name])
        if field.name in FORMATS:
            properties[field.name]["format"] = FORMATS[field.name]
        own = field.name in ("producer", "_producer", "schemaURL", "_schemaURL")
        if field.default is attr.NOTHING or own:
            required.append(field.name)
        if field.name in ("schemaURL", "_schemaURL") and cls is not base.BaseFacet:
            properties[field.name] = {"const": cls._get_schema()}
    closed = {} if cls is base.BaseFacet else {"additionalProperties": False}
    return {"type": "object", "properties": properties, "required": required, **closed}


reference(base.RunEvent)
print(
    json.dumps(
        {
            "$schema": "https://json-schema.org/draft/2020-12/schema",
            "$comment": f"made by test/reference/make_lineage.py of openlineage-python {version('openlineage-python')}, Apache-2.0",
            "$ref": "#/$defs/RunEvent",
            "$defs": dict(sorted(definitions.items())),
        },
        indent=2,
    )
)

"""Evidently's default drift preset on two Parquet files: `measure.py REFERENCE SAMPLE NUMBERS CATEGORIES`, columns by commas.

Prints JSON: seconds by step and in all, the peak of resident memory in bytes, and the drift score of each column. Imports are not
in the time.
"""

import json
import resource
import sys
import time
import warnings

import pandas
from evidently import DataDefinition, Dataset, Report
from evidently.presets import DataDriftPreset

warnings.simplefilter("ignore")
reference, sample, numbers, categories = sys.argv[1:]
definition = DataDefinition(numerical_columns=numbers.split(","), categorical_columns=categories.split(","))

started = time.perf_counter()
frames = [pandas.read_parquet(path) for path in (reference, sample)]
read = time.perf_counter()
old, new = [Dataset.from_pandas(frame, data_definition=definition) for frame in frames]
taken = time.perf_counter()
found = Report([DataDriftPreset()]).run(new, old).dict()
ended = time.perf_counter()

# ru_maxrss is in KiB on Linux, in bytes on macOS.
unit = 1 if sys.platform == "darwin" else 1024
print(
    json.dumps(
        {
            "seconds": ended - started,
            "steps": {"read": read - started, "dataset": taken - read, "report": ended - taken},
            "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit,
            "scores": {
                metric["config"]["column"]: [metric["config"]["method"], float(metric["value"])]
                for metric in found["metrics"]
                if "column" in metric["config"]
            },
        }
    )
)

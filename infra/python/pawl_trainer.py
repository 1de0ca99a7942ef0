"""The Python side of pawl's `trainer: command`, without dependencies. docs/trainers.md has the contract.

    import pawl_trainer

    job = pawl_trainer.job()
    rows, labels = job.frame(), job.labels()
    ...
    job.save(onnx_bytes, scores=model.predict_proba(rows.iloc[job.golden])[:, 1])

A training worker puts this file on PYTHONPATH by itself.
"""

import csv
import json
import math
import os
import sys

__all__ = ["Job", "job", "refuse"]


def job(path=None):
    """The job that pawl has written; `path` is for trying a trainer out by hand."""
    path = path or os.environ.get("PAWL_JOB")
    if not path:
        refuse("PAWL_JOB is not set: pawl starts a trainer, or name a job.json")
    with open(path, encoding="utf-8") as file:
        return Job(json.load(file))


def refuse(message):
    """Ends the trainer so that it is not tried again: this job cannot be learned from."""
    print(message, file=sys.stderr, flush=True)
    raise SystemExit(64)


class Job:
    """What job.json says, and the rows that it names.

    Of the rows, missing numbers are NaN and missing categories ''; booleans are 1.0 and 0.0. The label of a classification is the
    place of its class in `classes`, from 0.0: of two, 1.0 is the positive one.
    """

    def __init__(self, told):
        self.told = told
        self.task = told["task"]
        self.params = told["params"]
        self.seed = told["seed"]
        self.threads = told["threads"]
        # Seconds from the start of the command to its end.
        self.time_budget = told["time_budget_s"]
        self.features = [feature["name"] for feature in told["features"]]
        self.categories = [feature["name"] for feature in told["features"] if feature["type"] == "category"]
        self.numbers = [feature["name"] for feature in told["features"] if feature["type"] != "category"]
        self.inputs = {feature["name"]: feature["input"] for feature in told["features"]}
        self.classes = told["label"]["classes"]
        self.golden = told["golden"]
        self.prior = told["prior"]
        self._columns = None

    def columns(self):
        """All columns as lists, by name, the label among them."""
        if self._columns is None:
            self._columns = self._read()
        return self._columns

    def labels(self):
        """The label of every row."""
        return self.columns()[self.told["label"]["name"]]

    def weights(self):
        """How much every row counts, 1 on average; None where all count alike."""
        name = self.told["weights"]
        return None if name is None else self.columns()[name]

    def matrix(self):
        """The numbers and booleans, a list for each row, in the order of the features."""
        columns = self.columns()
        return [list(row) for row in zip(*(columns[name] for name in self.numbers))]

    def frame(self):
        """The features as a pandas.DataFrame, numbers as float32, in the order of the features. Needs pandas."""
        import pandas

        columns = self.columns()
        return pandas.DataFrame(
            {
                name: pandas.Series(columns[name], dtype=object if name in self.categories else "float32")
                for name in self.features
            }
        )

    def progress(self, phase, done, total):
        """Tells pawl how far the training is; shown as the progress of the release."""
        print(json.dumps({"phase": phase, "done": done, "total": total}), flush=True)

    def save(self, onnx, scores, importances=None, params=None):
        """Hands in the model and ends the work.

        onnx: the bytes of the graph. scores: the model's own scores of the rows `golden`, in that order, for pawl to compare
        with those of the graph; of three classes or more the probabilities of all of them for each row. importances: by feature, any scale. params: all of them as used; by default those of the job.
        """
        many = len(self.classes) if self.task == "multiclass-classification" else None
        scores = [float(score) if many is None else [float(one) for one in score] for score in scores]
        if len(scores) != len(self.golden):
            raise ValueError(f"{len(scores)} scores for the {len(self.golden)} rows of `golden`")
        if many is not None and any(len(row) != many for row in scores):
            raise ValueError(f"the scores of the golden rows are not the probabilities of all {many} classes")
        if not all(math.isfinite(score) for row in scores for score in (row if many else [row])):
            raise ValueError("the scores of the golden rows are not all finite numbers")
        report = {"params": self.params if params is None else params}
        if importances is not None:
            report["importances"] = {name: float(value) for name, value in importances.items()}
        output = self.told["output"]
        with open(output["model"], "wb") as file:
            file.write(onnx)
        for name, value in (("report", report), ("golden", {"rows": self.golden, "scores": scores})):
            with open(output[name], "w", encoding="utf-8") as file:
                json.dump(value, file, allow_nan=False)

    def _read(self):
        data = self.told["data"]
        if data["format"] == "parquet":
            return self._read_parquet(data["path"])
        with open(data["path"], newline="", encoding="utf-8") as file:
            lines = csv.reader(file)
            header = next(lines)
            columns = dict(zip(header, map(list, zip(*lines))))
        texts = {*self.categories, self.told["timestamp"]}
        return {
            name: values if name in texts else [float(value) if value else math.nan for value in values]
            for name, values in columns.items()
        }

    def _read_parquet(self, path):
        import pandas

        columns = {name: values.tolist() for name, values in pandas.read_parquet(path).items()}
        for name in self.categories:
            columns[name] = [value if isinstance(value, str) else "" for value in columns[name]]
        return columns

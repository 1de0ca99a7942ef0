"""What MLflow's own client finds of an experiment's runs: read_runs.py EXPERIMENT ROW, the row a JSON object of columns.

Each run's parameters, metrics, tags, input datasets and artifacts, and what its model gives for the row once MLflow has loaded it.
"""

import json
import sys

import mlflow
import onnxruntime
from mlflow import MlflowClient

client = MlflowClient()
experiment = client.get_experiment_by_name(sys.argv[1])
row = json.loads(sys.argv[2])
runs = []
for run in client.search_runs([experiment.experiment_id], order_by=["attributes.start_time"]):
    id = run.info.run_id
    files = [entry.path for folder in ("", "model") for entry in client.list_artifacts(id, folder) if not entry.is_dir]
    score = None
    if "model/model.onnx" in files:
        loaded = mlflow.onnx.load_model(f"runs:/{id}/model")
        session = onnxruntime.InferenceSession(loaded.SerializeToString())
        (scores,) = session.run(["score"], {name: [[value]] for name, value in row.items()})
        score = float(scores[0][0])
    runs.append(
        {
            "run": id,
            "name": run.info.run_name,
            "status": run.info.status,
            "params": run.data.params,
            "metrics": run.data.metrics,
            "tags": run.data.tags,
            "datasets": [each.dataset.name for each in run.inputs.dataset_inputs],
            "files": files,
            "score": score,
        }
    )
print(json.dumps(runs))

"""Logs and registers a model with MLflow's own client, as a team does it: register_model.py NAME ALIAS FLAVOR [WEIGHT ...]

The ONNX model has a hidden layer large enough that MLflow writes its weights to a file beside it. It scores the sum of the features,
each times its weight.
"""

import json
import sys

import mlflow
import numpy
from mlflow import MlflowClient

name, alias, flavor, *weights = sys.argv[1:]
with mlflow.start_run() as run:
    if flavor == "onnx":
        import onnx
        from onnx import TensorProto, helper, numpy_helper

        wide = 400
        first = numpy.array([[float(weight)] * wide for weight in weights], dtype="float32")
        second = numpy.full((wide, 1), 1 / wide, dtype="float32")
        graph = helper.make_graph(
            [helper.make_node("MatMul", ["X", "w"], ["h"]), helper.make_node("MatMul", ["h", "v"], ["variable"])],
            "team",
            [helper.make_tensor_value_info("X", TensorProto.FLOAT, ["N", len(weights)])],
            [helper.make_tensor_value_info("variable", TensorProto.FLOAT, ["N", 1])],
            [numpy_helper.from_array(first, "w"), numpy_helper.from_array(second, "v")],
        )
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 18)], ir_version=9)
        mlflow.onnx.log_model(model, name="model", registered_model_name=name)
    else:

        class Constant(mlflow.pyfunc.PythonModel):
            def predict(self, context, model_input: list[float]) -> list[float]:
                return model_input

        mlflow.pyfunc.log_model(name="model", python_model=Constant(), registered_model_name=name, pip_requirements=[])

client = MlflowClient()
newest = max(int(version.version) for version in client.search_model_versions(f"name='{name}'"))
client.set_registered_model_alias(name, alias, str(newest))
print(json.dumps({"version": str(newest), "run": run.info.run_id}))

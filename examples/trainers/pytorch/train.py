"""A PyTorch network on columns of every kind; missing values and categories that it has not seen are dealt with in the graph."""

import time

# Loading PyTorch counts too.
started = time.monotonic()

import inspect
import io

import onnx
import pawl_trainer
import torch
from onnx import TensorProto, helper
from torch import nn


class Number(nn.Module):
    """A column of numbers: standardised, and whether it is missing."""

    def __init__(self, values):
        super().__init__()
        known = values[~values.isnan()].double()
        mean, deviation = (known.mean(), known.std(unbiased=False)) if len(known) else (0.0, 0.0)
        self.register_buffer("mean", torch.tensor(float(mean)))
        self.register_buffer("scale", torch.tensor(float(deviation) or 1.0))
        self.width = 2

    def forward(self, values):
        missing = values.isnan()
        known = torch.where(missing, self.mean, values)
        return torch.cat([(known - self.mean) / self.scale, missing.float()], 1)


class Category(nn.Module):
    """A column of categories by their places among the known ones, from 1: a vector for each. What has not been seen is 0, and nothing."""

    def __init__(self, known):
        super().__init__()
        self.width = min(16, 1 + len(known) // 2)
        self.vectors = nn.Embedding(len(known) + 1, self.width, padding_idx=0)

    def forward(self, places):
        return self.vectors(places.squeeze(1))


class Network(nn.Module):
    """The probability of the positive class, from a tensor [rows, 1] for each feature."""

    def __init__(self, columns, width):
        super().__init__()
        self.columns = nn.ModuleList(columns)
        layers = [nn.Linear(sum(column.width for column in columns), width), nn.ReLU()]
        self.layers = nn.Sequential(*layers, nn.Linear(width, width), nn.ReLU(), nn.Linear(width, 1))

    def forward(self, *values):
        row = torch.cat([column(value) for column, value in zip(self.columns, values)], 1)
        return torch.sigmoid(self.layers(row))


def to_graph(network, values, job, known):
    """The network as ONNX, which takes the features as they are: it knows the places of categories, not their names."""
    inner = [f"column:{place}" for place in range(len(values))]
    file = io.BytesIO()
    torch.onnx.export(
        network,
        tuple(column[:2] for column in values),
        file,
        input_names=inner,
        output_names=["score"],
        dynamic_axes={name: {0: "rows"} for name in [*inner, "score"]},
        opset_version=17,
        # Since 2.5 there is another exporter; this one is in every version and needs no further packages.
        **({"dynamo": False} if "dynamo" in inspect.signature(torch.onnx.export).parameters else {}),
    )
    model = onnx.load_from_string(file.getvalue())
    del model.graph.input[:]
    for name, column in zip(job.features, inner):
        given = job.inputs[name]
        if name in known:
            places = {"keys_strings": known[name], "values_int64s": range(1, len(known[name]) + 1), "default_int64": 0}
            node = helper.make_node("LabelEncoder", [given], [column], domain="ai.onnx.ml", **places)
        else:
            node = helper.make_node("Identity", [given], [column])
        kind = TensorProto.STRING if name in known else TensorProto.FLOAT
        model.graph.node.insert(0, node)
        model.graph.input.append(helper.make_tensor_value_info(given, kind, ["rows", 1]))
    model.opset_import.append(helper.make_opsetid("ai.onnx.ml", 3))
    return model.SerializeToString()


job = pawl_trainer.job()
if job.task != "binary-classification":
    pawl_trainer.refuse(f"this network is for two classes, not for {job.task}")
torch.manual_seed(job.seed)
torch.use_deterministic_algorithms(True)
torch.set_num_threads(job.threads)

texts, known, values, columns = job.columns(), {}, [], []
for name in job.features:
    if name in job.categories:
        known[name] = sorted(set(texts[name]))
        places = {category: place for place, category in enumerate(known[name], 1)}
        values.append(torch.tensor([[places[category]] for category in texts[name]]))
        columns.append(Category(known[name]))
    else:
        values.append(torch.tensor(texts[name]).unsqueeze(1))
        columns.append(Number(values[-1]))
labels = torch.tensor(job.labels()).unsqueeze(1)
weights = torch.tensor(job.weights() or [1.0] * len(labels)).unsqueeze(1)

network = Network(columns, job.params.get("width", 64))
optimizer = torch.optim.AdamW(network.parameters(), lr=job.params.get("learning_rate", 0.002))
epochs = job.params.get("epochs", 10)
for epoch in range(epochs):
    for batch in torch.randperm(len(labels)).split(256):
        optimizer.zero_grad()
        scores = network(*(column[batch] for column in values))
        nn.functional.binary_cross_entropy(scores, labels[batch], weights[batch]).backward()
        optimizer.step()
    job.progress("epochs", epoch + 1, epochs)
    # What it has learned by half of its time is handed in, rather than nothing.
    if time.monotonic() - started > job.time_budget / 2:
        break

network.eval()
with torch.no_grad():
    scores = network(*(column[job.golden] for column in values)).squeeze(1)
job.save(to_graph(network, values, job, known), scores=scores.tolist())

"""XGBoost on numbers, as one matrix."""

import numpy
import pawl_trainer
from onnxmltools import convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType
from xgboost import XGBClassifier

job = pawl_trainer.job()
rows = numpy.array(job.matrix(), dtype="float32")
model = XGBClassifier(
    n_estimators=job.params.get("trees", 200),
    max_depth=job.params.get("depth", 6),
    learning_rate=job.params.get("learning_rate", 0.1),
    random_state=job.seed,
    n_jobs=job.threads,
)
model.fit(rows, job.labels())
onnx = convert_xgboost(model, initial_types=[("features", FloatTensorType([None, len(job.numbers)]))])
job.save(
    onnx.SerializeToString(),
    scores=model.predict_proba(rows[job.golden])[:, 1],
    importances=dict(zip(job.numbers, model.feature_importances_)),
)

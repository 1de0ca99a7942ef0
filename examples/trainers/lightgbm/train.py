"""LightGBM on numbers, as one matrix."""

import numpy
import pawl_trainer
from lightgbm import LGBMClassifier
from onnxmltools import convert_lightgbm
from onnxmltools.convert.common.data_types import FloatTensorType

job = pawl_trainer.job()
rows = numpy.array(job.matrix(), dtype="float32")
trees = job.params.get("trees", 200)
model = LGBMClassifier(
    n_estimators=trees,
    num_leaves=job.params.get("leaves", 31),
    random_state=job.seed,
    num_threads=job.threads,
    deterministic=True,
    force_col_wise=True,
    verbose=-1,
)
model.fit(rows, job.labels(), callbacks=[lambda at: job.progress("trees", at.iteration + 1, trees)])
onnx = convert_lightgbm(model, initial_types=[("features", FloatTensorType([None, len(job.numbers)]))], zipmap=False)
job.save(
    onnx.SerializeToString(),
    scores=model.predict_proba(rows[job.golden])[:, 1],
    importances=dict(zip(job.numbers, model.booster_.feature_importance("gain"))),
)

"""A scikit-learn pipeline on columns of every kind; the whole of it becomes the graph."""

import pawl_trainer
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.compose import ColumnTransformer
from sklearn.impute import SimpleImputer
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

job = pawl_trainer.job()
rows, labels = job.frame(), job.labels()
job.progress("fit", 0, 1)
columns = ColumnTransformer(
    [
        ("numbers", make_pipeline(SimpleImputer(strategy="median"), StandardScaler()), job.numbers),
        ("categories", OneHotEncoder(handle_unknown="ignore"), job.categories),
    ]
)
model = make_pipeline(columns, LogisticRegression(C=job.params.get("C", 1.0), max_iter=500))
model.fit(rows, labels)
inputs = [(name, StringTensorType([None, 1]) if name in job.categories else FloatTensorType([None, 1])) for name in job.features]
onnx = to_onnx(model, initial_types=inputs, target_opset=18, options={"zipmap": False})
job.save(onnx.SerializeToString(), scores=model.predict_proba(rows.iloc[job.golden])[:, 1])

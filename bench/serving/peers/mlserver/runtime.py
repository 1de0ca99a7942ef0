"""MLServer with a runtime of its own that calls onnxruntime, one session of one thread.

Tensors are read and written by NumpyCodec, as MLServer's own runtimes do.
"""

import os

import onnxruntime
from mlserver import MLModel
from mlserver.codecs import NumpyCodec
from mlserver.types import InferenceRequest, InferenceResponse


class OnnxRuntime(MLModel):
    async def load(self) -> bool:
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.inter_op_num_threads = 1
        self._session = onnxruntime.InferenceSession(
            os.environ["BENCH_MODEL"], options, providers=["CPUExecutionProvider"]
        )
        return True

    async def predict(self, payload: InferenceRequest) -> InferenceResponse:
        matrix = NumpyCodec.decode_input(payload.inputs[0])
        scores = self._session.run(["score"], {"input": matrix})[0]
        return InferenceResponse(model_name=self.name, outputs=[NumpyCodec.encode_output("score", scores)])

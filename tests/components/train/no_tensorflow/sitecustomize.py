"""Python imports this at its start where this folder is on its path.

From then on importing TensorFlow, what stands on it, or Beam raises, not as a missing
module would, which libraries pass over, but as a failure.
"""

import sys

REFUSED = (
    "apache_beam",
    "tensorboard",
    "tensorflow",
    "tensorflow_gan",
    "tensorflow_hub",
    "tensorflow_probability",
    "tf2onnx",
    "tf_keras",
)
PATHS = ("keras.src.backend.tensorflow",)


class Refuse:
    """Stands before all other finders."""

    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in REFUSED or name.startswith(PATHS):
            raise AssertionError(f"{name} was to be imported")


sys.meta_path.insert(0, Refuse())

"""tensorflow-gan on TensorFlow 2.16 and later.

Its 2.1.0 imports an `estimator` subpackage built on `tf.estimator`, and names
`tf.estimator.SessionRunHook`; both went with TensorFlow 2.16. Empty stand-ins make the
rest import; nothing of `estimator` works.
"""

import sys
from types import ModuleType
from typing import Any


def import_tensorflow_gan() -> Any:
    """The package `tensorflow_gan`, without its `estimator` subpackage."""
    import tensorflow as tf

    if "tensorflow_gan" not in sys.modules:
        name = "tensorflow_gan.python.estimator"
        sys.modules.setdefault(name, ModuleType(name))
        if not hasattr(tf, "estimator"):
            hook = type("SessionRunHook", (), {})
            tf.estimator = type("estimator", (), {"SessionRunHook": hook})
    import tensorflow_gan

    return tensorflow_gan

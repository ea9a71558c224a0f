"""Artifacts: immutable, content-addressed directories that stages pass on.

An `Artifact` is a `Directory` with a type, typed access to its payload and a digest of
its content. The store writes manifests and decides where artifacts live; this package
knows only payloads.
"""

from components.artifacts.artifact import MANIFEST, TYPES, Artifact, artifact_type
from components.artifacts.data import Curriculum, Dataset, Reference
from components.artifacts.findings import (
    Calibration,
    Diagnosis,
    Measurements,
    Metrics,
    Report,
)
from components.artifacts.trained import Gan, Telemetry

__all__ = [
    "MANIFEST",
    "TYPES",
    "Artifact",
    "Calibration",
    "Curriculum",
    "Dataset",
    "Diagnosis",
    "Gan",
    "Measurements",
    "Metrics",
    "Reference",
    "Report",
    "Telemetry",
    "artifact_type",
]

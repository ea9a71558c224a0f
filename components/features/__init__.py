"""Features: what distances between records are measured in, a kind a file.

A member of the family `Features` is fitted to records once and then maps arrays of
records to (n, d) float64. The fitted maps hold NumPy arrays only. Importing the package
registers every kind.
"""

from components.features.classifier import Classifier
from components.features.family import Features, FittedFeatures, flatten
from components.features.identity import Identity
from components.features.pca import Pca
from components.parts import import_members

import_members(__name__, __path__)

__all__ = ["Classifier", "Features", "FittedFeatures", "Identity", "Pca", "flatten"]

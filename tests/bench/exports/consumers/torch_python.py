"""torch alone, as the exported README.txt says: FOLDER PICTURES."""

import sys
from pathlib import Path

import torch
from answers import answer

model = torch.export.load(Path(sys.argv[1]) / "model.pt2").module()


def predict(pictures):
    """One picture through the graph."""
    with torch.inference_mode():
        return model(torch.from_numpy(pictures.copy())).numpy()


answer(f"torch {torch.__version__.partition('+')[0]}", predict)

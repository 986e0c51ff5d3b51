"""For teaching, not for diagnosis. Usage: python classify.py picture.png ..."""

import json
import sys
from pathlib import Path

import torch
from read_picture import read_picture

texts = {"labels.json": ""}
model = torch.export.load(Path(__file__).with_name("model.pt2"), extra_files=texts).module()
labels = json.loads(texts["labels.json"])
for path in sys.argv[1:]:
    with torch.inference_mode():
        probabilities = model(read_picture(path)[None])[0].tolist()
    for label, probability in zip(labels, probabilities, strict=True):
        print(f"{path}\t{label}\t{probability:.4f}")

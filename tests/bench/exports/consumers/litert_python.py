"""LiteRT's interpreter: MODEL PICTURES."""

import sys
from importlib.metadata import version

from ai_edge_litert.interpreter import Interpreter
from answers import answer

interpreter = Interpreter(sys.argv[1])
interpreter.allocate_tensors()
(takes,), (gives,) = interpreter.get_input_details(), interpreter.get_output_details()


def predict(pictures):
    """One picture through the file."""
    interpreter.set_tensor(takes["index"], pictures.astype(takes["dtype"]))
    interpreter.invoke()
    return interpreter.get_tensor(gives["index"])


answer(f"LiteRT {version('ai-edge-litert')}", predict)

"""onnxscript translates Python functions from their source text, which must be there."""

module_collection_mode = "pyz+py"

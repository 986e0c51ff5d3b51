"""onnxscript translates Python functions from their source text, which must be there."""

from PyInstaller.utils.hooks import collect_submodules

module_collection_mode = "pyz+py"
hiddenimports = collect_submodules("onnxscript.function_libs")

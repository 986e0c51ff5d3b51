"""DICOM files to slices: CT in Hounsfield units, everything else as its file wants it shown."""

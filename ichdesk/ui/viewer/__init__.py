"""The viewer: one sample large, with the mouse and keys that radiologists are used to."""

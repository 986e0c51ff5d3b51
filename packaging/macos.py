"""What the Finder is told about the app: its document types."""

from typing import Any

_TYPES = (
    (
        "org.ichdesk.teachable-machine",
        "Teachable Machine project",
        "tm",
        "application/x-teachable-machine",
    ),
    ("org.ichdesk.project", "ICHDesk project", "ichdesk", "application/x-ichdesk"),
)


def info_plist(version: str) -> dict[str, Any]:
    """The keys that go into Info.plist beside those of PyInstaller."""
    return {
        "CFBundleDisplayName": "ICHDesk",
        "CFBundleShortVersionString": version,
        "CFBundleDocumentTypes": [_document(*each) for each in _TYPES],
        "UTImportedTypeDeclarations": [_declaration(*each) for each in _TYPES],
        "NSHighResolutionCapable": True,
        "NSRequiresAquaSystemAppearance": False,
        "LSApplicationCategoryType": "public.app-category.education",
    }


def _document(identifier: str, name: str, _suffix: str, _mime: str) -> dict[str, Any]:
    return {
        "CFBundleTypeName": name,
        "CFBundleTypeRole": "Editor",
        "LSHandlerRank": "Owner" if name.startswith("ICHDesk") else "Alternate",
        "LSItemContentTypes": [identifier],
    }


def _declaration(identifier: str, name: str, suffix: str, mime: str) -> dict[str, Any]:
    return {
        "UTTypeIdentifier": identifier,
        "UTTypeDescription": name,
        "UTTypeConformsTo": ["public.data"],
        "UTTypeTagSpecification": {
            "public.filename-extension": [suffix],
            "public.mime-type": [mime],
        },
    }

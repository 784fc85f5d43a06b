"""The property list of the macOS application bundle."""

from digitpad import __version__

INFORMATION = {
    "CFBundleDisplayName": "digitpad",
    "CFBundleName": "digitpad",
    "CFBundleShortVersionString": __version__,
    "CFBundleVersion": __version__,
    "LSApplicationCategoryType": "public.app-category.education",
    "LSMinimumSystemVersion": "12.0",
    "NSHighResolutionCapable": True,
    "NSHumanReadableCopyright": "MIT licence",
    "NSPrincipalClass": "NSApplication",
    # Light and dark mode follow the system.
    "NSRequiresAquaSystemAppearance": False,
    "CFBundleDocumentTypes": [
        {
            "CFBundleTypeName": "digitpad ink",
            "CFBundleTypeRole": "Editor",
            "CFBundleTypeExtensions": ["jsonl"],
            "LSHandlerRank": "Alternate",
        },
        {
            "CFBundleTypeName": "neural network weights",
            "CFBundleTypeRole": "Viewer",
            "CFBundleTypeExtensions": ["safetensors"],
            "LSHandlerRank": "Alternate",
        },
        {
            "CFBundleTypeName": "picture",
            "CFBundleTypeRole": "Viewer",
            "LSItemContentTypes": [
                "public.png",
                "public.jpeg",
                "public.tiff",
                "com.compuserve.gif",
                "com.microsoft.bmp",
            ],
            "LSHandlerRank": "Alternate",
        },
    ],
}

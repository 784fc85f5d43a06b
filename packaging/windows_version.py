"""The version resource of Windows' executables: what the file's properties show."""

from PyInstaller.utils.win32.versioninfo import (
    FixedFileInfo,
    StringFileInfo,
    StringStruct,
    StringTable,
    VarFileInfo,
    VarStruct,
    VSVersionInfo,
)


def version_resource(version: str) -> VSVersionInfo:
    """Return the resource for a version such as 1.2.3."""
    numbers = (*(int(part) for part in version.split(".")[:3]), 0)
    texts = {
        "CompanyName": "the digitpad developers",
        "FileDescription": "digitpad: draw a digit, look inside the network that reads it",
        "FileVersion": version,
        "InternalName": "digitpad",
        "LegalCopyright": "MIT licence",
        "OriginalFilename": "digitpad.exe",
        "ProductName": "digitpad",
        "ProductVersion": version,
    }
    return VSVersionInfo(
        ffi=FixedFileInfo(filevers=numbers, prodvers=numbers, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1),
        kids=[
            # American English, Unicode.
            StringFileInfo([StringTable("040904B0", [StringStruct(*pair) for pair in texts.items()])]),
            VarFileInfo([VarStruct("Translation", [0x0409, 0x04B0])]),
        ],
    )

"""The version resource of Windows executables, shown in the file properties, in the format of PyInstaller."""

_RESOURCE = """\
VSVersionInfo(
  ffi=FixedFileInfo(filevers={numbers}, prodvers={numbers}, mask=0x3F, flags=0x0, OS=0x40004, fileType=0x1),
  kids=[
    # American English, Unicode.
    StringFileInfo([StringTable("040904B0", [
{strings}
    ])]),
    VarFileInfo([VarStruct("Translation", [0x0409, 0x04B0])]),
  ],
)
"""


def version_resource(version: str) -> str:
    """Return the resource for a version such as 1.2.3, as text."""
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
    strings = "\n".join(f'      StringStruct("{name}", "{text}"),' for name, text in texts.items())
    return _RESOURCE.format(numbers=(*(int(part) for part in version.split(".")[:3]), 0), strings=strings)

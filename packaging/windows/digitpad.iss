; The installer for Windows, made by Inno Setup 6 from the folder that packaging/build.py leaves in dist\digitpad:
;     iscc /DVersion=0.1.0 packaging\windows\digitpad.iss
#ifndef Version
  #error Say the version: iscc /DVersion=0.1.0 packaging\windows\digitpad.iss
#endif

[Setup]
AppId={{6C0E0B43-6C7B-4E0E-9A53-1B2B8C5B9F57}
AppName=digitpad
AppVersion={#Version}
AppPublisher=the digitpad developers
DefaultDirName={autopf}\digitpad
DefaultGroupName=digitpad
DisableProgramGroupPage=yes
; Nobody needs to be an administrator to draw a digit.
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=dialog
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
LicenseFile=..\..\LICENSE
SetupIconFile=..\..\build\packaging\icons\digitpad.ico
UninstallDisplayIcon={app}\digitpad.exe
OutputDir=..\..\dist
OutputBaseFilename=digitpad-{#Version}-windows-setup
Compression=lzma2/max
SolidCompression=yes
ChangesAssociations=yes
WizardStyle=modern

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; Flags: unchecked

[Files]
Source: "..\..\dist\digitpad\*"; DestDir: "{app}"; Flags: recursesubdirs ignoreversion

[Icons]
Name: "{group}\digitpad"; Filename: "{app}\digitpad.exe"
Name: "{autodesktop}\digitpad"; Filename: "{app}\digitpad.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\digitpad.ink"; ValueType: string; ValueData: "digitpad ink"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\digitpad.ink\shell\open\command"; ValueType: string; ValueData: """{app}\digitpad.exe"" gui ""%1"""
Root: HKA; Subkey: "Software\Classes\digitpad.model"; ValueType: string; ValueData: "neural network weights"; Flags: uninsdeletekey
Root: HKA; Subkey: "Software\Classes\digitpad.model\shell\open\command"; ValueType: string; ValueData: """{app}\digitpad.exe"" gui ""%1"""
Root: HKA; Subkey: "Software\Classes\.jsonl\OpenWithProgids"; ValueType: string; ValueName: "digitpad.ink"; ValueData: ""; Flags: uninsdeletevalue
Root: HKA; Subkey: "Software\Classes\.safetensors\OpenWithProgids"; ValueType: string; ValueName: "digitpad.model"; ValueData: ""; Flags: uninsdeletevalue

[Run]
Filename: "{app}\digitpad.exe"; Description: "{cm:LaunchProgram,digitpad}"; Flags: nowait postinstall skipifsilent

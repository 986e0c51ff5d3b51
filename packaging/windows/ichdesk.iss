; Installs ICHDesk for the present user, without administrator rights, and opens project files with it.
; Compile on Windows after build.py:  iscc /DAppVersion=0.1.0 /DSource=..\..\build\cpu\dist\ichdesk ichdesk.iss

#ifndef AppVersion
  #error Give the version: /DAppVersion=1.2.3
#endif
#ifndef Source
  #define Source "..\..\build\cpu\dist\ichdesk"
#endif
#ifndef Output
  #define Output "..\..\dist"
#endif

[Setup]
AppId={{6B3A5B0C-52D0-4C0E-9E0A-7D9C1D1C4B21}
AppName=ICHDesk
AppVersion={#AppVersion}
AppPublisher=The ICHDesk authors
DefaultDirName={autopf}\ICHDesk
DefaultGroupName=ICHDesk
DisableProgramGroupPage=yes
DisableDirPage=auto
PrivilegesRequired=lowest
PrivilegesRequiredOverridesAllowed=commandline
ArchitecturesAllowed=x64compatible
ArchitecturesInstallIn64BitMode=x64compatible
ChangesAssociations=yes
CloseApplications=yes
Compression=lzma2
SolidCompression=yes
LicenseFile=..\..\LICENSE
OutputDir={#Output}
OutputBaseFilename=ichdesk-{#AppVersion}-windows-setup
SetupIconFile={#Source}\_internal\ichdesk\_shipped\resources\icons\ichdesk.ico
UninstallDisplayIcon={app}\ichdesk.exe
WizardStyle=modern

[Tasks]
Name: desktopicon; Description: "{cm:CreateDesktopIcon}"; GroupDescription: "{cm:AdditionalIcons}"; Flags: unchecked
Name: associate; Description: "Open .tm and .ichdesk projects with ICHDesk"

[InstallDelete]
; an older version's libraries must not stay beside the new ones
Type: filesandordirs; Name: "{app}\_internal"

[Files]
Source: "{#Source}\*"; DestDir: "{app}"; Flags: ignoreversion recursesubdirs createallsubdirs

[Icons]
Name: "{group}\ICHDesk"; Filename: "{app}\ichdesk.exe"
Name: "{autodesktop}\ICHDesk"; Filename: "{app}\ichdesk.exe"; Tasks: desktopicon

[Registry]
Root: HKA; Subkey: "Software\Classes\ICHDesk.Project"; ValueType: string; ValueData: "ICHDesk project"; Flags: uninsdeletekey; Tasks: associate
Root: HKA; Subkey: "Software\Classes\ICHDesk.Project\DefaultIcon"; ValueType: string; ValueData: """{app}\ichdesk.exe"",0"; Tasks: associate
Root: HKA; Subkey: "Software\Classes\ICHDesk.Project\shell\open\command"; ValueType: string; ValueData: """{app}\ichdesk.exe"" ""%1"""; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.tm"; ValueType: string; ValueData: "ICHDesk.Project"; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.tm\OpenWithProgids"; ValueType: string; ValueName: "ICHDesk.Project"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.ichdesk"; ValueType: string; ValueData: "ICHDesk.Project"; Flags: uninsdeletevalue; Tasks: associate
Root: HKA; Subkey: "Software\Classes\.ichdesk\OpenWithProgids"; ValueType: string; ValueName: "ICHDesk.Project"; ValueData: ""; Flags: uninsdeletevalue; Tasks: associate

[Run]
Filename: "{app}\ichdesk.exe"; Description: "{cm:LaunchProgram,ICHDesk}"; Flags: nowait postinstall skipifsilent

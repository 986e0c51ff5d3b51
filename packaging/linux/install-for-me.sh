#!/bin/sh
# Makes this folder known to the desktop of the present user, without administrator rights:
# an entry in the menu, and .tm and .ichdesk files that open by a double click.
# With "--remove" it takes all of that back. The folder itself stays where it is.
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
data=${XDG_DATA_HOME:-$HOME/.local/share}
entry=$data/applications/ichdesk.desktop
types=$data/mime/packages/ichdesk.xml
icons=$data/icons/hicolor

if [ "${1:-}" = --remove ]; then
    rm -f "$entry" "$types" "$icons"/*/apps/ichdesk.png "$icons/scalable/apps/ichdesk.svg"
else
    mkdir -p "$data/applications" "$data/mime/packages"
    # in a desktop entry a quoted program name keeps its spaces; a percent sign is doubled
    program=$(printf '%s' "$here/ichdesk" | sed 's/%/%%/g; s/[\\&|]/\\&/g')
    sed -e "s|^Exec=.*|Exec=\"$program\" %f|" -e '/^TryExec=/d' \
        "$here/share/applications/ichdesk.desktop" >"$entry"
    cp "$here/share/mime/packages/ichdesk.xml" "$types"
    mkdir -p "$icons"
    cp -R "$here/share/icons/hicolor/." "$icons/"
fi
refresh() {
    if command -v "$1" >/dev/null 2>&1; then
        "$@" || true
    fi
}
refresh update-mime-database "$data/mime"
refresh update-desktop-database -q "$data/applications"

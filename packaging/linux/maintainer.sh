#!/bin/sh
# After installation and after removal: tell the desktop which files ICHDesk opens.
set -e
refresh() {
    if command -v "$1" >/dev/null 2>&1; then
        "$@" >/dev/null 2>&1 || true
    fi
}
refresh update-mime-database /usr/share/mime
refresh update-desktop-database -q /usr/share/applications
refresh gtk-update-icon-cache -q -f -t /usr/share/icons/hicolor
exit 0

#!/bin/sh
# Starts ICHDesk, the window or a command.
exec /opt/ichdesk/ichdesk "$@"

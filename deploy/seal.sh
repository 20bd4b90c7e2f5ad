#!/bin/sh
# Make a folder of Python packages the same every time and a little smaller: the packages' own tests go, the byte code
# is checked by hash and not by time, and every file has the time SOURCE_DATE_EPOCH (default 0).
set -eu
folder=$1

find "$folder" -depth -type d \( -name tests -o -name __pycache__ \) -exec rm -r {} +
python3 -m compileall -q --invalidation-mode unchecked-hash -s "$folder" -p /opt/newsmill "$folder"/lib
find "$folder" -exec touch --no-dereference --date "@${SOURCE_DATE_EPOCH:-0}" {} +

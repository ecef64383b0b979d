"""Runs a program on a terminal and types a secret when it asks: `terminal.py SECRETFILE PROGRAM ARGUMENT…`.

Prints all that the terminal showed, and exits as the program does. The secret is typed once the terminal no
longer echoes.
"""

import os
import pty
import select
import sys
import termios
import time

secret = open(sys.argv[1], "rb").read()
child, terminal = pty.fork()
if child == 0:
    os.execv(sys.argv[2], sys.argv[2:])

shown = b""
typed = False
deadline = time.monotonic() + 20
while time.monotonic() < deadline:
    ready, _, _ = select.select([terminal], [], [], 0.02)
    if ready:
        try:
            data = os.read(terminal, 4096)
        except OSError:  # the program has ended
            break
        if not data:
            break
        shown += data
    elif not typed and not termios.tcgetattr(terminal)[3] & termios.ECHO:
        os.write(terminal, secret + b"\n")
        typed = True
if not typed:
    shown += b"\n[the terminal's echo was never turned off]\n"
sys.stdout.buffer.write(shown)
sys.stdout.flush()
_, status = os.waitpid(child, 0)
sys.exit(os.waitstatus_to_exitcode(status) & 0xFF)

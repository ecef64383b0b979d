"""Runs a program with a terminal of its own, its output in a pipe, and types Ctrl-C after some seconds.

interrupt.py SECONDS PROGRAM [ARGUMENT ...] prints the exit code, whether the terminal is as it was, the seconds
from Ctrl-C to the end, and what the program wrote to its output.
"""

import os
import pty
import sys
import termios
import time

reading, writing = os.pipe()
child, terminal = pty.fork()
if child == 0:
    os.dup2(writing, 1)
    os.execv(sys.argv[2], sys.argv[2:])
os.close(writing)
before = termios.tcgetattr(terminal)
time.sleep(float(sys.argv[1]))
os.write(terminal, b"\x03")
typed = time.monotonic()
status = os.waitpid(child, 0)[1]
seconds = time.monotonic() - typed
same = termios.tcgetattr(terminal) == before
print(os.waitstatus_to_exitcode(status), same, round(seconds, 3), os.read(reading, 65536))

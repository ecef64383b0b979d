"""Requests like those of lab.py for whoever needs nothing ended: each is a method's name and its argument."""

import json
import os
import select
import sys
import threading
import traceback


def serve(stage):
    """Answers the requests of standard input side by side, and ends the process when it ends."""
    writing = threading.Lock()

    def perform(request):
        try:
            reply = {"id": request["id"], "result": getattr(stage, request["do"])(request["with"])}
        except Exception as error:
            traceback.print_exc()
            reply = {"id": request["id"], "error": f"{type(error).__name__}: {error}"}
        with writing:
            print(json.dumps(reply), flush=True)

    for text in sys.stdin:
        threading.Thread(target=perform, args=(json.loads(text),), daemon=True).start()
    os._exit(0)


def readable(sockets, seconds=None):
    """Those of the sockets that can be read; poll, since select knows no descriptors from 1024 on."""
    poll = select.poll()
    for one in sockets:
        poll.register(one, select.POLLIN)
    found = {number for number, _ in poll.poll(None if seconds is None else seconds * 1000)}
    return [one for one in sockets if one.fileno() in found]

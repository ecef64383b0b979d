"""Requests like those of lab.py for whoever needs nothing ended: each is a method's name and its argument."""

import json
import os
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

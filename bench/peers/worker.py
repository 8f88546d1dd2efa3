"""One alternative under measurement: reads commands from standard input, a JSON object a line, and answers in kind.

    {"command": "prepare", "peer": ..., "model": FILE, "qpts": FILE, "threads": N, ...}   -> {"info": {...}}
    {"command": "run", "quantity": "modes" | "structure_factor", "points": N}             -> {"seconds": S}
    {"command": "check", "points": N}                -> {"frequencies": [...], "intensity": [...] or null}

`check` gives frequencies in meV, ascending for each q-point, and the structure factors of each q-point summed over
its modes. Whatever fails is answered as {"error": TEXT}.
"""

import importlib
import json
import os
import sys
import time

import numpy as np

PEERS = {
    "euphonic-c": ("euphonic_peer", "CExtension"),
    "euphonic-python": ("euphonic_peer", "PythonPath"),
    "euphonic-pool": ("euphonic_peer", "ProcessPool"),
    "brille": ("brille_peer", "Brille"),
    "phonopy": ("phonopy_peer", "PhonopyRust"),
}


class Worker:
    def __init__(self):
        self.peer = None
        self.qpts = None

    def prepare(self, peer, model, qpts, threads, **options):
        self.qpts = np.fromfile(qpts, dtype="<f8").reshape(-1, 3)
        module, name = PEERS[peer]
        self.peer = getattr(importlib.import_module(module), name)(model, threads, **options)
        return {"info": self.peer.info(self.qpts)}

    def run(self, quantity, points):
        qpts = self.qpts[:points]
        begin = time.perf_counter()
        getattr(self.peer, quantity)(qpts)
        return {"seconds": time.perf_counter() - begin}

    def check(self, points):
        frequencies, intensity = self.peer.results(self.qpts[:points])
        return {
            "frequencies": np.asarray(frequencies).ravel().tolist(),
            "intensity": None if intensity is None else np.asarray(intensity).tolist(),
        }


def main():
    # What the packages print must not get between the answers.
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    worker = Worker()
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = getattr(worker, request.pop("command"))(**request)
        except Exception as error:
            answer = {"error": f"{type(error).__name__}: {error}"}
        answers.write(json.dumps(answer) + "\n")


if __name__ == "__main__":
    main()

"""One step of a fit as in workloads/fits.m, with Euphonic: reads a line of JSON, answers with seconds."""

import json
import sys
import time

import numpy as np
from euphonic import ForceConstants


def evaluate(fc, q, energy, p, threads):
    """As Horace does it: modes, structure factors of both signs of energy, Gaussians around them."""
    modes = fc.calculate_qpoint_phonon_modes(q, reduce_qpts=False, use_c=True, n_threads=threads)
    result = modes.calculate_structure_factor(scattering_lengths="Sears1992")
    w = result.frequencies.to("meV").magnitude
    s = result.structure_factors.to("mbarn").magnitude
    n = 1 / np.expm1(np.maximum(np.abs(w), 1e-3) / (0.08617333262 * 300))
    sigma = p[2] / np.sqrt(np.log(256))

    def gauss(x):
        return np.exp(-((x / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))

    e = energy[:, None]
    both = (1 + n) * gauss(e - p[1] * w) + n * gauss(e + p[1] * w)
    return p[0] * (s * both).sum(axis=1)


def main():
    asked = json.loads(sys.stdin.readline())
    fc = ForceConstants.from_json_file(asked["model"])
    points = np.fromfile(asked["points"], dtype="<f8").reshape(-1, 3)[: asked["count"]]
    n = np.arange(1, len(points) + 1)
    energy = 100 * (0.5 + 0.5 * np.sin(n))
    samples = [(points, energy)]
    if asked["kind"] == "tobyfit":
        shifts = [0.01 * np.sin(k * n) for k in range(1, 11)]
        samples = [(points + np.outer(x, [1, -1, 0]), energy + x) for x in shifts]
    evaluations = len(asked["free"]) + 1
    fc.calculate_qpoint_phonon_modes(points[:100], use_c=True, n_threads=asked["threads"])
    begin = time.perf_counter()
    for k in range(evaluations):
        p = np.array([1.0, 1.0, 2.0])
        if k < len(asked["free"]):
            p[asked["free"][k]] *= 1.0001
        for q, e in samples:
            evaluate(fc, q, e, p, asked["threads"])
    print(json.dumps({"seconds": time.perf_counter() - begin}))


main()

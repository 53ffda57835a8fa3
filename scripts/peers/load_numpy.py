"""The pairs of an instance read by numpy: load_numpy.py FOLDER csv|bin"""
import pathlib
import sys
import time

import numpy as np

from instance import pairs, say

folder = pathlib.Path(sys.argv[1])
begun = time.perf_counter()
if sys.argv[2] == "csv":
    text = np.loadtxt(folder / "edges.csv", np.int64, delimiter=",", skiprows=1, ndmin=2)
    count = len(text)
else:
    count = pairs(folder)[0].size
say(peer="numpy", solve_s=time.perf_counter() - begun, pairs=count)

"""Writes the network of an instance for flow_lemon: arcs.py FOLDER FILE"""
import sys

import numpy as np

from instance import Instance

instance = Instance(sys.argv[1])
nodes, *arcs = instance.network(instance.w.astype(np.int64))
with open(sys.argv[2], "wb") as file:
    np.array([nodes, arcs[0].size, instance.t.size], np.int64).tofile(file)
    np.ascontiguousarray(np.stack(arcs, 1)).tofile(file)

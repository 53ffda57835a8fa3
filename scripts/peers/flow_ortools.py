"""The matching of most weight by OR-tools' minimum cost flow: flow_ortools.py FOLDER [OUT] [--shock ID --before FILE]"""
import argparse
import time

import numpy as np
from ortools.graph.python import min_cost_flow

from instance import Instance, say, table

asked = argparse.ArgumentParser()
asked.add_argument("folder")
asked.add_argument("out", nargs="?")
asked.add_argument("--shock")
asked.add_argument("--before")
asked = asked.parse_args()
instance = Instance(asked.folder)
worth = instance.w.astype(np.int64)
if asked.shock:
    instance.strike(asked.folder, asked.shock)
    before = np.full(instance.trainee_group.size, -1)
    t, r = table(asked.before, "t", "r")
    before[t] = r
    worth = worth + 100_000 * (before[instance.t] >= 0) + 20_001 * (before[instance.t] == instance.r)
nodes, tail, head, least, most, cost = instance.network(worth)
solver = min_cost_flow.SimpleMinCostFlow()
solver.add_arcs_with_capacity_and_unit_cost(tail.astype(np.int32), head.astype(np.int32), most - least, cost)
supply = np.bincount(head, least, nodes) - np.bincount(tail, least, nodes)
solver.set_nodes_supplies(np.arange(nodes, dtype=np.int32), supply.astype(np.int64))
begun = time.perf_counter()
status = solver.solve()
solve_s = time.perf_counter() - begun
assert status == solver.OPTIMAL, status
taken = solver.flows(np.arange(instance.t.size, dtype=np.int32)) > 0
if asked.out:
    np.savetxt(asked.out, np.c_[instance.t, instance.r][taken], "%d", ",", header="t,r", comments="")
say(peer="OR-tools", solve_s=solve_s, matched=int(taken.sum()), objective=int(worth[taken].sum()))

"""Deferred acceptance without groups by the package `matching` of PyPI: hospitals.py FOLDER"""
import sys
import time
import warnings

import numpy as np
from matching.games import HospitalResident

from instance import Instance, say

warnings.simplefilter("ignore")
instance = Instance(sys.argv[1])
begun = time.perf_counter()
wishes, ranked = {}, {}
for at in np.lexsort((instance.r, -instance.u.astype(int), instance.t)):
    wishes.setdefault(int(instance.t[at]), []).append(int(instance.r[at]))
for at in np.lexsort((instance.t, -instance.v.astype(int), instance.r)):
    ranked.setdefault(int(instance.r[at]), []).append(int(instance.t[at]))
seats = {role: max(1, int(instance.seats[role])) for role in ranked}
# Names of both sides must differ.
game = HospitalResident.create_from_dictionaries(
    {f"t{one}": [f"r{role}" for role in list_] for one, list_ in wishes.items()},
    {f"r{role}": [f"t{one}" for one in list_] for role, list_ in ranked.items()},
    {f"r{role}": count for role, count in seats.items()},
)
found = game.solve(optimal="resident")
say(peer="matching", solve_s=time.perf_counter() - begun, matched=sum(len(held) for held in found.values()))

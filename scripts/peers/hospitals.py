"""Deferred acceptance without groups by a package of PyPI, with the building of its objects:
hospitals.py FOLDER matching|algmatch"""
import sys
import threading
import time
import warnings

import numpy as np

from instance import Instance, say


def by_matching(wishes, ranked, seats):
    from matching.games import HospitalResident
    warnings.simplefilter("ignore")
    # Names of both sides must differ.
    game = HospitalResident.create_from_dictionaries(
        {f"t{one}": [f"r{role}" for role in list_] for one, list_ in wishes.items()},
        {f"r{role}": [f"t{one}" for one in list_] for role, list_ in ranked.items()},
        {f"r{role}": seats[role] for role in ranked},
    )
    return sum(len(held) for held in game.solve(optimal="resident").values())


def by_algmatch(wishes, ranked, seats):
    from algmatch import HR
    game = HR(optimised_side="residents", dictionary={
        "residents": {1 + one: [1 + role for role in list_] for one, list_ in wishes.items()},
        "hospitals": {1 + role: {"capacity": seats[role], "preferences": [1 + one for one in list_]} for role, list_ in ranked.items()},
    })
    return sum(1 for role in game.get_stable_matching()["resident_sided"].values() if role)


def main():
    instance = Instance(sys.argv[1])
    begun = time.perf_counter()
    wishes, ranked = {}, {}
    for at in np.lexsort((instance.r, -instance.u.astype(int), instance.t)):
        wishes.setdefault(int(instance.t[at]), []).append(int(instance.r[at]))
    for at in np.lexsort((instance.t, -instance.v.astype(int), instance.r)):
        ranked.setdefault(int(instance.r[at]), []).append(int(instance.t[at]))
    seats = {role: max(1, int(instance.seats[role])) for role in ranked}
    solve = {"matching": by_matching, "algmatch": by_algmatch}[sys.argv[2]]
    matched = solve(wishes, ranked, seats)
    say(peer=sys.argv[2], solve_s=time.perf_counter() - begun, matched=matched)


# One of the packages copies its objects by walking from one to the next.
sys.setrecursionlimit(10**7)
threading.stack_size(1 << 30)
thread = threading.Thread(target=main)
thread.start()
thread.join()

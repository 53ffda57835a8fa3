"""The exact top 50 eligible roles by numpy and scipy, block by block: candidates_numpy.py FOLDER"""
import sys
import time

import numpy as np

from instance import say
from people import People

TOP = 50
people = People(sys.argv[1])
begun = time.perf_counter()
count = 0
for mine, roles in people.blocks():
    dense = np.ascontiguousarray(people.wants[roles].T.toarray())
    for from_ in range(0, mine.size, 2_000):
        some = mine[from_:from_ + 2_000]
        score = (people.has[some] @ dense).astype(np.int64) * 10_000 // people.total[roles]
        may = people.may(some[:, None], roles[None, :])
        key = np.where(may & (score > 0), score * roles.size + (roles.size - 1 - np.arange(roles.size)), -1)
        if roles.size > TOP:
            key = -np.partition(-key, TOP - 1, axis=1)[:, :TOP]
        count += int((np.sort(key, axis=1) >= 0).sum())
say(peer="numpy", solve_s=time.perf_counter() - begun, candidates=count)

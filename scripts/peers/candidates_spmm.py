"""The exact top 50 eligible roles by the package `sp_matmul_rs` of PyPI, on two threads:
candidates_spmm.py FOLDER [EVERY]

Whole products block by block, then the rules, then the best of each row. With EVERY only one trainee of so many is
looked at, and the seconds are multiplied by it.
"""
import sys
import time

import numpy as np
from sp_matmul_rs import sp_matmul

from instance import say
from people import People

TOP = 50
people = People(sys.argv[1])
every = int(sys.argv[2]) if len(sys.argv) > 2 else 1
begun = time.perf_counter()
count = 0
for mine, roles in people.blocks():
    wants = people.wants[roles].T.tocsr()
    mine = mine[::every]
    for from_ in range(0, mine.size, max(1, 25_000_000 // roles.size)):
        some = mine[from_:from_ + max(1, 25_000_000 // roles.size)]
        found = sp_matmul(people.has[some], wants, n_threads=2).tocsr()
        row = np.repeat(np.arange(some.size), np.diff(found.indptr))
        role = roles[found.indices]
        score = found.data.astype(np.int64) * 10_000 // people.total[role]
        keep = (score > 0) & people.may(some[row], role)
        row, role, score = row[keep], role[keep], score[keep]
        order = np.lexsort((role, -score, row))
        row = row[order]
        count += int((np.arange(row.size) - np.searchsorted(row, row, "left") < TOP).sum())
say(peer="sp_matmul_rs", solve_s=(time.perf_counter() - begun) * every, candidates=count if every == 1 else None)

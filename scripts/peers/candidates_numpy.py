"""The exact top 50 eligible roles by numpy and scipy, block by block: candidates_numpy.py FOLDER"""
import pathlib
import sys
import time

import numpy as np
from scipy import sparse

from instance import say, table

TOP = 50
folder = pathlib.Path(sys.argv[1])


def words(path, column):
    with open(path) as file:
        place = file.readline().rstrip("\n").split(",").index(column)
        return [line.rstrip("\n").split(",")[place] for line in file]


def parts(text):
    return [part.split(":") for part in text.split(";") if part]


def matrix(rows):
    ends = np.cumsum([0] + [len(row) for row in rows])
    skills = np.array([int(part[0]) for row in rows for part in row])
    weights = np.array([int(part[1]) if len(part) > 1 else 1 for row in rows for part in row], np.int32)
    return sparse.csr_matrix((weights, skills, ends), (len(rows), 1 << 17))


people, posts = folder / "trainees.csv", folder / "roles.csv"
(parent,) = table(folder / "groups.csv", "parent")
group, family, level, age, recognised, visa = table(people, "group", "family", "qual", "age", "recognised_mask", "visa_mask")
while (parent[group] >= 0).any():
    group = np.where(parent[group] >= 0, parent[group], group)
asked = dict(zip(
    ("origin", "dest", "family", "level", "speaks", "young", "old", "needs"),
    table(posts, "origin", "dest", "family", "min_qual", "min_lang", "age_min", "age_max", "needs_recognition"),
))
tongue = words(posts, "lang")
tongues = {name: at for at, name in enumerate(sorted(set(tongue)))}
tongue = np.array([tongues[name] for name in tongue])
spoken = np.zeros((group.size, len(tongues)), np.int64)
for one, text in enumerate(words(people, "languages")):
    for name, height in parts(text):
        if name in tongues:
            spoken[one, tongues[name]] = int(height)
has = matrix([parts(text) for text in words(people, "skills")])
wants = matrix([parts(text) for text in words(posts, "skills")])
total = np.asarray(wants.sum(1)).ravel()
begun = time.perf_counter()
count = 0
for origin, kind in sorted(set(zip(asked["origin"], asked["family"]))):
    roles = np.flatnonzero((asked["origin"] == origin) & (asked["family"] == kind))
    mine = np.flatnonzero((group == origin) & (family == kind))
    dense = np.ascontiguousarray(wants[roles].T.toarray())
    for from_ in range(0, mine.size, 2_000):
        some = mine[from_:from_ + 2_000]
        score = (has[some] @ dense).astype(np.int64) * 10_000 // total[roles]
        may = (level[some, None] >= asked["level"][roles]) & (age[some, None] >= asked["young"][roles])
        may &= (age[some, None] <= asked["old"][roles]) & (spoken[some][:, tongue[roles]] >= asked["speaks"][roles])
        may &= (visa[some, None] >> asked["dest"][roles]) & 1 == 1
        may &= (asked["needs"][roles] == 0) | ((recognised[some, None] >> asked["dest"][roles]) & 1 == 1)
        key = np.where(may & (score > 0), score * roles.size + (roles.size - 1 - np.arange(roles.size)), -1)
        if roles.size > TOP:
            key = -np.partition(-key, TOP - 1, axis=1)[:, :TOP]
        count += int((np.sort(key, axis=1) >= 0).sum())
say(peer="numpy", solve_s=time.perf_counter() - begun, candidates=count)

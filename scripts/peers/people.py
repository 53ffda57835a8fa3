"""The people and posts of an instance, block by block of one origin and one kind of work."""
import pathlib

import numpy as np
from scipy import sparse

from instance import table


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


class People:
    def __init__(self, folder):
        people, posts = (pathlib.Path(folder) / name for name in ("trainees.csv", "roles.csv"))
        (parent,) = table(people.with_name("groups.csv"), "parent")
        group, self.family, self.level, self.age, self.recognised, self.visa = table(
            people, "group", "family", "qual", "age", "recognised_mask", "visa_mask")
        while (parent[group] >= 0).any():
            group = np.where(parent[group] >= 0, parent[group], group)
        self.origin = group
        self.asked = dict(zip(
            ("origin", "dest", "family", "level", "speaks", "young", "old", "needs"),
            table(posts, "origin", "dest", "family", "min_qual", "min_lang", "age_min", "age_max", "needs_recognition"),
        ))
        tongue = words(posts, "lang")
        tongues = {name: at for at, name in enumerate(sorted(set(tongue)))}
        self.tongue = np.array([tongues[name] for name in tongue])
        self.spoken = np.zeros((group.size, len(tongues)), np.int64)
        for one, text in enumerate(words(people, "languages")):
            for name, height in parts(text):
                if name in tongues:
                    self.spoken[one, tongues[name]] = int(height)
        self.has = matrix([parts(text) for text in words(people, "skills")])
        self.wants = matrix([parts(text) for text in words(posts, "skills")])
        self.total = np.asarray(self.wants.sum(1)).ravel()

    def blocks(self):
        """Trainees and roles that share origin and kind of work."""
        asked = self.asked
        for origin, kind in sorted(set(zip(asked["origin"], asked["family"]))):
            roles = np.flatnonzero((asked["origin"] == origin) & (asked["family"] == kind))
            yield np.flatnonzero((self.origin == origin) & (self.family == kind)), roles

    def may(self, some, roles):
        """Who may take which post; both given as arrays that numpy brings to one shape."""
        asked, place = self.asked, self.asked["dest"][roles]
        may = (self.level[some] >= asked["level"][roles]) & (self.age[some] >= asked["young"][roles])
        may &= (self.age[some] <= asked["old"][roles]) & (self.spoken[some, self.tongue[roles]] >= asked["speaks"][roles])
        may &= (self.visa[some] >> place) & 1 == 1
        return may & ((asked["needs"][roles] == 0) | ((self.recognised[some] >> place) & 1 == 1))

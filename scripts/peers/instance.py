"""Instances of format gsp-match-1 as numpy arrays, and their network of caps and minimums."""
import json
import pathlib
import resource

import numpy as np


def table(path, *columns):
    """Columns of whole numbers of a file without quotes."""
    with open(path) as file:
        header = file.readline().rstrip("\n").split(",")
        places = [header.index(column) for column in columns]
        rows = [line.rstrip("\n").split(",") for line in file]
    return [np.array([int(row[place]) for row in rows], np.int64) for place in places]


def pairs(folder):
    path = pathlib.Path(folder) / "edges.bin"
    if not path.exists():
        text = np.loadtxt(path.with_suffix(".csv"), np.int64, delimiter=",", skiprows=1, ndmin=2)
        return [text[:, column] for column in range(5)]
    with open(path, "rb") as file:
        count = int(np.frombuffer(file.read(32)[8:16], "<u8")[0])
        return [np.fromfile(file, kind, count) for kind in ("<u4", "<u4", "<u2", "<u2", "<u2")]


class Instance:
    def __init__(self, folder):
        folder = pathlib.Path(folder)
        with open(folder / "groups.csv") as file:
            self.of_trainees = np.array([line.split(",")[1] == "T" for line in file.readlines()[1:]])
        self.parent, self.cap, self.min = table(folder / "groups.csv", "parent", "cap", "min")
        (self.trainee_group,) = table(folder / "trainees.csv", "group")
        self.role_group, self.employer, self.seats = table(folder / "roles.csv", "group", "employer", "cap")
        self.t, self.r, self.u, self.v, self.w = pairs(folder)
        self.usable = np.ones(self.t.size, bool)

    def strike(self, folder, shock):
        """What a shock leaves; minimums are waived."""
        lines = map(json.loads, open(pathlib.Path(folder) / "shocks.jsonl"))
        what = next(line for line in lines if line["id"] == shock)
        self.min[:] = 0
        if what["kind"] in ("corridor_closed", "quota_cut"):
            percent = what.get("factor_percent", 0) if what["kind"] == "quota_cut" else 0
            self.cap[what["groups"]] = self.cap[what["groups"]] * percent // 100
        elif what["kind"] == "employer_bankrupt":
            self.seats[np.isin(self.employer, what["employers"])] = 0
        else:
            self.usable &= ~np.isin(self.t, what["trainees"])

    def network(self, worth):
        """Arcs (from, to, least, most, cost): pairs first; node 0 closes the circulation."""
        groups, roles, trainees = self.cap.size, self.seats.size, self.trainee_group.size
        role_at, trainee_at = 1 + groups, 1 + groups + roles
        own, around = 1 + np.arange(groups), self.parent + 1
        arcs = [
            (trainee_at + self.t.astype(np.int64), role_at + self.r.astype(np.int64), 0, self.usable.astype(np.int64), -worth),
            (np.where(self.of_trainees, around, own), np.where(self.of_trainees, own, around), self.min, np.minimum(self.cap, trainees), 0),
            (1 + self.trainee_group, trainee_at + np.arange(trainees), 0, 1, 0),
            (role_at + np.arange(roles), 1 + self.role_group, 0, np.minimum(self.seats, trainees), 0),
        ]
        full = lambda column: np.concatenate([np.broadcast_to(arc[column], arc[0].shape).astype(np.int64) for arc in arcs])
        return trainee_at + trainees, *(full(column) for column in range(5))


def say(**found):
    found["rss_mib"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    print(json.dumps(found), flush=True)

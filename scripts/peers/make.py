"""Makes an instance of format gsp-match-1 from a seed: make.py FOLDER --trainees N --roles N [--seed 1]

Origins and destinations are joined by corridors, a pathway is a corridor and a family of occupations. People and
roles draw skills from the pool of their family, the commoner ones more often; roles have 1 to 50 seats. A third of
the pathways and a fifth of corridors, destinations, providers and origins get caps below what is used when there are
none. The figures are assumptions, chosen so that everything binds somewhere.
"""
import argparse
import json
import pathlib

import numpy as np

asked = argparse.ArgumentParser()
asked.add_argument("folder", type=pathlib.Path)
asked.add_argument("--trainees", type=int, required=True)
asked.add_argument("--roles", type=int, required=True)
asked.add_argument("--seed", type=int, default=1)
asked = asked.parse_args()
asked.folder.mkdir(parents=True, exist_ok=True)
draw = np.random.Generator(np.random.PCG64(asked.seed))
ORIGINS, DESTINATIONS, FAMILIES, PROVIDERS, TOP = 4, 4, 4, 8, 50
POOL, TONGUES = 300, ["de", "ja", "en", "it"]
corridors = [(o, d) for o in range(ORIGINS) for d in range(DESTINATIONS) if (o + d) % 2 == 0 or d == (o + 1) % DESTINATIONS]
pathways = [(o, d, f) for o, d in corridors for f in range(FAMILIES)]
popular = 1 / (1 + np.arange(POOL)) ** 0.8
popular /= popular.sum()


def skills(family, low, high):
    return draw.choice(POOL, draw.integers(low, high + 1), False, popular) + POOL * family


people = []
for one in range(asked.trainees):
    origin, family = draw.integers(ORIGINS), draw.integers(FAMILIES)
    reach = [d for o, d in corridors if o == origin]
    visa = sum(1 << d for d in reach if draw.random() < 0.8)
    people.append(dict(
        origin=origin, provider=draw.integers(PROVIDERS), family=family, qual=draw.integers(3, 7), age=draw.integers(18, 45),
        merit=draw.integers(0, 101), visa=visa, recognised=sum(1 << d for d in reach if draw.random() < 0.6),
        spoken={TONGUES[d]: draw.integers(1, 7) for d in reach if draw.random() < 0.8}, skills=skills(family, 8, 25)))
posts = []
for one in range(asked.roles):
    origin, destination, family = pathways[draw.integers(len(pathways))]
    wanted = skills(family, 6, 18)
    seats = int(np.clip(draw.lognormal(np.log(6.5), 0.9), 1, 50))
    posts.append(dict(
        origin=origin, dest=destination, family=family, qual=draw.integers(3, 6), lang=TONGUES[destination], level=draw.integers(1, 4),
        young=18, old=draw.integers(35, 60), needs=int(draw.random() < 0.3), seats=seats, target=max(1, seats // 2),
        skills=wanted, weights=np.where(draw.random(wanted.size) < 0.5, 3, 1)))

# Candidates: the best fifty by the share of weights held.
wants = {}
for role, post in enumerate(posts):
    wants.setdefault((post["origin"], post["family"]), []).append(role)
edges = []
for one, person in enumerate(people):
    held, found = set(person["skills"].tolist()), []
    for role in wants.get((person["origin"], person["family"]), []):
        post = posts[role]
        may = (person["qual"] >= post["qual"] and post["young"] <= person["age"] <= post["old"] and person["visa"] >> post["dest"] & 1
               and (not post["needs"] or person["recognised"] >> post["dest"] & 1) and person["spoken"].get(post["lang"], 0) >= post["level"])
        if may:
            got = sum(int(weight) for skill, weight in zip(post["skills"].tolist(), post["weights"]) if skill in held)
            score = 10_000 * got // int(post["weights"].sum())
            if score:
                found.append((-score, role))
    for score, role in sorted(found)[:TOP]:
        u, v = int(draw.integers(0, 10_001)), min(10_000, -score // 2 + int(draw.integers(0, 5_001)))
        edges.append((one, role, u, v, 1 + (4 * u + 6 * v) // 10))
edges.sort()

groups, number = [], {}


def group(name, side, kind, parent, share, members):
    """A cap near what its members could use; a part of the groups bind."""
    number[name] = len(groups)
    binds = draw.random() < share
    cap = max(1, int(members * (draw.uniform(0.3, 0.6) if binds else draw.uniform(1.1, 1.8))))
    groups.append((len(groups), side, kind, parent, cap, 0, kind + str(len(groups))))


for origin in range(ORIGINS):
    group(("o", origin), "T", "origin", -1, 0.2, sum(p["origin"] == origin for p in people))
    for provider in range(PROVIDERS):
        mine = sum(p["origin"] == origin and p["provider"] == provider for p in people)
        group(("p", origin, provider), "T", "provider", number["o", origin], 0.2, mine)
for destination in range(DESTINATIONS):
    group(("d", destination), "R", "destination", -1, 0.2, sum(p["seats"] for p in posts if p["dest"] == destination))
for origin, destination in corridors:
    mine = sum(p["seats"] for p in posts if (p["origin"], p["dest"]) == (origin, destination))
    group(("c", origin, destination), "R", "corridor", number["d", destination], 0.2, mine)
for origin, destination, family in pathways:
    mine = sum(p["seats"] for p in posts if (p["origin"], p["dest"], p["family"]) == (origin, destination, family))
    group(("w", origin, destination, family), "R", "pathway", number["c", origin, destination], 0.33, mine)


def write(name, header, rows):
    with open(asked.folder / name, "w") as file:
        file.write(header + "\n")
        file.writelines(",".join(map(str, row)) + "\n" for row in rows)


join = lambda parts: ";".join(map(str, parts))
write("groups.csv", "g,side,kind,parent,cap,min,name", groups)
write("trainees.csv", "t,group,occupation,family,qual,age,merit,recognised_mask,visa_mask,languages,skills", (
    (one, number["p", p["origin"], p["provider"]], 0, p["family"], p["qual"], p["age"], p["merit"], p["recognised"], p["visa"],
     join(f"{name}:{level}" for name, level in p["spoken"].items()), join(p["skills"])) for one, p in enumerate(people)))
write("roles.csv", "r,group,employer,origin,dest,occupation,family,min_qual,lang,min_lang,age_min,age_max,needs_recognition,cap,target,salary,skills", (
    (one, number["w", p["origin"], p["dest"], p["family"]], one // 4, p["origin"], p["dest"], 0, p["family"], p["qual"], p["lang"], p["level"],
     p["young"], p["old"], p["needs"], p["seats"], p["target"], 1, join(f"{s}:{w}" for s, w in zip(p["skills"], p["weights"])))
    for one, p in enumerate(posts)))
write("edges.csv", "t,r,u,v,w", edges)
with open(asked.folder / "edges.bin", "wb") as file:
    file.write(b"GSPE0001" + np.uint64(len(edges)).tobytes() + bytes(16))
    for column, kind in zip(np.array(edges).T, ("<u4", "<u4", "<u2", "<u2", "<u2")):
        file.write(column.astype(kind).tobytes())
gone = lambda share: sorted(draw.choice(asked.trainees, max(1, int(share * asked.trainees)), False).tolist())
shocks = [
    dict(id="corridor", kind="corridor_closed", groups=[number["c", *corridors[0]]]),
    dict(id="employer", kind="employer_bankrupt", employers=[0]),
    dict(id="trainees_1pct", kind="trainee_withdraws", trainees=gone(0.01)),
    dict(id="trainees_5pct", kind="trainee_withdraws", trainees=gone(0.05)),
    dict(id="quota_cut", kind="quota_cut", groups=[number["d", 0]], factor_percent=50),
]
with open(asked.folder / "shocks.jsonl", "w") as file:
    file.writelines(json.dumps(shock) + "\n" for shock in shocks)
print(len(edges), "pairs")

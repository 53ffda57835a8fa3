"""Runs this engine and its peers in turn and prints a table: run.py PASSERELLE DATA TOOLS SIZES [RUNS]

Both sides read the same folder. Counted is what each says of itself: seconds of solving, without reading, and the
most memory. The smallest of the runs counts on both sides.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

engine, sizes = sys.argv[1], sys.argv[4].split(",")
data, tools = pathlib.Path(sys.argv[2]).resolve(), pathlib.Path(sys.argv[3]).resolve()
runs = int(sys.argv[5]) if len(sys.argv) > 5 else 5
here = pathlib.Path(__file__).parent
python = str(tools / "venv/bin/python")
scratch = pathlib.Path(tempfile.mkdtemp(prefix="passerelle-peers-"))


def ours(*args):
    stats = scratch / "stats.json"
    subprocess.run([engine, *map(str, args), "--stats", str(stats)], check=True, stdout=subprocess.DEVNULL)
    return json.loads(stats.read_text())


def theirs(*args):
    done = subprocess.run([*map(str, args)], check=True, capture_output=True, text=True, cwd=here)
    return json.loads(done.stdout.strip().splitlines()[-1])


def only(folder, *names):
    """The folder without its other files of pairs."""
    bare = scratch / ("-".join(names) + folder.name)
    bare.mkdir(exist_ok=True)
    for file in folder.iterdir():
        if not file.name.startswith("edges") or file.name in names:
            (bare / file.name).unlink(missing_ok=True)
            (bare / file.name).symlink_to(file)
    return bare


def row(job, size, peer, own, other, times=runs, same=None, seconds="solve_s"):
    mine, its = [], []
    for _ in range(times):
        mine.append(own())
        its.append(other())
    ours_s, theirs_s = min(x[seconds] for x in mine), min(x["solve_s"] for x in its)
    ours_mib = min(x["peak_rss_bytes"] for x in mine) / 2**20
    theirs_mib = min(x["rss_mib"] for x in its)
    agrees = "" if same is None or mine[-1].get(same) == its[-1].get(same) else " (another result!)"
    print(f"| {job} | {size} | {ours_s:.4f} s, {ours_mib:.0f} MiB | {peer}: {theirs_s:.4f} s, {theirs_mib:.0f} MiB "
          f"| {ours_s / theirs_s:.4f}; {ours_mib / theirs_mib:.2f}{agrees} |", flush=True)


print("| job | instance | here | peer | ratio of time; of memory |\n|---|---|---|---|---|")
for size in sizes:
    folder = data / size
    big = size == "XL"
    times = min(runs, 3) if big else runs
    mine, its, proof = scratch / "ours.csv", scratch / "theirs.csv", scratch / "cutoffs.csv"
    for mode, rule in (("stable", "merit"), ("stable-seats", "seats")):
        row(f"stable, `{rule}`", size, "textbook", lambda: ours("solve", folder, "--mode", mode, "--out", mine),
            lambda: theirs(tools / "stable_textbook", folder, rule, its), times, "matched")
        if mine.read_bytes() != its.read_bytes():
            print(f"stable {rule} {size}: the matchings differ", file=sys.stderr)
        ours("solve", folder, "--mode", mode, "--certificate", proof)
        checks = [ours("check", folder, mine, "--mode", mode, "--certificate", proof, "--threads", 2) for _ in range(times)]
        print(f"| check of its certificate | {size} | {min(x['solve_s'] for x in checks):.4f} s | | |", flush=True)
    if size in ("L", "XL"):
        for kind in ("csv", "bin") if size == "L" else ("bin",):
            bare = only(folder, f"edges.{kind}")
            row(f"`edges.{kind}` read", size, "numpy", lambda: ours("solve", bare, "--mode", "stable"),
                lambda: theirs(python, here / "load_numpy.py", folder, kind), times, seconds="pairs_s")
    if size in ("S", "M"):
        arcs = scratch / "arcs"
        subprocess.run([python, here / "arcs.py", folder, arcs], check=True)
        row("optimal", size, "LEMON network simplex", lambda: ours("solve", folder, "--mode", "optimal"),
            lambda: theirs(tools / "flow_lemon", arcs), times, "objective")
    before, prices, its = scratch / "before.csv", scratch / "prices.csv", scratch / "flow.csv"
    row("optimal", size, "OR-tools minimum cost flow",
        lambda: ours("solve", folder, "--mode", "optimal", "--out", before, "--certificate", prices),
        lambda: theirs(python, here / "flow_ortools.py", folder, its), 1 if big else min(times, 3), "objective")
    if not big:
        for line in (folder / "shocks.jsonl").read_text().splitlines():
            shock = json.loads(line)["id"]
            row(f"after `{shock}`", size, "OR-tools from nothing",
                lambda: ours("solve", folder, "--mode", "optimal", "--shock", shock, "--before", before, "--before-certificate", prices, "--threads", 2),
                lambda: theirs(python, here / "flow_ortools.py", folder, "--shock", shock, "--before", before), min(times, 3), "objective")
        row("candidates, top 50", size, "numpy by blocks", lambda: ours("candidates", folder, "--threads", 2),
            lambda: theirs(python, here / "candidates_numpy.py", folder), min(times, 3), "candidates")
    every = 20 if big else 1
    row("candidates, top 50", size, "`sp_matmul_rs`" + (f" (a {every}th, times {every})" if big else ""),
        lambda: ours("candidates", folder, "--threads", 2),
        lambda: theirs(python, here / "candidates_spmm.py", folder, every), min(times, 3), None if big else "candidates")
    if size in ("S", "M"):
        for peer in ("matching", "algmatch"):
            row("stable (the peer without groups)", size, f"PyPI `{peer}`", lambda: ours("solve", folder, "--mode", "stable"),
                lambda: theirs(python, here / "hospitals.py", folder, peer), 1)

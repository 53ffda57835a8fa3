// Deferred acceptance as textbooks have it, under caps of nested groups: stable_textbook FOLDER merit|seats [OUT]
// Lists are sorted once; a role keeps its people in a heap, and a tournament tree over the roles gives a group's worst.
#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <queue>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <tuple>
#include <vector>
using namespace std;

static vector<vector<long>> columns(const string& path, const vector<string>& wanted) {
  ifstream file(path);
  string line, cell;
  getline(file, line);
  vector<int> place(wanted.size());
  stringstream header(line);
  for (int at = 0; getline(header, cell, ','); at++)
    for (size_t k = 0; k < wanted.size(); k++)
      if (cell == wanted[k]) place[k] = at;
  vector<vector<long>> found(wanted.size());
  while (getline(file, line)) {
    vector<size_t> begins{0};
    for (size_t at = 0; at < line.size(); at++)
      if (line[at] == ',') begins.push_back(at + 1);
    for (size_t k = 0; k < wanted.size(); k++) found[k].push_back(strtol(line.c_str() + begins[place[k]], nullptr, 10));
  }
  return found;
}

int main(int count, char** names) {
  if (count < 3) return 2;
  const string folder = string(names[1]) + "/", mode = names[2];
  const bool seats = mode == "seats";
  auto groups = columns(folder + "groups.csv", {"parent", "cap"});
  auto trainees = columns(folder + "trainees.csv", {"group", "merit"});
  auto roles = columns(folder + "roles.csv", {"group", "cap", "target"});
  vector<uint32_t> t, r;
  vector<uint16_t> u, v;
  ifstream file(folder + "edges.bin", ios::binary);
  if (file) {
    char head[32];
    file.read(head, 32);
    const uint64_t pairs = *reinterpret_cast<uint64_t*>(head + 8);
    t.resize(pairs), r.resize(pairs), u.resize(pairs), v.resize(pairs);
    file.read(reinterpret_cast<char*>(t.data()), 4 * pairs);
    file.read(reinterpret_cast<char*>(r.data()), 4 * pairs);
    file.read(reinterpret_cast<char*>(u.data()), 2 * pairs);
    file.read(reinterpret_cast<char*>(v.data()), 2 * pairs);
  } else {
    auto text = columns(folder + "edges.csv", {"t", "r", "u", "v"});
    t.assign(text[0].begin(), text[0].end()), r.assign(text[1].begin(), text[1].end());
    u.assign(text[2].begin(), text[2].end()), v.assign(text[3].begin(), text[3].end());
  }
  const uint64_t edges = t.size();
  const size_t people = trainees[0].size(), posts = roles[0].size(), sets = groups[0].size();

  const auto begun = chrono::steady_clock::now();
  vector<uint64_t> start(people + 1, 0);
  for (uint64_t at = 0; at < edges; at++) start[t[at] + 1]++;
  for (size_t at = 0; at < people; at++) start[at + 1] += start[at];
  vector<uint32_t> wish(edges);
  for (uint64_t at = 0; at < edges; at++) wish[at] = at;
  for (size_t at = 0; at < people; at++)
    sort(wish.begin() + start[at], wish.begin() + start[at + 1],
         [&](uint32_t a, uint32_t b) { return tie(u[b], r[a]) < tie(u[a], r[b]); });
  auto chain = [&](long group, auto&& each) {
    for (; group >= 0; group = groups[0][group]) each(group);
  };
  // Greater is worse: (65535 - v, trainee) at a role, and with the role in a group; a seat by (beyond target, seat, role).
  using Key = tuple<uint32_t, uint32_t, uint32_t>;
  vector<priority_queue<pair<uint32_t, uint32_t>>> held(posts);
  vector<long> used(sets, 0);
  // Roles in an order in which those of a group lie side by side, and a tournament tree over them.
  vector<vector<uint32_t>> own(sets), inner(sets);
  for (uint32_t role = 0; role < posts; role++) own[roles[0][role]].push_back(role);
  for (uint32_t g = 0; g < sets; g++)
    if (groups[0][g] >= 0) inner[groups[0][g]].push_back(g);
  vector<uint32_t> place(posts), role_at(posts), from(sets), to(sets);
  uint32_t placed_roles = 0;
  auto visit = [&](auto&& self, uint32_t g) -> void {
    from[g] = placed_roles;
    for (uint32_t role : own[g]) role_at[placed_roles] = role, place[role] = placed_roles++;
    for (uint32_t below : inner[g]) self(self, below);
    to[g] = placed_roles;
  };
  for (uint32_t g = 0; g < sets; g++)
    if (groups[0][g] < 0) visit(visit, g);
  size_t leaves = 1;
  while (leaves < posts) leaves *= 2;
  const Key nothing{0, 0, 0};
  vector<Key> tree(2 * leaves, nothing);
  auto note = [&](uint32_t role) {
    Key key = nothing;
    if (!held[role].empty()) {
      const uint32_t k = held[role].size(), target = roles[2][role];
      // One more, so that nothing that is held counts as nothing.
      key = seats ? Key{(k > target ? k - target : 0) + 1, k, role} : Key{held[role].top().first + 1, held[role].top().second, role};
    }
    size_t at = leaves + place[role];
    tree[at] = key;
    for (at /= 2; at; at /= 2) {
      const Key worst = max(tree[2 * at], tree[2 * at + 1]);
      if (tree[at] == worst) return;
      tree[at] = worst;
    }
  };
  auto worst_of = [&](long g) {
    Key worst = nothing;
    for (size_t low = from[g] + leaves, high = to[g] + leaves; low < high; low /= 2, high /= 2) {
      if (low & 1) worst = max(worst, tree[low++]);
      if (high & 1) worst = max(worst, tree[--high]);
    }
    return worst;
  };
  vector<uint64_t> next(start.begin(), start.end() - 1);
  vector<long> inside(sets, 0);
  vector<uint32_t> order(people);
  for (size_t at = 0; at < people; at++) order[at] = at;
  sort(order.begin(), order.end(), [&](uint32_t a, uint32_t b) { return trainees[1][a] != trainees[1][b] ? trainees[1][a] > trainees[1][b] : a < b; });
  vector<size_t> rank(people);
  for (size_t at = 0; at < people; at++) rank[order[at]] = at;
  // Whoever waits, by innermost group and in the order of priority.
  vector<queue<uint32_t>> waits(sets);
  for (uint32_t one : order)
    if (start[one] < start[one + 1]) waits[trainees[0][one]].push(one);
  vector<uint32_t> free_now;
  auto admit = [&]() {
    // The first in priority who fits.
    long best = -1;
    for (size_t g = 0; g < sets; g++) {
      if (waits[g].empty()) continue;
      bool room = true;
      chain(g, [&](long at) { room = room && inside[at] < groups[1][at]; });
      if (room && (best < 0 || rank[waits[g].front()] < rank[waits[best].front()])) best = g;
    }
    if (best < 0) return false;
    chain(best, [&](long at) { inside[at]++; });
    free_now.push_back(waits[best].front());
    waits[best].pop();
    return true;
  };
  while (admit()) {}
  while (!free_now.empty()) {
    const uint32_t one = free_now.back();
    free_now.pop_back();
    bool placed = false;
    while (!placed && next[one] < start[one + 1]) {
      const uint32_t at = wish[next[one]++], role = r[at];
      const pair<uint32_t, uint32_t> asked{65535u - v[at], one};
      if (roles[1][role] == 0) continue;
      auto exchange = [&]() {
        free_now.push_back(held[role].top().second);
        held[role].pop();
        held[role].push(asked);
        note(role);
        placed = true;
      };
      if (static_cast<long>(held[role].size()) >= roles[1][role]) {
        if (asked < held[role].top()) exchange();
        continue;
      }
      long full = -1;
      chain(roles[0][role], [&](long g) { if (full < 0 && used[g] >= groups[1][g]) full = g; });
      if (full >= 0) {
        const Key worst = worst_of(full);
        if (worst == nothing) continue;
        const uint32_t k = held[role].size() + 1, target = roles[2][role];
        const Key mine = seats ? Key{(k > target ? k - target : 0) + 1, k, role} : Key{asked.first + 1, one, role};
        if (!(mine < worst)) {
          if (seats && !held[role].empty() && asked < held[role].top()) exchange();
          continue;
        }
        const uint32_t loser = get<2>(worst);
        free_now.push_back(held[loser].top().second);
        held[loser].pop();
        chain(roles[0][loser], [&](long g) { used[g]--; });
        note(loser);
      }
      held[role].push(asked);
      chain(roles[0][role], [&](long g) { used[g]++; });
      note(role);
      placed = true;
    }
    if (!placed) {
      chain(trainees[0][one], [&](long g) { inside[g]--; });
      admit();
    }
  }
  const double solve_s = chrono::duration<double>(chrono::steady_clock::now() - begun).count();
  vector<pair<uint32_t, uint32_t>> matching;
  for (size_t role = 0; role < posts; role++)
    for (; !held[role].empty(); held[role].pop()) matching.emplace_back(held[role].top().second, role);
  sort(matching.begin(), matching.end());
  if (count > 3) {
    ofstream out(names[3]);
    out << "t,r\n";
    for (auto& [one, role] : matching) out << one << ',' << role << '\n';
  }
  rusage memory;
  getrusage(RUSAGE_SELF, &memory);
  printf("{\"peer\": \"textbook\", \"solve_s\": %.6f, \"rss_mib\": %ld, \"matched\": %zu}\n", solve_s, memory.ru_maxrss / 1024, matching.size());
}

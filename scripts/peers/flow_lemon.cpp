// The matching of most weight by LEMON's network simplex: flow_lemon ARCS, where ARCS is what arcs.py wrote.
#include <lemon/network_simplex.h>
#include <lemon/smart_graph.h>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <sys/resource.h>
#include <vector>

int main(int count, char** names) {
  if (count < 2) return 2;
  FILE* file = std::fopen(names[1], "rb");
  int64_t head[3];  // nodes, arcs, how many of them are pairs
  if (!file || std::fread(head, 8, 3, file) != 3) return 3;
  std::vector<int64_t> arcs(5 * head[1]);
  if (std::fread(arcs.data(), 8, arcs.size(), file) != arcs.size()) return 3;
  std::fclose(file);
  lemon::SmartDigraph graph;
  graph.reserveNode(head[0]);
  graph.reserveArc(head[1]);
  std::vector<lemon::SmartDigraph::Node> nodes(head[0]);
  for (auto& node : nodes) node = graph.addNode();
  lemon::SmartDigraph::ArcMap<int64_t> least(graph), most(graph), cost(graph);
  std::vector<lemon::SmartDigraph::Arc> made(head[1]);
  for (int64_t at = 0; at < head[1]; at++) {
    const int64_t* arc = &arcs[5 * at];
    made[at] = graph.addArc(nodes[arc[0]], nodes[arc[1]]);
    least[made[at]] = arc[2];
    most[made[at]] = arc[3];
    cost[made[at]] = arc[4];
  }
  lemon::NetworkSimplex<lemon::SmartDigraph, int64_t, int64_t> simplex(graph);
  simplex.lowerMap(least).upperMap(most).costMap(cost);
  const auto begun = std::chrono::steady_clock::now();
  const bool optimal = simplex.run() == simplex.OPTIMAL;
  const double solve_s = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count();
  if (!optimal) return 4;
  int64_t matched = 0, objective = 0;
  for (int64_t at = 0; at < head[2]; at++) {
    if (simplex.flow(made[at]) > 0) {
      matched++;
      objective -= arcs[5 * at + 4];
    }
  }
  rusage used;
  getrusage(RUSAGE_SELF, &used);
  std::printf("{\"peer\": \"LEMON\", \"solve_s\": %.6f, \"rss_mib\": %ld, \"matched\": %ld, \"objective\": %ld}\n", solve_s,
              used.ru_maxrss / 1024, (long)matched, (long)objective);
}

#include "tools/bench/processes.hpp"

#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

namespace catacomb::bench {
namespace {

std::filesystem::path proc(pid_t process) { return std::filesystem::path("/proc") / std::to_string(process); }

// Fields 14 and 15 of stat, counted behind the name, which may hold spaces (proc(5)).
double cpu_ticks(pid_t process) {
    std::ifstream in(proc(process) / "stat");
    std::string line;
    if (!std::getline(in, line)) return 0;
    std::istringstream fields(line.substr(line.rfind(')') + 1));
    std::string skipped;
    for (int i = 3; i < 14; ++i) fields >> skipped;
    double user = 0, system = 0;
    fields >> user >> system;
    return user + system;
}

}  // namespace

double cpu_seconds(std::span<const pid_t> processes) {
    double ticks = 0;
    for (const auto process : processes) ticks += cpu_ticks(process);
    return ticks / static_cast<double>(sysconf(_SC_CLK_TCK));
}

std::uint64_t private_memory(pid_t process) {
    std::ifstream in(proc(process) / "status");
    for (std::string line; std::getline(in, line);) {
        if (!line.starts_with("RssAnon:")) continue;
        return std::stoull(line.substr(8)) * 1024;
    }
    return 0;
}

}  // namespace catacomb::bench

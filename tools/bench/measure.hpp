// What the benches share: clocks, medians, and figures printed one to a line. Benches compare CPU time with a
// reference of the same run: on a machine that does other work, absolute times are weather.
#pragma once

#include <functional>
#include <string_view>
#include <vector>

namespace catacomb::bench {

double wall_seconds();        // since some fixed moment
double thread_cpu_seconds();  // of the calling thread

// The least CPU seconds that one of several runs of `work` took on this thread: what the machine can do.
double least_cpu_seconds(const std::function<void()>& work, unsigned runs = 5);

// Requires: not empty. `part` of 1: 0.5 is the median.
double quantile(std::vector<double> values, double part);

void print_heading(std::string_view words);
// "  insert                       531.2 MB/s   1.22 of the bare stages"
void print_figure(std::string_view what, double value, std::string_view unit, std::string_view note = {});
// A figure that has an aim; false, and said so, when it is missed.
enum class Aim { at_least, at_most };
bool print_aim(std::string_view what, double value, std::string_view unit, Aim sense, double aim);

inline constexpr double kMega = 1e6;  // MB/s are 10^6 bytes
inline constexpr double kMebi = 1024.0 * 1024.0;
inline constexpr double kGibi = 1024.0 * kMebi;

}  // namespace catacomb::bench

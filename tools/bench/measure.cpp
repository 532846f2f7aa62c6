#include "tools/bench/measure.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <ctime>
#include <iomanip>
#include <iostream>
#include <limits>

#include "base/check.hpp"
#include "base/log.hpp"

namespace catacomb::bench {

double wall_seconds() {
    return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

double thread_cpu_seconds() {
    timespec now{};
    CHECK(clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now) == 0);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

double least_cpu_seconds(const std::function<void()>& work, unsigned runs) {
    double least = std::numeric_limits<double>::max();
    for (unsigned i = 0; i < runs; ++i) {
        const auto before = thread_cpu_seconds();
        work();
        least = std::min(least, thread_cpu_seconds() - before);
    }
    return least;
}

double quantile(std::vector<double> values, double part) {
    CHECK(!values.empty());
    std::sort(values.begin(), values.end());
    const auto last = static_cast<double>(values.size() - 1);
    return values[static_cast<std::size_t>(std::lround(part * last))];
}

void print_heading(std::string_view words) { std::cout << words << '\n' << std::flush; }

void print_figure(std::string_view what, double value, std::string_view unit, std::string_view note) {
    std::cout << "  " << std::left << std::setw(44) << what << std::right << std::fixed
              << std::setprecision(value < 100 ? 2 : 0) << std::setw(9) << value << ' ' << std::left
              << std::setw(12) << unit << note << '\n'
              << std::flush;
}

bool print_aim(std::string_view what, double value, std::string_view unit, Aim sense, double aim) {
    const bool good = sense == Aim::at_least ? value >= aim : value <= aim;
    print_figure(
        what, value, unit,
        concat(good ? "good: " : "MISSED: ", sense == Aim::at_least ? "at least " : "at most ", aim));
    return good;
}

}  // namespace catacomb::bench

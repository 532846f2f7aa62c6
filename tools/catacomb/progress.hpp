// Progress of a job, for a person: a bar with rate and ETA on a terminal, plain lines (at each new phase, and
// then every few seconds) elsewhere. The words are pure functions; the printer owns the line that it redraws.
// One thread.
#pragma once

#include <boost/json/object.hpp>
#include <chrono>
#include <string>

namespace catacomb::cli {

std::string amount_text(double bytes);      // "12.3 MiB"
std::string duration_text(double seconds);  // "0:07", "1:02:03"
// One line without a bar: "storing 12.0 of 29.0 MiB, 4.5 MiB/s, 0:04 left, 310 of 720 blocks".
std::string progress_words(const boost::json::object& progress);
// The same with a bar, cut to `width` columns.
std::string progress_bar(const boost::json::object& progress, std::size_t width);

class ProgressPrinter {
public:
    explicit ProgressPrinter(bool silent = false);
    ~ProgressPrinter() { clear(); }
    ProgressPrinter(const ProgressPrinter&) = delete;
    ProgressPrinter& operator=(const ProgressPrinter&) = delete;
    void show(const boost::json::object& progress);
    // Takes the bar away, so that a sentence may follow.
    void clear();

private:
    const bool silent_, terminal_;
    bool drawn_ = false;
    std::string phase_, last_failure_;
    std::chrono::steady_clock::time_point next_line_{};
};

}  // namespace catacomb::cli

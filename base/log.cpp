#include "base/log.hpp"

#include <atomic>

namespace catacomb {
namespace {
std::atomic<int> least_level{static_cast<int>(LogLevel::error) + 1};
LogSink& sink() {
    static LogSink instance;
    return instance;
}
}  // namespace

void set_log_sink(LogLevel least, LogSink to) {
    sink() = std::move(to);
    least_level = sink() ? static_cast<int>(least) : static_cast<int>(LogLevel::error) + 1;
}

bool log_enabled(LogLevel level) { return static_cast<int>(level) >= least_level; }

void log_message(LogLevel level, std::string_view room, const std::string& message) {
    if (log_enabled(level)) sink()(level, room, message);
}

}  // namespace catacomb

// Logging facade: floors below node say what happened, node decides where it goes (spdlog). What could link a
// person to content is wrapped in Private<T> and prints as stars. Levels: error = the operator must act,
// warning = the operator should know, info = rare milestones, debug = developers only.
#pragma once

#include <functional>
#include <sstream>
#include <string>
#include <string_view>

namespace catacomb {

enum class LogLevel : int { debug, info, warning, error };

using LogSink = std::function<void(LogLevel, std::string_view room, const std::string& message)>;

// Called once at start, before other threads exist. Messages below `least` are not even composed.
void set_log_sink(LogLevel least, LogSink sink);
bool log_enabled(LogLevel level);
void log_message(LogLevel level, std::string_view room, const std::string& message);

template <class T>
struct Private {
    T value;
};
template <class T>
std::ostream& operator<<(std::ostream& out, const Private<T>&) {
    return out << "***";
}

template <class... Parts>
std::string concat(const Parts&... parts) {
    std::ostringstream out;
    (out << ... << parts);
    return out.str();
}

template <class... Parts>
void log(LogLevel level, std::string_view room, const Parts&... parts) {
    if (log_enabled(level)) log_message(level, room, concat(parts...));
}
template <class... Parts>
void log_debug(std::string_view room, const Parts&... parts) {
    log(LogLevel::debug, room, parts...);
}
template <class... Parts>
void log_info(std::string_view room, const Parts&... parts) {
    log(LogLevel::info, room, parts...);
}
template <class... Parts>
void log_warning(std::string_view room, const Parts&... parts) {
    log(LogLevel::warning, room, parts...);
}
template <class... Parts>
void log_error(std::string_view room, const Parts&... parts) {
    log(LogLevel::error, room, parts...);
}

}  // namespace catacomb

#include "node/config/log_output.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/dist_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace catacomb::node {
namespace {

// Where the lines go now; swapped while other threads write.
using Sinks = spdlog::sinks::dist_sink_mt;
std::shared_ptr<Sinks> sinks;
std::filesystem::path file;  // empty: standard error

spdlog::sink_ptr make_sink() {
    if (file.empty()) return std::make_shared<spdlog::sinks::stderr_color_sink_mt>();
    return std::make_shared<spdlog::sinks::basic_file_sink_mt>(file.string());
}

constexpr auto kPattern = "%Y-%m-%dT%H:%M:%S.%e %l %v";

spdlog::level::level_enum as_spdlog(LogLevel level) {
    switch (level) {
        case LogLevel::debug:
            return spdlog::level::debug;
        case LogLevel::info:
            return spdlog::level::info;
        case LogLevel::warning:
            return spdlog::level::warn;
        case LogLevel::error:
            return spdlog::level::err;
    }
    return spdlog::level::err;
}

}  // namespace

Result<> open_log(const LogConfig& config) {
    file = config.file;
    try {
        sinks = std::make_shared<Sinks>(std::vector{make_sink()});
    } catch (const spdlog::spdlog_ex& e) {
        return error(Code::io, "cannot open the log: " + std::string(e.what()));
    }
    const auto logger = std::make_shared<spdlog::logger>("catacomb", sinks);
    logger->set_level(spdlog::level::trace);  // the facade has filtered already
    logger->set_pattern(kPattern);
    logger->flush_on(spdlog::level::info);
    set_log_sink(config.level, [logger](LogLevel level, std::string_view room, const std::string& message) {
        logger->log(as_spdlog(level), "{}: {}", room, message);
    });
    return ok();
}

Result<> reopen_log() {
    if (file.empty()) return ok();
    try {
        auto sink = make_sink();
        sink->set_pattern(kPattern);
        sinks->set_sinks({std::move(sink)});
        return ok();
    } catch (const spdlog::spdlog_ex& e) {
        return error(Code::io, "cannot open the log anew: " + std::string(e.what()));
    }
}

}  // namespace catacomb::node

#include "node/config/log_output.hpp"

#include <spdlog/sinks/basic_file_sink.h>
#include <spdlog/sinks/stdout_color_sinks.h>
#include <spdlog/spdlog.h>

namespace catacomb::node {
namespace {

std::shared_ptr<spdlog::logger> make_logger(const std::filesystem::path& file) {
    if (file.empty()) return spdlog::stderr_color_mt("catacomb");
    return spdlog::basic_logger_mt("catacomb", file.string());
}

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
    std::shared_ptr<spdlog::logger> logger;
    try {
        logger = make_logger(config.file);
    } catch (const spdlog::spdlog_ex& e) {
        return error(Code::io, "cannot open the log: " + std::string(e.what()));
    }
    logger->set_level(spdlog::level::trace);  // the facade has filtered already
    logger->set_pattern("%Y-%m-%dT%H:%M:%S.%e %l %v");
    logger->flush_on(spdlog::level::info);
    set_log_sink(config.level, [logger](LogLevel level, std::string_view room, const std::string& message) {
        logger->log(as_spdlog(level), "{}: {}", room, message);
    });
    return ok();
}

}  // namespace catacomb::node

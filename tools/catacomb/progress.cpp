#include "tools/catacomb/progress.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>

#include "base/log.hpp"
#include "tools/api_client/terminal.hpp"

namespace catacomb::cli {
namespace json = boost::json;
namespace {

constexpr std::chrono::seconds kLineEvery{5};
constexpr std::size_t kBarWidth = 24;

std::string formatted(const char* format, double value) {
    char out[64];
    std::snprintf(out, sizeof out, format, value);
    return out;
}

std::size_t terminal_width() {
    winsize size{};
    return ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0 ? size.ws_col : 80;
}

// A dumb terminal shows the codes that take a line back.
bool can_redraw(const char* terminal) { return terminal && *terminal && std::strcmp(terminal, "dumb") != 0; }

double share_done(const json::object& p) {
    const auto total = real_in(p, "bytes_total");
    return total > 0 ? std::clamp(real_in(p, "bytes_done") / total, 0.0, 1.0) : 0;
}

std::string bar(double share) {
    const auto full = static_cast<std::size_t>(share * kBarWidth);
    auto out = std::string(full, '=') + (full < kBarWidth ? ">" : "") + std::string(kBarWidth, ' ');
    return "[" + out.substr(0, kBarWidth) + "]" + formatted("%4.0f%%", share * 100);
}

// Everything after the phase.
std::string figures(const json::object& p) {
    auto out = amount_text(real_in(p, "bytes_done"));
    if (real_in(p, "bytes_total") > 0) out += " of " + amount_text(real_in(p, "bytes_total"));
    if (real_in(p, "bytes_per_second") > 0) out += ", " + amount_text(real_in(p, "bytes_per_second")) + "/s";
    if (real_in(p, "eta_seconds") > 0) out += ", " + duration_text(real_in(p, "eta_seconds")) + " left";
    if (number_in(p, "blocks_needed") > 0) {
        out += concat(", ", number_in(p, "blocks_done"), " of ", number_in(p, "blocks_needed"), " blocks");
    }
    if (number_in(p, "blocks_failed") > 0) out += concat(", ", number_in(p, "blocks_failed"), " failed");
    return out;
}

}  // namespace

std::string amount_text(double bytes) {
    constexpr const char* kUnits[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    std::size_t unit = 0;
    for (; bytes >= 1024 && unit < 4; ++unit) bytes /= 1024;
    return formatted(unit == 0 ? "%.0f " : "%.1f ", bytes) + kUnits[unit];
}

std::string duration_text(double seconds) {
    const auto s = static_cast<unsigned long>(std::clamp(seconds, 0.0, 3.6e9) + 0.5);
    char out[64];
    if (s < 3600) {
        std::snprintf(out, sizeof out, "%lu:%02lu", s / 60, s % 60);
    } else {
        std::snprintf(out, sizeof out, "%lu:%02lu:%02lu", s / 3600, s / 60 % 60, s % 60);
    }
    return out;
}

std::string progress_words(const json::object& progress) {
    return text_in(progress, "phase") + " " + figures(progress);
}

std::string progress_bar(const json::object& progress, std::size_t width) {
    auto line = text_in(progress, "phase") + " ";
    if (real_in(progress, "bytes_total") > 0) line += bar(share_done(progress)) + " ";
    line += figures(progress);
    return line.substr(0, width);
}

ProgressPrinter::ProgressPrinter(bool silent)
    : silent_(silent), terminal_(isatty(STDERR_FILENO) == 1 && can_redraw(std::getenv("TERM"))) {}

void ProgressPrinter::show(const json::object& progress) {
    const auto phase = text_in(progress, "phase");
    if (silent_ || phase.empty()) return;
    if (const auto failure = text_in(progress, "last_failure");
        failure != last_failure_ && !failure.empty()) {
        clear();
        say("note: " + failure);
        last_failure_ = failure;
    }
    if (terminal_) {
        std::fprintf(stderr, "\r\033[K%s", progress_bar(progress, terminal_width() - 1).c_str());
        std::fflush(stderr);
        drawn_ = true;
        return;
    }
    const auto now = std::chrono::steady_clock::now();
    if (phase == phase_ && now < next_line_) return;
    say(progress_words(progress));
    phase_ = phase;
    next_line_ = now + kLineEvery;
}

void ProgressPrinter::clear() {
    if (drawn_) std::fputs("\r\033[K", stderr);
    drawn_ = false;
}

}  // namespace catacomb::cli

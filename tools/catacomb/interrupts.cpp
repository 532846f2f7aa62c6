#include "tools/catacomb/interrupts.hpp"

#include <unistd.h>

#include <csignal>
#include <mutex>
#include <thread>

#include "node/service.hpp"

namespace catacomb::cli {
namespace {

std::mutex guard;
std::function<void()> action;

// Those that were not ignored when the program began: nohup and shells ignore some for good reason, and
// sigwait() would take them all the same.
sigset_t watched_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
        struct sigaction now {};
        if (::sigaction(signal, nullptr, &now) == 0 && now.sa_handler != SIG_IGN) sigaddset(&set, signal);
    }
    return set;
}

void watch(sigset_t set) {
    int signal = 0;
    while (sigwait(&set, &signal) == 0) {
        const std::lock_guard lock(guard);
        if (action) action();
        _exit(static_cast<int>(node::ExitCode::interrupted));
    }
}

}  // namespace

Interrupts::Interrupts(std::function<void()> tidy_up) {
    const std::lock_guard lock(guard);
    action = std::move(tidy_up);
    static const bool watching = [] {
        const auto set = watched_signals();
        pthread_sigmask(SIG_BLOCK, &set, nullptr);
        std::thread(watch, set).detach();
        return true;
    }();
    static_cast<void>(watching);
}

Interrupts::~Interrupts() {
    const std::lock_guard lock(guard);
    action = nullptr;
}

}  // namespace catacomb::cli

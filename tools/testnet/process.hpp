// Processes that outlive the program that started them, recorded in a file as (pid, start time): a pid alone
// may be somebody else's by now. Nothing here signals a process whose start time is not the recorded one.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/result.hpp"

namespace catacomb::testnet {

struct Process {
    pid_t pid = 0;
    std::uint64_t started = 0;  // clock ticks after boot

    bool running() const;  // and not a zombie
    // False when it is not running.
    bool signal(int number) const;
};

// In a session of its own, without standard input, its output appended to `log`.
Result<Process> spawn(const std::vector<std::string>& command, const std::filesystem::path& log);

// Code::io.
Result<> write_record(const std::filesystem::path& file, const Process& process);
// nullopt when there is no record or it makes no sense.
std::optional<Process> read_record(const std::filesystem::path& file);

}  // namespace catacomb::testnet

#include "tools/testnet/process.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <unistd.h>

#include <csignal>
#include <cstring>
#include <fstream>
#include <sstream>

#include "base/log.hpp"

namespace catacomb::testnet {
namespace {

struct Stat {
    char state = 0;
    std::uint64_t started = 0;
};

// /proc/PID/stat: the command in parentheses may hold anything, so fields count from the last ')'.
std::optional<Stat> read_stat(pid_t pid) {
    std::ifstream in(concat("/proc/", pid, "/stat"));
    std::string line;
    std::getline(in, line);
    const auto name_end = line.rfind(')');
    if (name_end == std::string::npos) return std::nullopt;
    std::istringstream fields(line.substr(name_end + 1));
    Stat out;
    fields >> out.state;
    std::string skipped;
    for (int i = 4; i < 22; ++i) fields >> skipped;
    fields >> out.started;
    if (!fields) return std::nullopt;
    return out;
}

struct FileActions {
    FileActions() { posix_spawn_file_actions_init(&value); }
    ~FileActions() { posix_spawn_file_actions_destroy(&value); }
    posix_spawn_file_actions_t value;
};
struct Attributes {
    Attributes() { posix_spawnattr_init(&value); }
    ~Attributes() { posix_spawnattr_destroy(&value); }
    posix_spawnattr_t value;
};

// A node of a testnet is what its own configuration says, whatever is set for the user's own node.
std::vector<char*> environment_without_ours() {
    std::vector<char*> out;
    for (char** entry = environ; *entry; ++entry) {
        if (!std::string_view(*entry).starts_with("CATACOMB_")) out.push_back(*entry);
    }
    out.push_back(nullptr);
    return out;
}

}  // namespace

bool Process::running() const {
    const auto stat = read_stat(pid);
    return stat && stat->started == started && stat->state != 'Z' && stat->state != 'X';
}

bool Process::signal(int number) const { return running() && ::kill(pid, number) == 0; }

Result<Process> spawn(const std::vector<std::string>& command, const std::filesystem::path& log) {
    FileActions files;
    posix_spawn_file_actions_addopen(&files.value, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&files.value, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND,
                                     0600);
    posix_spawn_file_actions_adddup2(&files.value, STDOUT_FILENO, STDERR_FILENO);
    Attributes attributes;
    posix_spawnattr_setflags(&attributes.value, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_setsigmask(&attributes.value, &none);

    std::vector<char*> arguments;
    for (const auto& word : command) arguments.push_back(const_cast<char*>(word.c_str()));
    arguments.push_back(nullptr);
    auto environment = environment_without_ours();
    Process out;
    const int failure = posix_spawn(&out.pid, arguments[0], &files.value, &attributes.value, arguments.data(),
                                    environment.data());
    if (failure != 0)
        return error(Code::io, concat("cannot start ", command[0], ": ", std::strerror(failure)));
    const auto stat = read_stat(out.pid);
    if (!stat) return error(Code::io, concat(command[0], " ended at once; see ", log.string()));
    out.started = stat->started;
    return out;
}

Result<> write_record(const std::filesystem::path& file, const Process& process) {
    std::ofstream out(file);
    out << process.pid << ' ' << process.started << '\n';
    out.close();
    return out ? ok() : error(Code::io, "cannot write " + file.string());
}

std::optional<Process> read_record(const std::filesystem::path& file) {
    std::ifstream in(file);
    Process out;
    if (in >> out.pid >> out.started && out.pid > 1) return out;
    return std::nullopt;
}

}  // namespace catacomb::testnet

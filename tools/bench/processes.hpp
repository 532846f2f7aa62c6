// What the operating system says about processes. A process that is gone counts nothing.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <span>

namespace catacomb::bench {

// User and system time of all threads, those of all processes together.
double cpu_seconds(std::span<const pid_t> processes);
// Private memory (RssAnon) in bytes: mapped files are the kernel's to take back.
std::uint64_t private_memory(pid_t process);

}  // namespace catacomb::bench

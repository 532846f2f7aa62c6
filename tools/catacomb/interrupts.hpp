// Interrupts: what Ctrl-C does while a job runs. From construct to destruct, SIGINT, SIGTERM and SIGHUP,
// where not ignored, call `tidy_up` on a thread of their own and then end the program with exit code 5.
// Construct it before other threads.
#pragma once

#include <functional>

namespace catacomb::cli {

class Interrupts {
public:
    explicit Interrupts(std::function<void()> tidy_up);
    ~Interrupts();
    Interrupts(const Interrupts&) = delete;
    Interrupts& operator=(const Interrupts&) = delete;
};

}  // namespace catacomb::cli

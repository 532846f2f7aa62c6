#include "tools/catacomb/process.hpp"

#include <fcntl.h>
#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/log.hpp"

namespace catacomb::cli {

void claim_standard_descriptors() {
    for (const int fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
        if (::fcntl(fd, F_GETFD) >= 0) continue;
        // The lowest number that is free: this one.
        static_cast<void>(::open("/dev/null", fd == STDIN_FILENO ? O_WRONLY : O_RDONLY));
    }
}

void keep_out_of_core_dumps() {
    const rlimit none{0, 0};
    ::setrlimit(RLIMIT_CORE, &none);
    // Which kinds of memory go into a dump (core(5)): none.
    const int filter = ::open("/proc/self/coredump_filter", O_WRONLY | O_CLOEXEC);
    if (filter < 0) return;  // a kernel without it, or no /proc: the limit stands
    static_cast<void>(!::write(filter, "0", 1));
    ::close(filter);
}

Result<std::uint64_t> raise_open_files(std::uint64_t least) {
    rlimit limit{};
    ::getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    ::setrlimit(RLIMIT_NOFILE, &limit);
    ::getrlimit(RLIMIT_NOFILE, &limit);
    if (limit.rlim_cur >= least) return std::uint64_t{limit.rlim_cur};
    return error(Code::limit,
                 concat("the limit of open files is ", limit.rlim_cur, ", and ", least,
                        " are needed: raise it with ulimit -n ", least, ", or LimitNOFILE= of systemd"));
}

void return_large_buffers() {
#ifdef __GLIBC__
    constexpr int kLarge = 1 << 20, kTopKept = 4 << 20;  // bytes
    ::mallopt(M_MMAP_THRESHOLD, kLarge);
    ::mallopt(M_TRIM_THRESHOLD, kTopKept);
#endif
}

}  // namespace catacomb::cli

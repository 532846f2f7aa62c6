// Any text as a configuration file: it is taken, and every setting then prints as text that sets it again, or
// it is refused with a sentence that names the file.
#include <sys/mman.h>
#include <unistd.h>

#include "base/check.hpp"
#include "node/config/config.hpp"

using namespace catacomb;
using namespace catacomb::node;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    const int fd = ::memfd_create("fuzz", MFD_CLOEXEC);
    CHECK(fd >= 0 && ::write(fd, data, size) == static_cast<ssize_t>(size));
    ConfigSources sources;
    sources.file = concat("/proc/self/fd/", fd);
    auto config = load_config(sources);
    ::close(fd);
    if (!config) {
        CHECK(!config.error().text().empty());
        return 0;
    }
    for (const auto& setting : settings()) {
        const auto text = setting.get(*config);
        const auto set = setting.set(*config, text);
        CHECK(set && setting.get(*config) == text);
    }
    return 0;
}

#include "base/check.hpp"

#include <cstdio>
#include <cstdlib>

#include "base/result.hpp"

namespace catacomb {

void check_failed(const char* condition, const char* file, int line) {
    std::fprintf(stderr, "CHECK failed: %s at %s:%d\n", condition, file, line);
    std::abort();
}

const char* name_of(Code code) {
    switch (code) {
        case Code::malformed:
            return "malformed";
        case Code::corrupt:
            return "corrupt";
        case Code::not_found:
            return "not found";
        case Code::unreachable:
            return "unreachable";
        case Code::timed_out:
            return "timed out";
        case Code::refused:
            return "refused";
        case Code::full:
            return "full";
        case Code::limit:
            return "limit reached";
        case Code::too_few_relays:
            return "too few relays";
        case Code::changed:
            return "changed";
        case Code::exists:
            return "exists";
        case Code::io:
            return "input/output error";
        case Code::bad_input:
            return "bad input";
        case Code::busy:
            return "busy";
        case Code::unsupported:
            return "unsupported";
        case Code::closed:
            return "closed";
    }
    return "unknown";
}

}  // namespace catacomb

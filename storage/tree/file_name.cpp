#include "storage/tree/file_name.hpp"

#include "base/utf8.hpp"

namespace catacomb::storage {
namespace {

bool allowed(std::uint32_t c) { return c >= 0x20 && (c < 0x7f || c > 0x9f) && c != '/' && c != '\\'; }

}  // namespace

bool valid_file_name(std::string_view name) {
    if (name.size() > kMaxName || name == "." || name == "..") return false;
    while (!name.empty()) {
        std::uint32_t c = 0;
        if (!take_code_point(name, c) || !allowed(c)) return false;
    }
    return true;
}

}  // namespace catacomb::storage

#include "base/utf8.hpp"

namespace catacomb {

bool take_code_point(std::string_view& text, std::uint32_t& out) {
    const auto first = static_cast<std::uint8_t>(text.front());
    const std::size_t length = first < 0x80 ? 1 : first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
    if ((first >= 0x80 && first < 0xc2) || first > 0xf4 || text.size() < length) return false;
    out = length == 1 ? first : first & (0x7fu >> length);
    for (std::size_t i = 1; i < length; ++i) {
        const auto next = static_cast<std::uint8_t>(text[i]);
        if (next >> 6 != 2) return false;
        out = out << 6 | (next & 0x3f);
    }
    text.remove_prefix(length);
    constexpr std::uint32_t kLeast[] = {0, 0, 0x80, 0x800, 0x10000};
    return out >= kLeast[length] && out <= 0x10ffff && (out < 0xd800 || out > 0xdfff);
}

}  // namespace catacomb

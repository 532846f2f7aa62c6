#include "base/plain_text.hpp"

#include <algorithm>
#include <cstdint>

namespace catacomb {
namespace {

// How many bytes the well-formed character has with which `text`, which is not empty, begins; 0 when there is
// none. The second byte's range is narrower after some first bytes: no overlong forms, surrogates, or over
// U+10FFFF.
std::size_t character_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    const auto first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (text.size() < length) return 0;
    const auto least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const auto most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < least || byte(1) > most) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if (byte(i) >> 6 != 2) return 0;
    }
    return length;
}

// Of one well-formed character.
std::uint32_t code_point(std::string_view character) {
    const auto first = static_cast<std::uint8_t>(character.front());
    if (character.size() == 1) return first;
    std::uint32_t out = first & (0x7fu >> character.size());
    for (const char next : character.substr(1)) out = out << 6 | (static_cast<std::uint8_t>(next) & 0x3f);
    return out;
}

bool harmful(std::uint32_t c) {
    const auto between = [c](std::uint32_t from, std::uint32_t to) { return from <= c && c <= to; };
    return c < 0x20 || between(0x7f, 0x9f) || between(0x200e, 0x200f) || between(0x202a, 0x202e) ||
           between(0x2066, 0x2069);
}

}  // namespace

std::string plain_text(std::string_view text, char instead, std::size_t most) {
    std::string out;
    while (!text.empty()) {
        const auto length = character_length(text);
        auto character = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(character.size());
        if (length == 0 || harmful(code_point(character))) character = {&instead, 1};
        if (out.size() + character.size() > most) break;
        out += character;
    }
    return out;
}

}  // namespace catacomb

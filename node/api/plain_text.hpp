// Text that may come from another machine (why an exit could not store a block), made fit to be told: it ends
// up in JSON, in logs and on terminals, where control characters do things and bytes that are no UTF-8 break
// the document. Pure.
#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>

namespace catacomb::node::api {

// More than any sentence of ours; a bound for those that others write.
inline constexpr std::size_t kMaxPlainText = 300;

// How many bytes the well-formed UTF-8 character has with which `text` begins; 0 when there is none.
// The second byte's range is narrower after some first bytes: no overlong forms, surrogates, or over
// U+10FFFF.
inline std::size_t utf8_length(std::string_view text) {
    const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
    if (text.empty()) return 0;
    const auto first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xc2 || first > 0xf4) return 0;
    const std::size_t length = first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    if (text.size() < length) return 0;
    const auto least = first == 0xe0 ? 0xa0 : first == 0xf0 ? 0x90 : 0x80;
    const auto most = first == 0xed ? 0x9f : first == 0xf4 ? 0x8f : 0xbf;
    if (byte(1) < least || byte(1) > most) return 0;
    for (std::size_t i = 2; i < length; ++i) {
        if ((byte(i) & 0xc0) != 0x80) return 0;
    }
    return length;
}

// U+0000..U+001F, U+007F..U+009F. `character` is one well-formed character.
inline bool is_control(std::string_view character) {
    const auto first = static_cast<std::uint8_t>(character.front());
    if (character.size() == 1) return first < 0x20 || first == 0x7f;
    return first == 0xc2 && static_cast<std::uint8_t>(character[1]) < 0xa0;
}

// `text` with '?' for each control character and for each byte that is no UTF-8; what does not fit is cut off
// between characters.
inline std::string plain_text(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const auto length = utf8_length(text);
        auto character = text.substr(0, std::max<std::size_t>(length, 1));
        text.remove_prefix(character.size());
        if (length == 0 || is_control(character)) character = "?";
        if (out.size() + character.size() > kMaxPlainText) break;
        out += character;
    }
    return out;
}

}  // namespace catacomb::node::api

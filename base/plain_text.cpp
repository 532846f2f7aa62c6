#include "base/plain_text.hpp"

#include "base/utf8.hpp"

namespace catacomb {
namespace {

bool harmful(std::uint32_t c) {
    const auto between = [c](std::uint32_t from, std::uint32_t to) { return from <= c && c <= to; };
    return c < 0x20 || between(0x7f, 0x9f) || between(0x200e, 0x200f) || between(0x202a, 0x202e) ||
           between(0x2066, 0x2069);
}

}  // namespace

std::string plain_text(std::string_view text, char instead, std::size_t most) {
    std::string out;
    while (!text.empty()) {
        auto rest = text;
        std::uint32_t c = 0;
        const bool well_formed = take_code_point(rest, c);
        auto character = text.substr(0, well_formed ? text.size() - rest.size() : 1);
        text.remove_prefix(character.size());
        if (!well_formed || harmful(c)) character = {&instead, 1};
        if (out.size() + character.size() > most) break;
        out += character;
    }
    return out;
}

}  // namespace catacomb

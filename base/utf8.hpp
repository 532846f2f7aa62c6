// UTF-8, one character at a time (RFC 3629).
#pragma once

#include <cstdint>
#include <string_view>

namespace catacomb {

// Takes one code point off the front of `text`, which is not empty. False when it is not well-formed
// (shortest form, no surrogates, at most U+10FFFF); `text` may have lost some of its bytes then.
bool take_code_point(std::string_view& text, std::uint32_t& out);

}  // namespace catacomb

// Text that may come from a stranger (the name of a file, words that came over the network), made fit to be
// told: it ends up on terminals, in logs and in JSON, where control characters do things and bytes that are
// no UTF-8 break the document.
#pragma once

#include <string>
#include <string_view>

namespace catacomb {

// `text` with `instead` for each byte that is no well-formed UTF-8 (RFC 3629), for each control character
// (below U+0020, U+007F to U+009F), and for each character that turns the direction of writing (U+200E,
// U+200F, U+202A to U+202E, U+2066 to U+2069). What is over `most` bytes is cut off between characters.
std::string plain_text(std::string_view text, char instead = '?', std::size_t most = std::string::npos);

}  // namespace catacomb

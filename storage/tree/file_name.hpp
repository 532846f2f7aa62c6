// The names that may be stored with a file. A name comes from a stranger and ends up in a person's directory,
// so only a plain last component is let through.
#pragma once

#include <string_view>

namespace catacomb::storage {

inline constexpr std::size_t kMaxName = 255;  // bytes

// At most 255 bytes of well-formed UTF-8 without control characters, '/' and '\', and not "." or "..". Empty
// is valid: no name.
bool valid_file_name(std::string_view name);

}  // namespace catacomb::storage

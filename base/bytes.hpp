// Byte strings and views. Owning bytes are a plain vector; everything that only looks takes a view.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace catacomb {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;
using MutableBytes = std::span<std::uint8_t>;
template <std::size_t N>
using ByteArray = std::array<std::uint8_t, N>;

inline ByteView view(std::string_view text) {
    return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}
inline std::string_view as_text(ByteView bytes) {
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}
inline std::string to_string(ByteView bytes) { return std::string(as_text(bytes)); }
inline Bytes to_bytes(ByteView bytes) { return Bytes(bytes.begin(), bytes.end()); }
inline Bytes to_bytes(std::string_view text) { return to_bytes(view(text)); }

inline void append(Bytes& out, ByteView more) { out.insert(out.end(), more.begin(), more.end()); }

// Copies all of `from` to the front of `into`. Requires: into.size() >= from.size().
inline void copy(MutableBytes into, ByteView from) {
    if (!from.empty()) std::memcpy(into.data(), from.data(), from.size());
}
inline void fill_zero(MutableBytes bytes) {
    if (!bytes.empty()) std::memset(bytes.data(), 0, bytes.size());
}
inline bool equal(ByteView a, ByteView b) {
    return a.size() == b.size() && (a.empty() || std::memcmp(a.data(), b.data(), a.size()) == 0);
}
// Not constant time in the position of the first non-zero byte's word; for padding checks, never for secrets.
bool all_zero(ByteView bytes);

std::string to_hex(ByteView bytes);
// nullopt when the length is odd or a character is not a hexadecimal digit.
std::optional<Bytes> from_hex(std::string_view text);

}  // namespace catacomb

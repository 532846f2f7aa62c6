#include "base/codec.hpp"

#include <string.h>

#include <algorithm>

namespace catacomb {

namespace {

// A vector that grows frees what it was as it is; what is written may be a key.
void make_room(Bytes& out, std::size_t more) {
    if (out.capacity() - out.size() >= more) return;
    Bytes larger;
    larger.reserve(std::max(out.size() + more, 2 * out.capacity()));
    append(larger, out);
    if (!out.empty()) ::explicit_bzero(out.data(), out.size());  // C wants no null, even of no length
    out = std::move(larger);
}

}  // namespace

Writer& Writer::put(std::uint64_t value, std::size_t width) {
    make_room(out_, width);
    for (std::size_t i = 0; i < width; ++i) out_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    return *this;
}

Writer& Writer::raw(ByteView bytes) {
    make_room(out_, bytes.size());
    append(out_, bytes);
    return *this;
}

Writer& Writer::sized(ByteView bytes) {
    u32(static_cast<std::uint32_t>(bytes.size()));
    return raw(bytes);
}

ByteView Reader::raw(std::size_t n) {
    if (!ok_ || n > in_.size()) {
        ok_ = false;
        return {};
    }
    auto out = in_.first(n);
    in_ = in_.subspan(n);
    return out;
}

ByteView Reader::sized(std::size_t max) {
    const auto length = u32();
    if (length > max) ok_ = false;
    return raw(length);
}

std::uint64_t Reader::get(std::size_t width) { return load_le(raw(width)); }

}  // namespace catacomb

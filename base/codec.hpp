// Writer and Reader: little-endian cursors over bytes. A Reader's failure is sticky, so a decoder reads every
// field and asks done() once; after a failure every read gives zeros.
#pragma once

#include "base/bytes.hpp"
#include "base/opaque.hpp"

namespace catacomb {

inline void store_le(MutableBytes out, std::uint64_t value) {
    for (std::size_t i = 0; i < out.size(); ++i) out[i] = static_cast<std::uint8_t>(value >> (8 * i));
}
inline std::uint64_t load_le(ByteView in) {
    std::uint64_t out = 0;
    for (std::size_t i = 0; i < in.size(); ++i) out |= std::uint64_t{in[i]} << (8 * i);
    return out;
}

class Writer {
public:
    Writer& u8(std::uint8_t v) { return put(v, 1); }
    Writer& u16(std::uint16_t v) { return put(v, 2); }
    Writer& u32(std::uint32_t v) { return put(v, 4); }
    Writer& u64(std::uint64_t v) { return put(v, 8); }
    Writer& raw(ByteView bytes);
    // u32 length, then the bytes.
    Writer& sized(ByteView bytes);
    Bytes take() { return std::move(out_); }
    const Bytes& bytes() const { return out_; }

private:
    Writer& put(std::uint64_t value, std::size_t width);
    Bytes out_;
};

class Reader {
public:
    explicit Reader(ByteView in) : in_(in) {}
    std::uint8_t u8() { return static_cast<std::uint8_t>(get(1)); }
    std::uint16_t u16() { return static_cast<std::uint16_t>(get(2)); }
    std::uint32_t u32() { return static_cast<std::uint32_t>(get(4)); }
    std::uint64_t u64() { return get(8); }
    // A view into the input; empty (and failed) when fewer than n bytes are left.
    ByteView raw(std::size_t n);
    // u32 length, then the bytes; fails when the length is over `max`.
    ByteView sized(std::size_t max);
    ByteView rest() { return raw(in_.size()); }
    template <class T>
    T opaque() {
        T out;
        if (auto bytes = raw(T::kSize); bytes.size() == T::kSize) copy(out.bytes, bytes);
        return out;
    }
    std::size_t left() const { return in_.size(); }
    bool ok() const { return ok_; }
    // True when nothing failed and nothing is left over.
    bool done() const { return ok_ && in_.empty(); }

private:
    std::uint64_t get(std::size_t width);
    ByteView in_;
    bool ok_ = true;
};

}  // namespace catacomb

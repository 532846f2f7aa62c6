// Secret<N>: N secret bytes. Move-only, wiped when destroyed or moved from, never printed, compared in
// constant time. expose() is the only way in and easy to grep for.
#pragma once

#include "base/bytes.hpp"

namespace catacomb::crypto {

// sodium_memzero: not optimised away.
void wipe(MutableBytes bytes);
// True when equal; time depends on the length only.
bool equal_constant_time(ByteView a, ByteView b);

template <std::size_t N>
class Secret {
public:
    static constexpr std::size_t kSize = N;

    Secret() = default;  // all zero
    explicit Secret(std::span<const std::uint8_t, N> from) { catacomb::copy(bytes_, from); }
    // Requires: from.size() == N (checked by the caller's decoder).
    static Secret copy_of(ByteView from) {
        Secret out;
        catacomb::copy(out.bytes_, from.first(N));
        return out;
    }
    Secret(Secret&& other) noexcept : bytes_(other.bytes_) { wipe(other.bytes_); }
    Secret& operator=(Secret&& other) noexcept {
        if (this != &other) {
            bytes_ = other.bytes_;
            wipe(other.bytes_);
        }
        return *this;
    }
    Secret(const Secret&) = delete;
    Secret& operator=(const Secret&) = delete;
    ~Secret() { wipe(bytes_); }

    // A deliberate copy.
    Secret clone() const { return Secret(bytes_); }
    std::span<const std::uint8_t, N> expose() const { return bytes_; }
    std::span<std::uint8_t, N> expose_mutable() { return bytes_; }
    bool operator==(const Secret& other) const { return equal_constant_time(bytes_, other.bytes_); }

private:
    ByteArray<N> bytes_{};
};

using Key256 = Secret<32>;

// Bytes of run-time length that are wiped before they are freed.
class SecretBytes {
public:
    SecretBytes() = default;
    explicit SecretBytes(Bytes from) : bytes_(std::move(from)) {}
    SecretBytes(SecretBytes&&) noexcept = default;
    SecretBytes& operator=(SecretBytes&& other) noexcept {
        wipe(bytes_);
        bytes_ = std::move(other.bytes_);
        return *this;
    }
    ~SecretBytes() { wipe(bytes_); }
    const Bytes& expose() const { return bytes_; }
    Bytes& expose_mutable() { return bytes_; }

private:
    Bytes bytes_;
};

}  // namespace catacomb::crypto

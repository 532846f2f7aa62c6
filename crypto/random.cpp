#include "crypto/random.hpp"

#include "crypto/hash.hpp"

#include <sodium.h>

#include <algorithm>
#include <stdexcept>

namespace catacomb::crypto {

void initialise() {
    if (sodium_init() < 0) throw std::runtime_error("libsodium cannot be initialised");
}

void SystemRng::fill(MutableBytes out) {
    if (!out.empty()) randombytes_buf(out.data(), out.size());
}

std::unique_ptr<Rng> SystemRng::split(std::string_view) const { return std::make_unique<SystemRng>(); }

SeededRng::SeededRng(std::uint64_t seed) : SeededRng(derive(label::kRngSeed, seed)) {}

SeededRng::SeededRng(Key256 seed) : seed_(std::move(seed)) {}

void SeededRng::fill(MutableBytes out) {
    while (!out.empty()) {
        if (used_ == buffer_.size()) refill();
        const auto count = std::min(out.size(), buffer_.size() - used_);
        copy(out, ByteView(buffer_).subspan(used_, count));
        used_ += count;
        out = out.subspan(count);
    }
}

std::unique_ptr<Rng> SeededRng::split(std::string_view label) const {
    return std::make_unique<SeededRng>(derive(label::kRngSplit, seed_, view(label)));
}

void SeededRng::refill() {
    Hasher(label::kRngStream).fixed(seed_.expose()).squeeze(buffer_, offset_);
    offset_ += buffer_.size();
    used_ = 0;
}

}  // namespace catacomb::crypto

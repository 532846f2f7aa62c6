#include "routing/proofs/known_proofs.hpp"

#include <utility>

namespace catacomb::routing {

bool KnownProofs::Generations::contains(const crypto::Digest& name) {
    if (young_.contains(name)) return true;
    if (old_.erase(name) == 0) return false;
    insert(name);
    return true;
}

void KnownProofs::Generations::insert(const crypto::Digest& name) {
    if (young_.size() >= half_) old_ = std::exchange(young_, {});
    young_.insert(name);
}

std::vector<crypto::Digest> KnownProofs::Generations::all() const {
    std::vector<crypto::Digest> out(old_.begin(), old_.end());
    out.insert(out.end(), young_.begin(), young_.end());
    return out;
}

void KnownProofs::restore(const std::vector<crypto::Digest>& names) {
    for (const auto& name : names) held_.insert(name);
}

std::vector<crypto::Digest> KnownProofs::held() const { return held_.all(); }

std::optional<bool> KnownProofs::find(const crypto::Digest& name) {
    if (held_.contains(name)) return true;
    if (refuted_.contains(name)) return false;
    return std::nullopt;
}

void KnownProofs::remember(const crypto::Digest& name, bool held) {
    (held ? held_ : refuted_).insert(name);
    version_ += held;
}

}  // namespace catacomb::routing

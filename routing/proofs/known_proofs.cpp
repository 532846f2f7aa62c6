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

std::optional<bool> KnownProofs::find(const crypto::Digest& name) {
    if (held_.contains(name)) return true;
    if (refuted_.contains(name)) return false;
    return std::nullopt;
}

void KnownProofs::remember(const crypto::Digest& name, bool held) { (held ? held_ : refuted_).insert(name); }

}  // namespace catacomb::routing

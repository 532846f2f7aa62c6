// KnownRelays: where relays were met before, for a node that starts anew: with every bootstrap relay gone it
// still finds the network. Our guards, which know us already, and a sample of the rest, which is dialled only
// when neither guards nor bootstrap relays answer. Pure; node/known_relays keeps it on the disk.
#pragma once

#include "base/rng.hpp"
#include "routing/descriptor.hpp"

namespace catacomb::routing {

struct KnownRelays {
    static constexpr std::size_t kMostGuards = 8;
    static constexpr std::size_t kMostOthers = 64;

    std::vector<Endpoint> guards, others;

    bool operator==(const KnownRelays&) const = default;
};

// The addresses of `guards`, and a sample of `live`: of the last one whoever is still there, so that it
// changes no more than it must.
KnownRelays know_again(const KnownRelays& last, const std::vector<DescriptorPtr>& guards,
                       const std::vector<DescriptorPtr>& live, Rng& rng);

}  // namespace catacomb::routing

#include "routing/membership/known_relays.hpp"

#include <algorithm>
#include <set>

#include "base/rng.hpp"

namespace catacomb::routing {

KnownRelays know_again(const KnownRelays& last, const std::vector<DescriptorPtr>& guards,
                       const std::vector<DescriptorPtr>& live, Rng& rng) {
    KnownRelays out;
    std::set<Endpoint> left;
    for (const auto& relay : live) left.insert(relay->addresses.front());
    for (const auto& relay : guards) {
        if (out.guards.size() == KnownRelays::kMostGuards) break;
        out.guards.push_back(relay->addresses.front());
        left.erase(relay->addresses.front());
    }
    for (const auto& address : last.others) {
        if (out.others.size() < KnownRelays::kMostOthers && left.erase(address) > 0)
            out.others.push_back(address);
    }
    std::vector<Endpoint> fresh(left.begin(), left.end());
    rng.shuffle(fresh);
    const auto room = KnownRelays::kMostOthers - out.others.size();
    if (fresh.size() > room) fresh.resize(room);
    out.others.insert(out.others.end(), fresh.begin(), fresh.end());
    return out;
}

}  // namespace catacomb::routing

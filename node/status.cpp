#include "node/status.hpp"

#include "base/log.hpp"

namespace catacomb::node {

std::vector<std::string> warnings_of(const StatusFacts& facts) {
    std::vector<std::string> out;
    if (facts.relays_known < facts.warn_below) {
        out.push_back(concat("only ", facts.relays_known, " relays are known: anonymity is weak below ",
                             facts.warn_below));
    }
    if (facts.vault && facts.vault->registrations < facts.vault->wanted) {
        out.push_back(concat("the vault is registered at ", facts.vault->registrations, " of ",
                             facts.vault->wanted, " relays"));
    }
    if (facts.vault && facts.vault->bytes * 10 > facts.vault->quota * 9) {
        out.emplace_back("the vault's quota is nearly used up");
    }
    return out;
}

}  // namespace catacomb::node

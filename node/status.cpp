#include "node/status.hpp"

#include "base/log.hpp"

namespace catacomb::node {
namespace {

std::string clock_warning(const routing::ClockVoices::Verdict& clock) {
    const auto way = clock.ahead > Duration{} ? " behind" : " ahead";
    return concat("this machine's clock seems to be ", routing::in_words(clock.ahead), way, ", by ",
                  clock.voices, " relays: set it, and start the node again");
}

std::string too_few(const StatusFacts& facts) {
    const auto weak = concat(": anonymity is weak below ", facts.warn_below);
    if (facts.relays_answering == facts.relays_known)
        return concat("only ", facts.relays_known, " relays are known", weak);
    return concat("only ", facts.relays_answering, " of ", facts.relays_known, " known relays answer", weak);
}

}  // namespace

std::vector<std::string> warnings_of(const StatusFacts& facts) {
    std::vector<std::string> out;
    if (facts.learning) {
        out.push_back(concat("the network is being learnt: the keys of ", facts.learning->agreed, " of ",
                             facts.learning->known,
                             " relays are confirmed by a second one, and no guard is chosen yet"));
    }
    if (facts.relays_answering < facts.warn_below) out.push_back(too_few(facts));
    if (facts.clock) out.push_back(clock_warning(*facts.clock));
    if (facts.vault && facts.vault->registrations < facts.vault->wanted) {
        out.push_back(concat("the vault is registered at ", facts.vault->registrations, " of ",
                             facts.vault->wanted, " relays"));
    }
    if (facts.vault && facts.vault->disk_full)
        out.emplace_back("the vault's disk is full: it takes no new blocks, and keeps those that it has");
    if (facts.vault && facts.vault->bytes * 10 > facts.vault->quota * 9) {
        out.emplace_back("the vault's quota is nearly used up");
    }
    if (facts.guards_left > 0) {
        out.push_back(concat(facts.guards_left,
                             " of this node's guards failed far more circuits than another",
                             " and are not used for a day"));
    }
    out.insert(out.end(), facts.of_machine.begin(), facts.of_machine.end());
    return out;
}

}  // namespace catacomb::node

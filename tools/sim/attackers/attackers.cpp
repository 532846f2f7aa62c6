#include "tools/sim/attackers/attackers.hpp"

#include <array>
#include <optional>

#include "tools/sim/attackers/without.hpp"

namespace catacomb::sim {

std::span<const Attacker> attackers() {
    static constexpr std::array kAll{
        Attacker{"link-cutter", "cuts an exit off from other relays with a few cells of one circuit",
                 Defence::links_judge_themselves, &cut_links},
        Attacker{"place-taker", "takes all places of a relay for links, from addresses of one /64",
                 Defence::links_are_counted_by_prefix, &take_all_places},
        Attacker{"create-returner", "has more CREATEs answered than his rate, by coming back on new links",
                 Defence::sources_are_remembered, &create_anew},
        Attacker{"handshake-returner", "makes a relay do more handshakes than his rate, by coming back",
                 Defence::sources_are_remembered, &shake_hands_anew},
        Attacker{"proof-forger", "has a relay work out false proofs, as many as it likes to bring",
                 Defence::false_proofs_are_counted, &forge_proofs},
        Attacker{"registry-filler", "has a relay turn away what an honest vault tells it",
                 Defence::registry_is_shared, &fill_registry},
        Attacker{"censor", "makes a file unreachable by claiming its blocks and saying nothing",
                 Defence::claims_are_doubted, &censor_file},
        Attacker{"news-forger", "has a relay work out false proofs of relays that do not exist",
                 Defence::false_proofs_are_counted, &forge_news},
        Attacker{"key-tagger", "knows a newcomer again by an onion key that it shows to nobody else",
                 Defence::keys_are_witnessed, &tag_newcomer},
        Attacker{"equivocator", "signs two onion keys for one epoch and stays in the views",
                 Defence::keys_are_witnessed, &equivocate},
        Attacker{"guard-pusher", "is the guard of most newcomers, because it is the first that they meet",
                 Defence::guards_wait, &push_guards},
        Attacker{"guard-walker", "makes a client take more guards by cutting its line", Defence::guards_wait,
                 &walk_guards},
        Attacker{"path-biaser", "has all circuits of a client end at its friends, by failing the others",
                 Defence::guards_are_compared, &bias_paths},
    };
    return kAll;
}

Verdict try_attacker(const Attacker& attacker, const Trial& trial, bool defended) {
    std::optional<Without> without;
    if (!defended) without.emplace(attacker.defence);
    return attacker.run(trial);
}

}  // namespace catacomb::sim

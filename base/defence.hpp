// Defences that an attacker of the simulated world is tried without: if the attack does not succeed then,
// that it fails otherwise proves nothing. They all stand in every program that anybody runs: there stands()
// is a function that says yes. tools/sim/attackers brings another at link time (docs/testing.md).
#pragma once

#include <cstdint>

namespace catacomb {

enum class Defence : std::uint8_t {
    links_judge_themselves,  // no request's deadline ends a link, nor may an outsider choose it as short as
                             // he likes
    links_are_counted_by_prefix,  // nobody has more places for links because he has more addresses
    sources_are_remembered,       // nor may he do more handshakes or CREATEs because he comes anew
    false_proofs_are_counted,  // against who brought them: after a few he is not heard for a while, and who
                               // waits for a turn takes turns with others
    registry_is_shared,        // what a rendezvous knows of vaults has a budget, and the largest give way
    claims_are_doubted,  // a vault registers on its own arc alone; those who claim a block are asked in an
                         // order that nobody chooses, and others beside those who are silent
    keys_are_witnessed,  // circuits are made to onion keys that two relays have shown, none of them the key's
    guards_wait,         // none is chosen before the view is learnt, nor because nobody answers
    guards_are_compared,  // one by which far fewer circuits come about than by another is left
};

bool stands(Defence which);

}  // namespace catacomb

#include "tools/sim/attackers/attackers.hpp"

#include <array>
#include <optional>

#include "tools/sim/attackers/without.hpp"

namespace catacomb::sim {

std::span<const Attacker> attackers() {
    static constexpr std::array kAll{
        Attacker{"link-cutter", "cuts an exit off from other relays with a few cells of one circuit",
                 Defence::links_judge_themselves, &cut_links},
    };
    return kAll;
}

Verdict try_attacker(const Attacker& attacker, const Trial& trial, bool defended) {
    std::optional<Without> without;
    if (!defended) without.emplace(attacker.defence);
    return attacker.run(trial);
}

}  // namespace catacomb::sim

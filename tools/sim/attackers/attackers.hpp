// The attackers: nodes like any other but for what they do, each with an aim that can be looked at. A trial
// is a network of its own with one of them in it. Each is tried against the product, where it must not reach
// its aim, and without the defence that is to stop it, where it must (docs/testing.md).
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "base/defence.hpp"

namespace catacomb::sim {

struct Trial {
    std::uint64_t seed = 1;
    std::size_t relays = 12;
};

struct Verdict {
    bool reached = false;  // its aim
    std::string words;     // what was seen, with figures
};

struct Attacker {
    std::string_view name, aim;
    Defence defence;  // that stops it
    Verdict (*run)(const Trial& trial);
};

std::span<const Attacker> attackers();
// That trial, with or without the defence.
Verdict try_attacker(const Attacker& attacker, const Trial& trial, bool defended);

Verdict cut_links(const Trial& trial);
Verdict take_all_places(const Trial& trial);
Verdict create_anew(const Trial& trial);
Verdict shake_hands_anew(const Trial& trial);
Verdict forge_proofs(const Trial& trial);
Verdict fill_registry(const Trial& trial);
Verdict censor_file(const Trial& trial);
Verdict forge_news(const Trial& trial);
Verdict tag_newcomer(const Trial& trial);
Verdict equivocate(const Trial& trial);
Verdict push_guards(const Trial& trial);
Verdict walk_guards(const Trial& trial);
Verdict bias_paths(const Trial& trial);

}  // namespace catacomb::sim

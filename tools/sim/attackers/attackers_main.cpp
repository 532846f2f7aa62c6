// catacomb-attackers: each attacker against the product and without the defence that stops it, on one network
// of a size and seed. A line for each; tools/proofs/attackers adds them up over seeds. No program for anybody
// to run but by that proof.
#include <charconv>
#include <iostream>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/attackers/attackers.hpp"

namespace catacomb::sim {
namespace {

constexpr auto kUsage = "usage: catacomb-attackers [--seed S] [--relays N] [--only NAME]\n";

struct Words {
    Trial trial;
    std::string_view only;

    bool take(std::string_view name, std::string_view value) {
        if (name == "--seed") return take_number(value, trial.seed);
        if (name == "--relays") return take_number(value, trial.relays) && trial.relays >= 10;
        if (name == "--only") only = value;
        return name == "--only";
    }
    template <class Number>
    static bool take_number(std::string_view text, Number& out) {
        const auto end = text.data() + text.size();
        const auto [at, failure] = std::from_chars(text.data(), end, out);
        return failure == std::errc() && at == end;
    }
};

void try_once(const Attacker& attacker, const Trial& trial, bool defended) {
    const auto verdict = try_attacker(attacker, trial, defended);
    std::cout << attacker.name << (defended ? " product " : " control ")
              << (verdict.reached ? "reached" : "failed") << " seed " << trial.seed << ": " << verdict.words
              << std::endl;
}

int run(int argc, char** argv) {
    Words words;
    bool good = argc % 2 == 1;
    for (int i = 1; good && i < argc; i += 2) good = words.take(argv[i], argv[i + 1]);
    if (!good) {
        std::cerr << kUsage;
        return 2;
    }
    for (const auto& attacker : attackers()) {
        if (!words.only.empty() && attacker.name != words.only) continue;
        try_once(attacker, words.trial, true);
        try_once(attacker, words.trial, false);
    }
    return 0;
}

}  // namespace
}  // namespace catacomb::sim

int main(int argc, char** argv) {
    catacomb::crypto::initialise();
    return catacomb::sim::run(argc, argv);
}

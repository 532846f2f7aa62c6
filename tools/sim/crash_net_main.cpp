// catacomb-sim: long simulations, by hand and in proofs. Prints what happens, then the trace hash and last
// the figure. Exits with 0 when every file came back, 1 when not, 2 when the words are off.
#include <charconv>
#include <iostream>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/crash_net.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kFewestNodes = 10;  // below, there are too few relays for circuits
constexpr auto kUsage =
    "usage: catacomb-sim crash-net [--seed S] [--nodes N] [--files F] [--hours H] [--quiet yes]\n";

template <class Number>
bool take_number(std::string_view text, Number& out) {
    const auto end = text.data() + text.size();
    const auto [at, failure] = std::from_chars(text.data(), end, out);
    return failure == std::errc() && at == end;
}

struct Words {
    CrashNetOptions options;
    double hours = 1;
    bool quiet = false;

    bool take(std::string_view name, std::string_view value) {
        if (name == "--seed") return take_number(value, options.seed);
        if (name == "--nodes") return take_number(value, options.nodes) && options.nodes >= kFewestNodes;
        if (name == "--files") return take_number(value, options.files);
        if (name == "--hours") return take_number(value, hours) && hours > 0;
        if (name == "--quiet") return quiet = value == "yes";
        return false;
    }
};

int crash_net(const Words& words) {
    auto options = words.options;
    options.length = Duration(static_cast<Duration::rep>(words.hours * 3600e6));
    if (!words.quiet) options.say = [](const std::string& line) { std::cout << line << std::endl; };
    const auto outcome = run_crash_net(options);
    for (const auto& violation : outcome.violations) std::cout << "violation: " << violation << "\n";
    std::cout << "trace " << to_hex(outcome.trace) << " after " << outcome.events << " events\n";
    const bool held = outcome.held(options);
    if (!held) {
        std::cout << "replay: catacomb-sim crash-net --seed " << options.seed << " --nodes " << options.nodes
                  << " --files " << options.files << " --hours " << words.hours << "\n";
    }
    std::cout << "seed " << options.seed << (held ? " held: " : " FAILED: ") << outcome.read_back << " of "
              << options.files << " files came back equal after " << outcome.crashes << " crashes ("
              << outcome.read_early << " also in between, " << outcome.given_up << " inserts begun again)"
              << std::endl;
    return held ? 0 : 1;
}

int run(int argc, char** argv) {
    Words words;
    bool good = argc % 2 == 0 && std::string_view(argv[1]) == "crash-net";
    for (int i = 2; good && i < argc; i += 2) good = words.take(argv[i], argv[i + 1]);
    if (good) return crash_net(words);
    std::cerr << kUsage;
    return 2;
}

}  // namespace
}  // namespace catacomb::sim

int main(int argc, char** argv) {
    catacomb::crypto::initialise();
    return catacomb::sim::run(argc, argv);
}

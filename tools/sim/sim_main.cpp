// catacomb-sim: long simulations, by hand and in proofs. Prints what happens and last the figure. Exits with
// 0 when what had to hold did, 1 when not, 2 when the words are off.
#include <charconv>
#include <iostream>
#include <optional>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/crash_net.hpp"
#include "tools/sim/liars_insert.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kFewestNodes = 10;  // below, there are too few relays for circuits
constexpr auto kUsage =
    "usage: catacomb-sim crash-net [--seed S] [--nodes N] [--files F] [--hours H] [--quiet yes]\n"
    "       catacomb-sim liars-insert [--seed S] [--nodes N] [--files F] [--percent P] [--quiet yes]\n";

template <class Number>
bool take_number(std::string_view text, Number& out) {
    const auto end = text.data() + text.size();
    const auto [at, failure] = std::from_chars(text.data(), end, out);
    return failure == std::errc() && at == end;
}

struct Words {
    std::uint64_t seed = 1;
    std::optional<std::size_t> nodes, files;
    double hours = 1;
    unsigned percent = 30;
    bool quiet = false;

    bool take(std::string_view name, std::string_view value) {
        if (name == "--seed") return take_number(value, seed);
        if (name == "--nodes") return take_number(value, nodes.emplace()) && *nodes >= kFewestNodes;
        if (name == "--files") return take_number(value, files.emplace());
        if (name == "--hours") return take_number(value, hours) && hours > 0;
        if (name == "--percent") return take_number(value, percent) && percent <= 100;
        if (name == "--quiet") return quiet = value == "yes";
        return false;
    }
};

void say_line(const std::string& line) { std::cout << line << std::endl; }

int crash_net(const Words& words) {
    CrashNetOptions options;
    options.seed = words.seed;
    options.nodes = words.nodes.value_or(options.nodes);
    options.files = words.files.value_or(options.files);
    options.length = Duration(static_cast<Duration::rep>(words.hours * 3600e6));
    if (!words.quiet) options.say = say_line;
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

// Where more than 30 % lie, an insert may be given up; a success must be one anywhere.
int liars_insert(const Words& words) {
    constexpr unsigned kMostThatMustNotHinder = 30;
    LiarsInsertOptions options;
    options.seed = words.seed;
    options.nodes = words.nodes.value_or(options.nodes);
    options.files = words.files.value_or(options.files);
    options.share = words.percent / 100.0;
    if (!words.quiet) options.say = say_line;
    const auto outcome = run_liars_insert(options);
    if (!outcome.trouble.empty()) std::cout << outcome.trouble << "\n";
    const bool enough =
        words.percent > kMostThatMustNotHinder || outcome.succeeded * 100 >= options.files * 99;
    const bool held = outcome.trouble.empty() && outcome.false_successes == 0 && enough;
    std::cout << "seed " << options.seed << ", " << words.percent << " % of " << options.nodes
              << " vaults lie: " << (held ? "held" : "FAILED") << ": " << outcome.succeeded << " of "
              << options.files << " inserts succeeded, " << outcome.false_successes
              << " of them not readable; bodies read " << outcome.bodies_read << " of "
              << outcome.bodies_asked << std::endl;
    return held ? 0 : 1;
}

int run(int argc, char** argv) {
    Words words;
    const std::string_view what = argc > 1 ? argv[1] : "";
    bool good = argc % 2 == 0;
    for (int i = 2; good && i < argc; i += 2) good = words.take(argv[i], argv[i + 1]);
    if (good && what == "crash-net") return crash_net(words);
    if (good && what == "liars-insert") return liars_insert(words);
    std::cerr << kUsage;
    return 2;
}

}  // namespace
}  // namespace catacomb::sim

int main(int argc, char** argv) {
    catacomb::crypto::initialise();
    return catacomb::sim::run(argc, argv);
}

// catacomb-sim: long simulations, by hand and in proofs. Prints what happens, then the trace hash and last
// the figure. Exits with 0 when what had to hold did, 1 when not, 2 when the words are off.
#include <charconv>
#include <iostream>

#include "base/bytes.hpp"
#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/sim/crash_net.hpp"
#include "tools/sim/epoch_net.hpp"
#include "tools/sim/liars_insert.hpp"
#include "tools/sim/newcomers.hpp"

namespace catacomb::sim {
namespace {

constexpr std::size_t kFewestNodes = 10;  // below, there are too few relays for circuits
constexpr auto kUsage =
    "usage: catacomb-sim crash-net [--seed S] [--nodes N] [--files F] [--hours H] [--quiet yes]\n"
    "       catacomb-sim epochs    [--seed S] [--nodes N] [--files F] [--hours H] [--epochs E] [--quiet "
    "yes]\n"
    "       catacomb-sim liars-insert [--seed S] [--nodes N] [--files F] [--percent P] [--quiet yes]\n"
    "       catacomb-sim newcomers [--seed S] [--nodes N] [--clients C] [--quiet yes]\n";

template <class Number>
bool take_number(std::string_view text, Number& out) {
    const auto end = text.data() + text.size();
    const auto [at, failure] = std::from_chars(text.data(), end, out);
    return failure == std::errc() && at == end;
}

// What is not said is as the simulation has it.
struct Words {
    std::uint64_t seed = 1;
    std::size_t nodes = 0, files = 0, epochs = 0, clients = 0;
    double hours = 0;
    unsigned percent = 30;
    bool quiet = false;

    bool take(std::string_view name, std::string_view value) {
        if (name == "--seed") return take_number(value, seed);
        if (name == "--nodes") return take_number(value, nodes) && nodes >= kFewestNodes;
        if (name == "--files") return take_number(value, files) && files > 0;
        if (name == "--epochs") return take_number(value, epochs) && epochs > 0;
        if (name == "--clients") return take_number(value, clients) && clients > 0;
        if (name == "--hours") return take_number(value, hours) && hours > 0;
        if (name == "--percent") return take_number(value, percent) && percent <= 100;
        if (name == "--quiet") return quiet = value == "yes";
        return false;
    }
    template <class T>
    static void set(T& option, T said) {
        if (said > T{}) option = said;
    }
    Duration length() const { return Duration(static_cast<Duration::rep>(hours * 3600e6)); }
    template <class Options>
    void listen(Options& options) const {
        if (!quiet) options.say = [](const std::string& line) { std::cout << line << std::endl; };
    }
};

template <class Outcome>
void print_run(const Outcome& outcome) {
    for (const auto& violation : outcome.violations) std::cout << "violation: " << violation << "\n";
    std::cout << "trace " << to_hex(outcome.trace) << " after " << outcome.events << " events\n";
}

int crash_net(const Words& words) {
    CrashNetOptions options;
    options.seed = words.seed;
    Words::set(options.nodes, words.nodes);
    Words::set(options.files, words.files);
    Words::set(options.length, words.length());
    words.listen(options);
    const auto outcome = run_crash_net(options);
    print_run(outcome);
    const bool held = outcome.held(options);
    if (!held) {
        std::cout << "replay: catacomb-sim crash-net --seed " << options.seed << " --nodes " << options.nodes
                  << " --files " << options.files << " --hours " << in_seconds(options.length) / 3600 << "\n";
    }
    std::cout << "seed " << options.seed << (held ? " held: " : " FAILED: ") << outcome.read_back << " of "
              << options.files << " files came back equal after " << outcome.crashes << " crashes ("
              << outcome.read_early << " also in between, " << outcome.given_up << " inserts begun again)"
              << std::endl;
    return held ? 0 : 1;
}

int epochs(const Words& words) {
    EpochNetOptions options;
    options.seed = words.seed;
    Words::set(options.relays, words.nodes);
    Words::set(options.files, words.files);
    Words::set(options.epochs, words.epochs);
    Words::set(options.epoch, words.length());
    words.listen(options);
    const auto outcome = run_epoch_net(options);
    print_run(outcome);
    const bool held = outcome.held(options);
    std::cout << "seed " << options.seed << (held ? " held: " : " FAILED: ") << options.relays << " relays, "
              << options.files << " files, " << options.epochs << " epochs of "
              << in_seconds(options.epoch) / 3600 << " h: " << outcome.restarts << " restarts, "
              << outcome.renewed << " tickets, " << outcome.reads << " reads equal, " << outcome.unreadable
              << " in vain" << std::endl;
    return held ? 0 : 1;
}

// Where more than 30 % lie, an insert may be given up; a success must be one anywhere.
int liars_insert(const Words& words) {
    constexpr unsigned kMostThatMustNotHinder = 30;
    LiarsInsertOptions options;
    options.seed = words.seed;
    Words::set(options.nodes, words.nodes);
    Words::set(options.files, words.files);
    options.share = words.percent / 100.0;
    words.listen(options);
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

// One network's guards say little of evenness: the proof adds up those of many.
int newcomers(const Words& words) {
    constexpr double kFarOff = 5;
    NewcomersOptions options;
    options.seed = words.seed;
    Words::set(options.relays, words.nodes);
    Words::set(options.clients, words.clients);
    words.listen(options);
    const auto outcome = run_newcomers(options);
    if (!outcome.trouble.empty()) std::cout << outcome.trouble << "\n";
    std::cout << "chosen";
    for (const auto count : outcome.chosen) std::cout << " " << count;
    const bool held = outcome.trouble.empty() && outcome.ready == options.clients &&
                      outcome.slowest <= minutes(1) && excess_unevenness(outcome.chosen) < kFarOff;
    std::cout << "\nseed " << options.seed << (held ? " held: " : " FAILED: ") << outcome.ready << " of "
              << options.clients << " ready, " << outcome.by_introducers << " introducers chosen, slowest "
              << in_seconds(outcome.slowest) << std::endl;
    return held ? 0 : 1;
}

int run(int argc, char** argv) {
    Words words;
    bool good = argc % 2 == 0;
    for (int i = 2; good && i < argc; i += 2) good = words.take(argv[i], argv[i + 1]);
    const std::string_view mode = good ? argv[1] : "";
    if (mode == "crash-net") return crash_net(words);
    if (mode == "epochs") return epochs(words);
    if (mode == "liars-insert") return liars_insert(words);
    if (mode == "newcomers") return newcomers(words);
    std::cerr << kUsage;
    return 2;
}

}  // namespace
}  // namespace catacomb::sim

int main(int argc, char** argv) {
    catacomb::crypto::initialise();
    return catacomb::sim::run(argc, argv);
}

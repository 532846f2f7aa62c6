#include "tools/catacomb/testnet_line.hpp"

#include <CLI/CLI.hpp>
#include <iomanip>

#include "base/log.hpp"
#include "crypto/random.hpp"
#include "tools/testnet/readiness.hpp"
#include "tools/testnet/testnet.hpp"

namespace catacomb::testnet {
namespace json = boost::json;
namespace {

Testnet open_testnet(const LineArguments& a) {
    auto daemon = std::filesystem::path(a.daemon);
    if (daemon.empty()) daemon = std::filesystem::read_symlink("/proc/self/exe").parent_path() / "catacombd";
    return Testnet(a.dir, std::move(daemon), seconds(a.limit_seconds));
}

int conclude(const cli::Options& options, const Result<>& done) {
    return done ? 0 : cli::fail(options, done.error());
}

int kill(const cli::Options& options, const LineArguments& a) {
    const auto seed = a.seed.value_or(crypto::SystemRng().u64());
    if (!a.seed) cli::say(concat("seed ", seed));
    crypto::SeededRng rng(seed);
    const auto killed = open_testnet(a).kill(a.kill_count, rng, a.spared);
    if (!killed) return cli::fail(options, killed.error());
    if (options.json) {
        json::array names(killed->begin(), killed->end());
        cli::print_json({{"killed", std::move(names)}});
    } else {
        for (const auto& name : *killed) cli::print_line(name);
    }
    return 0;
}

json::object state_json(const Testnet::State& state) {
    json::object out{{"name", state.member.name()}, {"running", state.process.has_value()}};
    if (state.process) out["pid"] = state.process->pid;
    if (state.api_port != 0) out["api_port"] = state.api_port;
    if (state.status) out["status"] = *state.status;
    return out;
}

std::string state_line(const Testnet::State& state, unsigned relays) {
    std::ostringstream out;
    out << std::left << std::setw(11) << state.member.name() << std::right;
    if (!state.process) return out.str() + "   dead";
    out << std::setw(8) << state.process->pid << std::setw(7) << state.api_port;
    if (!state.status) return out.str() + "  does not answer";
    const auto& s = *state.status;
    const auto& vault = object_in(s, "vault");
    const auto readiness = judge(s, state.member.role, relays);
    out << std::setw(10) << (readiness.ring ? "complete" : "joining") << std::setw(7)
        << concat(number_in(vault, "registrations"), "/", number_in(vault, "registrations_wanted"))
        << std::setw(9) << number_in(vault, "blocks");
    return out.str();
}

int status(const cli::Options& options, const LineArguments& a) {
    const auto states = open_testnet(a).states();
    if (states.empty()) return cli::fail(options, error(Code::not_found, "there is no testnet in " + a.dir));
    unsigned relays = 0;
    json::array all;
    for (const auto& state : states) {
        relays += state.process && state.member.role == Role::relay;
        all.push_back(state_json(state));
    }
    if (options.json) {
        cli::print_json({{"dir", a.dir}, {"nodes", std::move(all)}});
        return 0;
    }
    cli::print_line("node            pid    api      ring  vault   blocks");
    for (const auto& state : states) cli::print_line(state_line(state, relays));
    return 0;
}

void add_up(CLI::App& verb, LineArguments& a, const cli::Options& options, std::function<int()>& run) {
    auto* up =
        verb.add_subcommand("up", "make N relays that host vaults, start them, wait until all is complete");
    up->add_option("N", a.shape.relays, "relays")->required();
    up->add_option("--clients", a.shape.clients, "nodes that only dial out and keep nothing");
    up->add_option("--vault-only", a.shape.vaults, "nodes that only dial out and host a vault");
    up->add_option("--quota", a.settings.quota, "of each vault")->capture_default_str();
    up->add_option("--port", a.settings.port, "of all relays; another for each testnet of one machine")
        ->capture_default_str();
    up->callback([&] { run = [&] { return conclude(options, open_testnet(a).up(a.shape, a.settings)); }; });
}

void add_kill(CLI::App& verb, LineArguments& a, const cli::Options& options, std::function<int()>& run) {
    auto* one = verb.add_subcommand("kill", "kill -9 of K random relays; prints whom");
    one->add_option("K", a.kill_count, "how many")->required();
    one->add_option("--seed", a.seed, "the same seed draws the same relays");
    one->add_option("--not", a.spared, "a node to spare; repeatable");
    one->callback([&] { run = [&] { return kill(options, a); }; });
}

}  // namespace

void add_verb(CLI::App& app, LineArguments& a, const cli::Options& options, std::function<int()>& run) {
    auto* verb = app.add_subcommand("testnet", "a local network of real nodes on 127.0.0.0/8");
    verb->require_subcommand(1);
    verb->fallthrough();
    verb->add_option("--dir", a.dir, "where its nodes live")->capture_default_str();
    verb->add_option("--daemon", a.daemon, "the catacombd to run; default: the one beside this program");
    verb->add_option("--timeout", a.limit_seconds, "seconds to wait for a complete network")
        ->capture_default_str();
    add_up(*verb, a, options, run);
    add_kill(*verb, a, options, run);
    auto* start = verb->add_subcommand("start", "start what does not run, wait until all is complete");
    start->callback([&] { run = [&] { return conclude(options, open_testnet(a).start()); }; });
    auto* down = verb->add_subcommand("down", "stop all of it");
    down->callback([&] { run = [&] { return conclude(options, open_testnet(a).down()); }; });
    auto* show = verb->add_subcommand("status", "a table of its nodes");
    show->callback([&] { run = [&] { return status(options, a); }; });
}

}  // namespace catacomb::testnet

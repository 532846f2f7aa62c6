#include "tools/testnet/testnet.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <fstream>
#include <functional>
#include <thread>

#include "base/log.hpp"
#include "tools/api_client/api_client.hpp"
#include "tools/api_client/terminal.hpp"
#include "tools/testnet/readiness.hpp"

namespace catacomb::testnet {
namespace {

using Clock = std::chrono::steady_clock;
constexpr milliseconds kPoll{200};
constexpr unsigned kFewestRelays = 5;
constexpr seconds kStatusLimit{5};
constexpr seconds kGraceful{10};
constexpr seconds kAfterKill{10};

// Asks again and again; false when it did not come true within `limit`.
bool eventually(Duration limit, Duration every, const std::function<bool()>& condition) {
    const auto deadline = Clock::now() + limit;
    while (!condition()) {
        if (Clock::now() > deadline) return false;
        std::this_thread::sleep_for(every);
    }
    return true;
}

std::uint16_t port_in(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::uint16_t port = 0;
    in >> port;
    return port;
}

std::optional<boost::json::object> ask_status(const std::filesystem::path& data_dir) {
    auto client = cli::ApiClient::open(data_dir, kStatusLimit);
    if (!client) return std::nullopt;
    auto answer = client->call("GET", "/v1/status");
    if (!answer) return std::nullopt;
    return std::move(*answer);
}

std::string last_line(const std::filesystem::path& file) {
    std::ifstream in(file);
    std::string line, last;
    while (std::getline(in, line)) {
        if (!line.empty()) last = line;
    }
    return last;
}

}  // namespace

std::optional<Process> Testnet::running(const Member& member) const {
    const auto record = read_record(dir_of(member) / "catacombd.pid");
    return record && record->running() ? record : std::nullopt;
}

Result<> Testnet::up(const Shape& shape, const Settings& settings) {
    const auto members = members_of(shape);
    if (!members) return members.error();
    const auto there = members_in(dir_);
    if (!there.empty() && shape_of(there) != shape) {
        return error(Code::exists, concat(dir_.string(),
                                          " holds a testnet of another shape; take it down and remove it, "
                                          "or use another --dir"));
    }
    if (shape.relays < kFewestRelays) {
        cli::say(concat("below ", kFewestRelays,
                        " relays no vault can register: its circuit takes four beside its own"));
    }
    if (there.empty()) {
        for (const auto& member : *members) {
            if (auto made = make(member, shape.relays, settings); !made) return made;
        }
    }
    return start();
}

Result<> Testnet::make(const Member& member, unsigned relays, const Settings& settings) const {
    const auto dir = dir_of(member);
    std::error_code failure;
    std::filesystem::create_directories(dir, failure);
    std::ofstream out(dir / "catacomb.toml");
    out << config_text(member, relays, settings);
    out.close();
    return out ? ok() : error(Code::io, "cannot write " + (dir / "catacomb.toml").string());
}

Result<> Testnet::launch(const Member& member) const {
    const auto dir = dir_of(member);
    // The port file of a killed node would make us ask whoever has that port now.
    std::error_code ignored;
    std::filesystem::remove(dir / "api.port", ignored);
    const auto process = spawn({daemon_.string(), "--data-dir", dir.string()}, dir / "catacombd.log");
    if (!process) return process.error();
    auto recorded = write_record(dir / "catacombd.pid", *process);
    if (!recorded) process->signal(SIGKILL);  // down() would never find it
    return recorded;
}

Result<> Testnet::start() {
    const auto members = members_in(dir_);
    if (members.empty()) return error(Code::not_found, "there is no testnet in " + dir_.string());
    for (const auto& member : members) {
        if (running(member)) continue;
        if (auto launched = launch(member); !launched) return launched;
    }
    return wait_complete();
}

Error Testnet::died(const Member& member) const {
    const auto log = dir_of(member) / "catacombd.log";
    return error(Code::unreachable, concat(member.name(), " ended by itself; the last line of ", log.string(),
                                           ": ", last_line(log)));
}

Result<> Testnet::wait_complete() const {
    Result<> outcome = ok();
    std::string words;
    const bool complete = eventually(limit_, kPoll, [&] {
        const auto all = states();
        const auto relays = shape_of(members_in(dir_)).relays;
        unsigned ring = 0, vaults = 0, done = 0;
        for (const auto& state : all) {
            if (!state.process) return outcome = died(state.member), true;
            if (!state.status) continue;
            const auto readiness = judge(*state.status, state.member.role, relays);
            ring += readiness.ring, vaults += readiness.vault, done += readiness.complete;
        }
        auto now =
            concat(ring, " of ", all.size(), " nodes on the ring, ", vaults, " registered, ", done, " ready");
        if (now != words) cli::say(now);
        words = std::move(now);
        return done == all.size();
    });
    if (complete) return outcome;
    return error(Code::timed_out,
                 concat("the testnet is not complete after ", in_seconds(limit_), " s: ", words));
}

Result<std::vector<std::string>> Testnet::kill(unsigned count, Rng& rng,
                                               const std::vector<std::string>& spared) {
    struct Victim {
        std::string name;
        Process process;
    };
    std::vector<Victim> victims;
    const auto members = members_in(dir_);
    for (const auto& name : spared) {
        if (std::none_of(members.begin(), members.end(), [&](const auto& m) { return m.name() == name; }))
            return error(Code::bad_input, concat("there is no node ", name, " in ", dir_.string()));
    }
    for (const auto& member : members) {
        const auto process = running(member);
        const bool safe = std::find(spared.begin(), spared.end(), member.name()) != spared.end();
        if (process && !safe && member.role == Role::relay) victims.push_back({member.name(), *process});
    }
    if (victims.size() < count) {
        return error(Code::bad_input, concat("only ", victims.size(), " nodes run that could be killed"));
    }
    rng.shuffle(victims);
    victims.resize(count);
    std::vector<std::string> names;
    for (const auto& victim : victims) {
        victim.process.signal(SIGKILL);
        names.push_back(victim.name);
    }
    const bool gone = eventually(kAfterKill, milliseconds(5), [&] {
        return std::none_of(victims.begin(), victims.end(),
                            [](const Victim& v) { return v.process.running(); });
    });
    if (!gone) return error(Code::timed_out, "a killed process is still there");
    return names;
}

Result<> Testnet::down() {
    const auto signal_all = [this](int number) {
        std::size_t alive = 0;
        for (const auto& member : members_in(dir_)) {
            const auto process = running(member);
            if (process && process->signal(number)) ++alive;
        }
        return alive;
    };
    signal_all(SIGTERM);
    if (eventually(kGraceful, milliseconds(50), [&] { return signal_all(0) == 0; })) return ok();
    cli::say(concat(signal_all(SIGKILL), " nodes did not stop in time and were killed"));
    if (eventually(kAfterKill, milliseconds(50), [&] { return signal_all(0) == 0; })) return ok();
    return error(Code::timed_out, "a killed process is still there");
}

std::vector<Testnet::State> Testnet::states() const {
    std::vector<State> out;
    for (const auto& member : members_in(dir_)) {
        State state{member, running(member), 0, std::nullopt};
        if (state.process) {
            state.api_port = port_in(dir_of(member) / "api.port");
            state.status = ask_status(dir_of(member));
        }
        out.push_back(std::move(state));
    }
    return out;
}

}  // namespace catacomb::testnet

// Testnet: a local network of real catacombd processes under one directory, each with its data,
// configuration, log and process record in DIR/NAME. It keeps nothing in memory between calls: the directory
// is the state. Blocking; words about progress go to standard error.
#pragma once

#include <boost/json/object.hpp>
#include <optional>

#include "base/rng.hpp"
#include "base/time.hpp"
#include "tools/testnet/members.hpp"
#include "tools/testnet/process.hpp"

namespace catacomb::testnet {

class Testnet {
public:
    // `daemon`: the catacombd to run.
    Testnet(std::filesystem::path dir, std::filesystem::path daemon, Duration limit)
        : dir_(std::move(dir)), daemon_(std::move(daemon)), limit_(limit) {}

    // Makes the members and starts them; on a directory that holds the same network, the same as start().
    // Code::exists when it holds another.
    Result<> up(const Shape& shape, const Settings& settings);
    // Starts every member that does not run, and waits until ring and registrations of all are complete.
    // Code::timed_out names who is not; Code::unreachable names who died.
    Result<> start();
    // kill -9 of `count` running relays, drawn from `rng`, without those named in `spared`. The names, in the
    // order drawn.
    Result<std::vector<std::string>> kill(unsigned count, Rng& rng, const std::vector<std::string>& spared);
    // SIGTERM to all, after 10 s SIGKILL. What does not run is fine.
    Result<> down();

    struct State {
        Member member;
        std::optional<Process> process;  // set while it runs
        std::uint16_t api_port = 0;
        std::optional<boost::json::object> status;  // set when it answered
    };
    std::vector<State> states() const;
    std::filesystem::path dir_of(const Member& member) const { return dir_ / member.name(); }

private:
    std::optional<Process> running(const Member& member) const;
    Result<> make(const Member& member, unsigned relays, const Settings& settings) const;
    Result<> launch(const Member& member) const;
    Result<> wait_complete() const;
    Error died(const Member& member) const;

    const std::filesystem::path dir_, daemon_;
    const Duration limit_;
};

}  // namespace catacomb::testnet

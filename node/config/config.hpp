// Config: everything an operator may set, with its default. It is read once at start from catacomb.toml, then
// the environment, then the command line; each later source overrides the earlier. The table behind
// settings() is the only place that knows a setting's name, unit and meaning: the file, the environment,
// --set and docs/configuration.md all go through it. Plain values, no threads.
#pragma once

#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/log.hpp"
#include "base/result.hpp"
#include "base/time.hpp"
#include "crypto/pow.hpp"
#include "routing/endpoint.hpp"

namespace catacomb::node {

// An amount of bytes: "10GiB", "512 KiB", "4096". Units are powers of 1024.
struct Size {
    std::uint64_t bytes = 0;
    auto operator<=>(const Size&) const = default;
};
inline constexpr Size kib(std::uint64_t n) { return {n << 10}; }
inline constexpr Size mib(std::uint64_t n) { return {n << 20}; }
inline constexpr Size gib(std::uint64_t n) { return {n << 30}; }

// All of it is hashed into the network id: nodes that differ in one value do not meet.
struct NetworkConfig {
    std::string name = "catacomb";
    crypto::PowParameters pow{.prefilter_bits = 8, .difficulty_bits = 4, .cost = {1, 16 * 1024 * 1024}};
    bool allow_special_addresses = false;  // loopback and private ranges may be dialled: testnets only
    unsigned refuse_below_relays = 0;      // insert, get and check refuse
};

struct IdentityConfig {
    std::filesystem::path passphrase_file;  // empty: the identity file is not sealed
};
struct RelayConfig {
    std::optional<bool> enabled;  // unset: a relay when there is an address to listen on
};

struct VaultConfig {
    bool enabled = true;
    Size quota = gib(10);
    bool on_relay = false;  // a public relay hosts no vault by default (docs/threat-model.md)
};

struct ApiConfig {
    std::uint16_t port = 0;        // 0: a free one; what it became stands in data_dir/api.port
    std::filesystem::path socket;  // empty: data_dir/api.sock
    std::string group;             // its members may use the socket, too
    unsigned connections = 512;
    unsigned strangers = 32;  // connections of these who have not shown the token
    Size header_limit = kib(16);
    Size json_limit = kib(64);
    Size transfer_buffer = mib(1);
    Duration idle_limit = seconds(60);    // of a connection between requests, and of a request's head
    Duration stall_limit = minutes(10);   // of a body in either direction
    Duration attach_limit = seconds(60);  // from a job's creation until its content connection
};

struct LogConfig {
    LogLevel level = LogLevel::info;
    std::filesystem::path file;  // empty: standard error
};

struct LimitsConfig {
    unsigned links = 4096;
    unsigned links_per_address = 16;
    unsigned links_per_prefix = 128;     // of a source (routing/link/sources.hpp)
    unsigned handshakes_per_second = 4;  // per source
    unsigned circuits = 4096;            // of others
    unsigned circuits_per_link = 1024;
    unsigned creates_per_second = 50;  // per source
    unsigned worker_threads = 2;
    unsigned jobs = 64;  // running at once
    Size transit_memory = mib(128);
    Size request_memory = mib(64);
    Size registry_memory = mib(64);
    Size spool = gib(16);  // encrypted on disk, for input whose hash is not known beforehand
};

struct Config {
    std::filesystem::path data_dir;
    std::optional<routing::Endpoint> listen;   // none: a client only, which dials out and accepts nothing
    std::vector<routing::Endpoint> advertise;  // empty: the listen address
    std::vector<routing::Endpoint> bootstrap;
    std::optional<routing::Endpoint> outgoing_address;  // dial from here; port 0
    NetworkConfig network;
    IdentityConfig identity;
    RelayConfig relay;
    VaultConfig vault;
    ApiConfig api;
    LogConfig log;
    LimitsConfig limits;

    bool is_relay() const { return relay.enabled.value_or(listen.has_value()); }
    bool hosts_vault() const { return vault.enabled && (!is_relay() || vault.on_relay); }
};

struct Setting {
    std::string name;     // "vault.quota"
    std::string unit;     // "bytes", "seconds", "" where there is none
    std::string meaning;  // one line
    // Code::bad_input with a sentence that names the value and what would be right.
    std::function<Result<>(Config&, std::string_view text)> set;
    std::function<std::string(const Config&)> get;
    std::string environment_name() const;  // CATACOMB_VAULT_QUOTA
};
// All settings, in the order of the documentation.
const std::vector<Setting>& settings();

struct ConfigSources {
    // Must exist when given; otherwise data_dir/catacomb.toml is read where there is one.
    std::optional<std::filesystem::path> file;
    std::map<std::string, std::string> environment;           // CATACOMB_*, HOME, XDG_DATA_HOME
    std::vector<std::pair<std::string, std::string>> values;  // from the command line: name, text
};
// The process's environment, as far as ConfigSources wants it.
std::map<std::string, std::string> catacomb_environment();
// Code::bad_input: an unknown name or a bad value, with file and line; Code::io: a file that cannot be read.
Result<Config> load_config(const ConfigSources& sources);
// $XDG_DATA_HOME/catacomb, else ~/.local/share/catacomb, else /var/lib/catacomb.
std::filesystem::path default_data_dir(const std::map<std::string, std::string>& environment);

// The settings as a Markdown table: the body of docs/configuration.md.
std::string settings_table();

}  // namespace catacomb::node

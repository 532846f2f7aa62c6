#include <cctype>

#include "node/config/setting_values.hpp"

namespace catacomb::node {
namespace {

// `field` gives a reference into a Config; one generic lambda serves reading and writing.
template <class Field>
Setting setting(std::string name, std::string unit, std::string meaning, Field field) {
    return {std::move(name), std::move(unit), std::move(meaning),
            [field](Config& c, std::string_view text) { return parse(text, field(c)); },
            [field](const Config& c) { return print(field(c)); }};
}
#define CATACOMB_FIELD(path) \
    [](auto& c) -> auto& { return c.path; }

std::vector<Setting> place_settings() {
    return {
        setting("data_dir", "path", "where the node keeps its identity, its store and its API token",
                CATACOMB_FIELD(data_dir)),
        setting("identity.passphrase_file", "path",
                "its first line seals the identity file (a systemd credential, say); unset: it is in clear",
                CATACOMB_FIELD(identity.passphrase_file)),
        setting("listen", "address:port",
                "where to accept links from other nodes; unset: a client, which only dials out",
                CATACOMB_FIELD(listen)),
        setting("advertise", "addresses", "what other nodes dial, when it is not the listen address",
                CATACOMB_FIELD(advertise)),
        setting("bootstrap", "addresses", "relays to meet the network through", CATACOMB_FIELD(bootstrap)),
        setting("outgoing_address", "address:0", "the local address to dial out from",
                CATACOMB_FIELD(outgoing_address)),
    };
}

std::vector<Setting> network_settings() {
    return {
        setting("network.name", "", "networks of different names never meet; so with every network.* value",
                CATACOMB_FIELD(network.name)),
        setting("network.pow_prefilter_bits", "bits",
                "work for an identity, and for each ticket: zero bits of the cheap hash",
                CATACOMB_FIELD(network.pow.prefilter_bits)),
        setting("network.pow_difficulty_bits", "bits",
                "work for an identity, and for each ticket: zero bits of the Argon2id output",
                CATACOMB_FIELD(network.pow.difficulty_bits)),
        setting("network.pow_memory", "bytes",
                "work for an identity, and for each ticket: what one Argon2id takes",
                CATACOMB_FIELD(network.pow.cost.memory_bytes)),
        setting("network.allow_special_addresses", "",
                "loopback and private addresses may be dialled: testnets only",
                CATACOMB_FIELD(network.allow_special_addresses)),
        setting("network.refuse_below_relays", "relays",
                "insert, get, check and renew refuse while fewer are known: there is nobody to hide among",
                CATACOMB_FIELD(network.refuse_below_relays)),
    };
}

std::vector<Setting> role_settings() {
    return {
        setting("relay.enabled", "", "take part as a relay; unset: when listen is set",
                CATACOMB_FIELD(relay.enabled)),
        setting("vault.enabled", "", "keep blocks for others", CATACOMB_FIELD(vault.enabled)),
        setting("vault.quota", "bytes", "the most that the vault takes on disk", CATACOMB_FIELD(vault.quota)),
        setting("vault.on_relay", "",
                "host a vault on a public relay too (tells, over months, whose the vault is)",
                CATACOMB_FIELD(vault.on_relay)),
    };
}

std::vector<Setting> api_settings() {
    return {
        setting("api.port", "port",
                "of the local API on 127.0.0.1; 0: a free one, written to data_dir/api.port",
                CATACOMB_FIELD(api.port)),
        setting("api.socket", "path", "the local API's Unix socket; unset: data_dir/api.sock",
                CATACOMB_FIELD(api.socket)),
        setting("api.group", "", "a group whose members may use the Unix socket, beside the node's user",
                CATACOMB_FIELD(api.group)),
        setting("api.connections", "connections",
                "open at once; more wait; at least 16, and 3 for each of limits.jobs",
                CATACOMB_FIELD(api.connections)),
        setting(
            "api.strangers", "connections",
            "open at once over TCP that have not shown the token; then the one silent for longest is closed",
            CATACOMB_FIELD(api.strangers)),
        setting("api.header_limit", "bytes", "of a request's head", CATACOMB_FIELD(api.header_limit)),
        setting("api.json_limit", "bytes", "of a request's JSON body", CATACOMB_FIELD(api.json_limit)),
        setting("api.transfer_buffer", "bytes", "held of a file between the API and a job",
                CATACOMB_FIELD(api.transfer_buffer)),
        setting("api.idle_limit", "time", "a connection may wait this long between requests",
                CATACOMB_FIELD(api.idle_limit)),
        setting("api.stall_limit", "time", "a file may stand still this long on its way in or out",
                CATACOMB_FIELD(api.stall_limit)),
        setting("api.attach_limit", "time",
                "a new job waits this long for the connection that carries its file",
                CATACOMB_FIELD(api.attach_limit)),
    };
}

std::vector<Setting> log_settings() {
    return {
        setting("log.level", "", "debug, info, warning or error", CATACOMB_FIELD(log.level)),
        setting("log.file", "path", "unset: standard error", CATACOMB_FIELD(log.file)),
    };
}

std::vector<Setting> limit_settings() {
    return {
        setting("limits.links", "links", "open at once; a quarter is kept for those we dial",
                CATACOMB_FIELD(limits.links)),
        setting("limits.links_per_address", "links", "accepted at once from one address",
                CATACOMB_FIELD(limits.links_per_address)),
        setting("limits.links_per_prefix", "links", "accepted at once from one /24 (IPv6: /64)",
                CATACOMB_FIELD(limits.links_per_prefix)),
        setting("limits.handshakes_per_second", "1/s",
                "links that one /24 (IPv6: /64) may begin, on average; 128 at once",
                CATACOMB_FIELD(limits.handshakes_per_second)),
        setting("limits.circuits", "circuits", "carried for others at once", CATACOMB_FIELD(limits.circuits)),
        setting("limits.circuits_per_link", "circuits", "open at once on one link",
                CATACOMB_FIELD(limits.circuits_per_link)),
        setting("limits.creates_per_second", "1/s",
                "circuits that one /24 (IPv6: /64) may begin, on average; 200 at once",
                CATACOMB_FIELD(limits.creates_per_second)),
        setting("limits.worker_threads", "threads", "for hashing, erasure coding and the disk",
                CATACOMB_FIELD(limits.worker_threads)),
        setting("limits.jobs", "jobs", "running at once", CATACOMB_FIELD(limits.jobs)),
        setting("limits.transit_memory", "bytes",
                "frames and messages on their way; over it, the oldest is cut off",
                CATACOMB_FIELD(limits.transit_memory)),
        setting("limits.request_memory", "bytes",
                "long requests of other relays that are not answered, a quarter of it for one link; over it, "
                "more of them are refused",
                CATACOMB_FIELD(limits.request_memory)),
        setting("limits.registry_memory", "bytes",
                "what a relay knows of the vaults registered at it, about 10 bytes for each of their blocks; "
                "each vault has a share, and over the whole the largest give way",
                CATACOMB_FIELD(limits.registry_memory)),
        setting("limits.spool", "bytes", "on disk, encrypted, for input that was not hashed beforehand",
                CATACOMB_FIELD(limits.spool)),
    };
}

std::vector<Setting> make_settings() {
    std::vector<Setting> out;
    for (const auto group :
         {place_settings, network_settings, role_settings, api_settings, log_settings, limit_settings}) {
        for (auto& one : group()) out.push_back(std::move(one));
    }
    return out;
}
#undef CATACOMB_FIELD

}  // namespace

std::string Setting::environment_name() const {
    std::string out = "CATACOMB_";
    for (const char c : name)
        out += c == '.' ? '_' : static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
    return out;
}

const std::vector<Setting>& settings() {
    static const std::vector<Setting> all = make_settings();
    return all;
}

std::string settings_table() {
    const Config defaults;
    std::string out = "| setting | unit | default | environment | meaning |\n|---|---|---|---|---|\n";
    for (const auto& s : settings()) {
        const auto value = s.get(defaults);
        const auto shown = value.empty() ? std::string("unset") : "`" + value + "`";
        out += concat("| `", s.name, "` | ", s.unit, " | ", shown, " | `", s.environment_name(), "` | ",
                      s.meaning, " |\n");
    }
    return out;
}

}  // namespace catacomb::node

#include "node/config/config.hpp"

#include <unistd.h>

#include <toml++/toml.h>
#include <algorithm>
#include <fstream>

namespace catacomb::node {
namespace {

const Setting* find_setting(std::string_view name) {
    for (const auto& s : settings()) {
        if (s.name == name) return &s;
    }
    return nullptr;
}

std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        auto diagonal = row[0]++;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const auto above = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, diagonal + (a[i - 1] == b[j - 1] ? 0 : 1)});
            diagonal = above;
        }
    }
    return row[b.size()];
}

Error unknown_setting(std::string_view name) {
    const Setting* nearest = nullptr;
    std::size_t least = 4;  // further off is not a slip of the finger
    for (const auto& s : settings()) {
        const auto distance = edit_distance(name, s.name);
        if (distance < least) least = distance, nearest = &s;
    }
    auto message = concat("unknown setting '", name, "'");
    if (nearest) message += concat("; did you mean '", nearest->name, "'?");
    return error(Code::bad_input, std::move(message));
}

Result<> set(Config& config, std::string_view name, std::string_view text) {
    const auto* known = find_setting(name);
    if (!known) return unknown_setting(name);
    auto done = known->set(config, text);
    if (!done) return error(Code::bad_input, concat(name, ": ", done.error().text()));
    return ok();
}

// A TOML value as the text that a person would write in the environment; nullopt for what no setting takes.
std::optional<std::string> as_setting_text(const toml::node& node) {
    if (const auto* text = node.as_string()) return text->get();
    if (const auto* number = node.as_integer()) return std::to_string(number->get());
    if (const auto* flag = node.as_boolean()) return std::string(flag->get() ? "true" : "false");
    const auto* list = node.as_array();
    if (!list) return std::nullopt;
    std::string out;
    for (const auto& item : *list) {
        const auto* text = item.as_string();
        if (!text) return std::nullopt;
        out += (out.empty() ? "" : ",") + text->get();
    }
    return out;
}

class FileReader {
public:
    FileReader(Config& config, std::string file) : config_(config), file_(std::move(file)) {}

    Result<> read_table(const toml::table& table, const std::string& prefix) {
        for (const auto& [key, node] : table) {
            const auto name = prefix + std::string(key.str());
            const auto* inner = node.as_table();
            auto done =
                inner && !find_setting(name) ? read_section(*inner, name, key) : read_value(node, name, key);
            if (!done) return done;
        }
        return ok();
    }

private:
    Result<> read_section(const toml::table& table, const std::string& name, const toml::key& key) {
        const auto inside = [&](const Setting& s) { return s.name.rfind(name + ".", 0) == 0; };
        if (!std::any_of(settings().begin(), settings().end(), inside)) {
            return at(key.source(), concat("unknown section [", name, "]"));
        }
        return read_table(table, name + ".");
    }

    Result<> read_value(const toml::node& node, const std::string& name, const toml::key& key) {
        if (!find_setting(name)) return at(key.source(), unknown_setting(name).message);
        const auto text = as_setting_text(node);
        if (!text)
            return at(node.source(), name + ": takes a text, a number, true, false, or a list of texts");
        auto done = set(config_, name, *text);
        return done ? done : at(node.source(), done.error().text());
    }

    Error at(const toml::source_region& where, const std::string& what) const {
        return error(Code::bad_input, concat(file_, ":", where.begin.line, ": ", what));
    }

    Config& config_;
    std::string file_;
};

Result<> read_file(Config& config, const std::filesystem::path& file) {
    std::ifstream in(file);
    std::error_code ignored;
    const bool directory = std::filesystem::is_directory(file, ignored);  // which opens like a file
    if (!in || directory) return error(Code::io, "cannot read the configuration file " + file.string());
    try {
        const auto table = toml::parse(in, file.string());
        return FileReader(config, file.string()).read_table(table, "");
    } catch (const toml::parse_error& e) {
        return error(Code::bad_input,
                     concat(file.string(), ":", e.source().begin.line, ": ", e.description()));
    }
}

Result<> read_environment(Config& config, const std::map<std::string, std::string>& environment) {
    for (const auto& s : settings()) {
        const auto found = environment.find(s.environment_name());
        if (found == environment.end()) continue;
        auto done = set(config, s.name, found->second);
        if (!done) return error(Code::bad_input, concat(found->first, ": ", done.error().text()));
    }
    return ok();
}

Result<> read_values(Config& config, const std::vector<std::pair<std::string, std::string>>& values) {
    for (const auto& [name, text] : values) {
        if (auto done = set(config, name, text); !done) return done;
    }
    return ok();
}

bool is_unspecified(const routing::Endpoint& at) {
    const ByteView address = at.address;
    return all_zero(at.is_v4() ? address.last(4) : address);
}

// Why nobody could dial it; empty when they can.
std::string undialable(const routing::Endpoint& at, bool special_allowed) {
    if (is_unspecified(at))
        return "stands for every address of this machine, and others can dial none of that name";
    if (at.port == 0) return "has no port that others could dial";
    if (at.is_special() && !special_allowed)
        return "is a loopback, private or reserved address, which others cannot dial";
    return {};
}

// What others would have to dial. Said at once, and not after the proof of work.
Result<> check_addresses(const Config& config) {
    if (!config.is_relay() || !config.listen) return ok();
    if (config.listen->port == 0)
        return error(Code::bad_input, "listen: port 0 is another port at each start; name one, such as 4000");
    const bool special_allowed = config.network.allow_special_addresses;
    for (const auto& address : config.advertise) {
        const auto why = undialable(address, special_allowed);
        if (!why.empty()) return error(Code::bad_input, concat("advertise: ", address.text(), " ", why));
    }
    const auto why = undialable(*config.listen, special_allowed);
    if (!config.advertise.empty() || why.empty()) return ok();
    return error(Code::bad_input,
                 concat("listen: ", config.listen->text(), " ", why,
                        "; set advertise (CATACOMB_ADVERTISE) to the public address and port at which others "
                        "reach this node, such as 192.0.2.7:4000"));
}

Result<> check_limits(const LimitsConfig& limits) {
    constexpr unsigned kMostPerSecond = 1'000'000;  // TokenBucket
    for (const auto rate : {limits.handshakes_per_second, limits.creates_per_second}) {
        if (rate == 0 || rate > kMostPerSecond)
            return error(Code::bad_input,
                         "limits.handshakes_per_second, limits.creates_per_second: 1 to 1000000");
    }
    if (limits.transit_memory < mib(4)) return error(Code::bad_input, "limits.transit_memory: at least 4MiB");
    if (limits.request_memory < mib(4)) return error(Code::bad_input, "limits.request_memory: at least 4MiB");
    if (limits.registry_memory < mib(4))
        return error(Code::bad_input, "limits.registry_memory: at least 4MiB");
    if (limits.worker_threads == 0 || limits.worker_threads > 256)
        return error(Code::bad_input, "limits.worker_threads: 1 to 256");
    if (limits.jobs == 0) return error(Code::bad_input, "limits.jobs: at least 1");
    return ok();
}

// What no single value shows.
Result<> check_whole(const Config& config) {
    if (config.relay.enabled.value_or(false) && !config.listen) {
        return error(Code::bad_input,
                     "relay.enabled is true but listen is not set: a relay needs an address");
    }
    if (!config.advertise.empty() && !config.listen) {
        return error(Code::bad_input, "advertise is set but listen is not: nobody could connect");
    }
    if (auto addresses = check_addresses(config); !addresses) return addresses;
    if (config.network.name.empty()) return error(Code::bad_input, "network.name is empty");
    if (config.advertise.size() > 4) return error(Code::bad_input, "advertise: at most 4 addresses");
    if (auto limits = check_limits(config.limits); !limits) return limits;
    if (config.api.idle_limit < seconds(1) || config.api.stall_limit < seconds(1))
        return error(Code::bad_input, "api.idle_limit, api.stall_limit: at least 1s");
    const auto& pow = config.network.pow;
    if (pow.prefilter_bits > 40 || pow.difficulty_bits > 40)
        return error(Code::bad_input, "network.pow_prefilter_bits, network.pow_difficulty_bits: at most 40");
    if (pow.cost.memory_bytes < 8192 || pow.cost.memory_bytes > gib(4).bytes)
        return error(Code::bad_input, "network.pow_memory: 8192 to 4294967296");
    if (config.api.connections < 16 || config.api.connections / 3 < config.limits.jobs)
        return error(Code::bad_input, "api.connections: at least 16, and 3 for each of limits.jobs");
    if (config.api.strangers == 0) return error(Code::bad_input, "api.strangers: at least 1");
    if (config.api.transfer_buffer < kib(64))
        return error(Code::bad_input, "api.transfer_buffer: at least 64KiB");
    if (config.api.header_limit < kib(1)) return error(Code::bad_input, "api.header_limit: at least 1KiB");
    return ok();
}

}  // namespace

std::filesystem::path default_data_dir(const std::map<std::string, std::string>& environment) {
    const auto set_to = [&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? std::filesystem::path() : std::filesystem::path(found->second);
    };
    if (const auto given = set_to("CATACOMB_DATA_DIR"); !given.empty()) return given;
    if (const auto xdg = set_to("XDG_DATA_HOME"); xdg.is_absolute()) return xdg / "catacomb";
    if (const auto home = set_to("HOME"); home.is_absolute()) return home / ".local" / "share" / "catacomb";
    return "/var/lib/catacomb";
}

std::map<std::string, std::string> catacomb_environment() {
    std::map<std::string, std::string> out;
    for (char** entry = environ; entry && *entry; ++entry) {
        const std::string_view text(*entry);
        const auto equals = text.find('=');
        if (equals == std::string_view::npos) continue;
        const auto name = text.substr(0, equals);
        if (name.substr(0, 9) == "CATACOMB_" || name == "HOME" || name == "XDG_DATA_HOME") {
            out.emplace(name, text.substr(equals + 1));
        }
    }
    return out;
}

Result<Config> load_config(const ConfigSources& sources) {
    Config config;
    config.data_dir = default_data_dir(sources.environment);
    for (const auto& [name, text] : sources.values) {
        if (name == "data_dir") config.data_dir = text;
    }
    const auto usual = config.data_dir / "catacomb.toml";
    std::error_code ignored;
    const bool there = sources.file || std::filesystem::exists(usual, ignored);
    if (there) {
        if (auto done = read_file(config, sources.file.value_or(usual)); !done) return done.error();
    }
    if (auto done = read_environment(config, sources.environment); !done) return done.error();
    if (auto done = read_values(config, sources.values); !done) return done.error();
    if (auto done = check_whole(config); !done) return done.error();
    return config;
}

}  // namespace catacomb::node

#include "node/api/status.hpp"

#include <boost/json/array.hpp>
#include <cmath>

namespace catacomb::node::api {
namespace json = boost::json;
namespace {

json::object ring_json(const StatusFacts& facts) {
    return {{"joined", facts.ring_joined},
            {"successors", facts.successors},
            {"predecessor", facts.has_predecessor},
            {"vaults_served", facts.vaults_served}};
}

json::object vault_json(const VaultFacts& vault) {
    return {{"registrations", vault.registrations},
            {"registrations_wanted", vault.wanted},
            {"blocks", vault.blocks},
            {"bytes_used", vault.bytes},
            {"quota", vault.quota},
            {"disk_full", vault.disk_full}};
}

json::array texts(const std::vector<routing::Endpoint>& addresses) {
    json::array out;
    for (const auto& address : addresses) out.emplace_back(address.text());
    return out;
}

}  // namespace

json::object status_json(const StatusFacts& facts) {
    json::object out{{"version", CATACOMB_VERSION},
                     {"role", {{"relay", facts.is_relay}, {"vault", facts.vault.has_value()}}},
                     {"relays_known", facts.relays_known},
                     {"relays_answering", facts.relays_answering},
                     {"links", facts.links}};
    if (facts.learning)
        out["learning"] = {{"agreed", facts.learning->agreed}, {"known", facts.learning->known}};
    if (facts.clock) out["clock_behind_seconds"] = std::llround(in_seconds(facts.clock->ahead));
    if (facts.is_relay) out["ring"] = ring_json(facts);
    if (facts.vault) out["vault"] = vault_json(*facts.vault);
    json::object circuits{
        {"own", facts.circuits_own}, {"relayed", facts.circuits_relayed}, {"ready", facts.circuits_ready}};
    if (facts.build_time) circuits["typical_build_ms"] = in_seconds(*facts.build_time) * 1000;
    out["circuits"] = std::move(circuits);
    out["jobs_running"] = facts.jobs_running;
    json::array warnings;
    for (const auto& warning : warnings_of(facts)) warnings.emplace_back(warning);
    out["warnings"] = std::move(warnings);
    out["ready"] = facts.ready;
    return out;
}

json::object circuits_json(const CircuitFacts& facts) {
    json::array circuits;
    for (const auto& path : facts.paths) circuits.push_back(json::object{{"path", texts(path)}});
    return {{"guards", texts(facts.guards)}, {"circuits", std::move(circuits)}};
}

}  // namespace catacomb::node::api

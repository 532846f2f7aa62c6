#include "node/status.hpp"

#include <boost/json.hpp>

#include "base/log.hpp"

namespace catacomb::node {
namespace {

boost::json::array warnings(const StatusFacts& facts) {
    boost::json::array out;
    if (facts.relays_known < facts.warn_below) {
        out.emplace_back(concat("only ", facts.relays_known, " relays are known: anonymity is weak below ",
                                facts.warn_below));
    }
    if (facts.vault && facts.vault->registrations < facts.vault->wanted) {
        out.emplace_back(concat("the vault is registered at ", facts.vault->registrations, " of ",
                                facts.vault->wanted, " relays"));
    }
    if (facts.vault && facts.vault->usage.bytes * 10 > facts.vault->usage.quota * 9) {
        out.emplace_back("the vault's quota is nearly used up");
    }
    for (const auto& warning : facts.of_machine) out.emplace_back(warning);
    return out;
}

}  // namespace

std::string to_json(const StatusFacts& facts) {
    boost::json::object out;
    out["version"] = CATACOMB_VERSION;
    out["role"] = {{"relay", facts.is_relay}, {"vault", facts.vault.has_value()}};
    out["relays_known"] = facts.relays_known;
    out["links"] = facts.links;
    if (facts.is_relay) {
        out["ring"] = {{"joined", facts.ring_joined},
                       {"successors", facts.successors},
                       {"predecessor", facts.has_predecessor},
                       {"vaults_served", facts.vaults_served}};
    }
    if (facts.vault) {
        out["vault"] = {{"registrations", facts.vault->registrations},
                        {"registrations_wanted", facts.vault->wanted},
                        {"blocks", facts.vault->usage.blocks},
                        {"bytes_used", facts.vault->usage.bytes},
                        {"quota", facts.vault->usage.quota}};
    }
    boost::json::object circuits{
        {"own", facts.circuits_own}, {"relayed", facts.circuits_relayed}, {"ready", facts.circuits_ready}};
    if (facts.build_time) circuits["typical_build_ms"] = in_seconds(*facts.build_time) * 1000;
    out["circuits"] = std::move(circuits);
    out["jobs_running"] = facts.jobs_running;
    out["warnings"] = warnings(facts);
    out["ready"] = facts.ready;
    return boost::json::serialize(out);
}

namespace {

boost::json::array texts(const std::vector<routing::Endpoint>& addresses) {
    boost::json::array out;
    for (const auto& address : addresses) out.emplace_back(address.text());
    return out;
}

}  // namespace

std::string to_json(const CircuitFacts& facts) {
    boost::json::array circuits;
    for (const auto& path : facts.paths) circuits.push_back(boost::json::object{{"path", texts(path)}});
    return boost::json::serialize(
        boost::json::object{{"guards", texts(facts.guards)}, {"circuits", std::move(circuits)}});
}

}  // namespace catacomb::node

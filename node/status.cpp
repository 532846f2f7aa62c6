#include "node/status.hpp"

#include <boost/json.hpp>
#include <cmath>

#include "base/log.hpp"

namespace catacomb::node {
namespace {

std::string clock_warning(const routing::ClockVoices::Verdict& clock) {
    const auto way = clock.ahead > Duration{} ? " behind" : " ahead";
    return concat("this machine's clock seems to be ", routing::in_words(clock.ahead), way, ", by ",
                  clock.voices, " relays: set it, and start the node again");
}

std::string too_few(const StatusFacts& facts) {
    const auto weak = concat(": anonymity is weak below ", facts.warn_below);
    if (facts.relays_answering == facts.relays_known)
        return concat("only ", facts.relays_known, " relays are known", weak);
    return concat("only ", facts.relays_answering, " of ", facts.relays_known, " known relays answer", weak);
}

boost::json::array warnings(const StatusFacts& facts) {
    boost::json::array out;
    if (facts.relays_answering < facts.warn_below) out.emplace_back(too_few(facts));
    if (facts.clock) out.emplace_back(clock_warning(*facts.clock));
    if (facts.vault && facts.vault->registrations < facts.vault->wanted) {
        out.emplace_back(concat("the vault is registered at ", facts.vault->registrations, " of ",
                                facts.vault->wanted, " relays"));
    }
    if (facts.vault && facts.vault->usage.bytes * 10 > facts.vault->usage.quota * 9) {
        out.emplace_back("the vault's quota is nearly used up");
    }
    return out;
}

}  // namespace

std::string to_json(const StatusFacts& facts) {
    boost::json::object out;
    out["version"] = CATACOMB_VERSION;
    out["role"] = {{"relay", facts.is_relay}, {"vault", facts.vault.has_value()}};
    out["relays_known"] = facts.relays_known;
    out["relays_answering"] = facts.relays_answering;
    if (facts.clock) out["clock_behind_seconds"] = std::llround(in_seconds(facts.clock->ahead));
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

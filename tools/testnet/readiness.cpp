#include "tools/testnet/readiness.hpp"

#include <algorithm>

#include "tools/api_client/json_fields.hpp"

namespace catacomb::testnet {
namespace {

constexpr unsigned kSuccessorList = 20;  // r of docs/spec/ring.md 1

bool has_place(const boost::json::object& ring, unsigned others) {
    return flag_in(ring, "joined") && (others == 0 || flag_in(ring, "predecessor")) &&
           number_in(ring, "successors") >= std::min(kSuccessorList, others);
}

}  // namespace

Readiness judge(const boost::json::object& status, Role role, unsigned relays) {
    const bool relay = role == Role::relay;
    const unsigned others = relay ? relays - 1 : relays;
    Readiness out;
    out.ring = number_in(status, "relays_known") >= relays &&
               (!relay || has_place(object_in(status, "ring"), others));
    const auto& vault = object_in(status, "vault");
    const auto wanted = number_in(vault, "registrations_wanted");
    out.vault = role == Role::client || (wanted > 0 && number_in(vault, "registrations") >= wanted);
    out.complete = out.ring && out.vault && flag_in(status, "ready");
    return out;
}

}  // namespace catacomb::testnet

// Is a node of a testnet complete? Judged from its status document (docs/spec/api.md 4) alone. Pure.
#pragma once

#include <boost/json/object.hpp>

#include "tools/testnet/members.hpp"

namespace catacomb::testnet {

struct Readiness {
    bool ring = false;   // knows every relay and, where it is one, has its place among them
    bool vault = false;  // registered wherever it wants to be, or has no vault
    bool complete = false;
};
// `relays`: how many run.
Readiness judge(const boost::json::object& status, Role role, unsigned relays);

}  // namespace catacomb::testnet

#include "tools/sim/attackers/without.hpp"

#include <set>

// In the place of the product's (base/defence.cpp), which is not linked where this is.
namespace catacomb {
namespace {
std::set<Defence> down;
}

bool stands(Defence which) { return !down.contains(which); }

namespace sim {
Without::Without(Defence which) { down.insert(which); }
Without::~Without() { down.clear(); }
}  // namespace sim

}  // namespace catacomb

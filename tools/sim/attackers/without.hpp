// Without: for as long as it lives, one of the product's defences is down in the whole simulated world.
#pragma once

#include "base/defence.hpp"

namespace catacomb::sim {

class Without {
public:
    explicit Without(Defence which);
    ~Without();
    Without(const Without&) = delete;
};

}  // namespace catacomb::sim

#include "base/defence.hpp"

namespace catacomb {

bool stands(Defence) { return true; }

}  // namespace catacomb

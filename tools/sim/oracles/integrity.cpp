#include "tools/sim/oracles/integrity.hpp"

#include <algorithm>

#include "base/log.hpp"

namespace catacomb::sim {

std::string integrity_violation(ByteView inserted, ByteView delivered, bool succeeded) {
    const auto common = std::min(inserted.size(), delivered.size());
    const auto differs = std::mismatch(inserted.begin(), inserted.begin() + common, delivered.begin());
    if (differs.first != inserted.begin() + common)
        return concat("a wrong byte was delivered at ", differs.first - inserted.begin());
    if (delivered.size() > inserted.size()) return "more was delivered than the file has";
    if (succeeded && delivered.size() < inserted.size())
        return concat("only ", delivered.size(), " of ", inserted.size(),
                      " bytes were delivered as the file");
    return {};
}

}  // namespace catacomb::sim

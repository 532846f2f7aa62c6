// Turns: for each block that a request names a rendezvous looks at each of its vaults; after so many looks
// others have their turn, for there is one thread. Pure.
#pragma once

#include <cstddef>

namespace catacomb::node {

class Turns {
public:
    static constexpr std::size_t kLooks = 4096;  // about a millisecond

    // A block was looked for at so many vaults. True: it is the turn of others.
    bool are_over(std::size_t vaults) {
        looks_ += vaults;
        if (looks_ < kLooks) return false;
        looks_ = 0;
        return true;
    }

private:
    std::size_t looks_ = 0;
};

}  // namespace catacomb::node
